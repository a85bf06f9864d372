/** `perfsim evlist`: the events of a recording. */
import type { Command } from '../command.ts';
import { EVLIST_NOT_MODELLED } from '../options/not-modelled.ts';
import { HELP, type OptionTable } from '../options/option.ts';
import { parseOptions } from '../options/parse-options.ts';
import { optionsOnly } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { printText } from '../print-text.ts';

const OPTIONS = {
  input: { alias: 'i', argument: '<file>', default: 'perf.data', describe: "input file name, '-' for standard input" },
  force: { alias: 'f', describe: "don't complain, do it" },
  freq: { alias: 'F', describe: 'show the sample frequency' },
  verbose: { alias: 'v', describe: 'show all event attr details' },
  group: { alias: 'g', describe: 'show event group information' },
  ...HELP,
} as const satisfies OptionTable;

export const command: Command = {
  name: 'evlist',
  summary: 'List the event names in a perf.data file',
  async run(argv) {
    const words = optionsOnly(argv, OPTIONS, EVLIST_NOT_MODELLED);
    if (words.includes('--help')) {
      printText(usage(['perfsim evlist [<options>]'], [{ title: "perf's options", options: OPTIONS }]));
      return 0;
    }
    const [{ withRecording }, { evlist }] = await Promise.all([import('../recording.ts'), import('../../perf/report/evlist.ts')]);
    const options = parseOptions(words, OPTIONS);
    return withRecording(options.input, ({ data }) => {
      printText(evlist(data, options));
      return 0;
    });
  },
};
