/** `perfsim evlist`: the events of a recording. */
import type { Command } from '../command.ts';
import { HELP, type OptionTable } from '../options/option.ts';
import { splitOptions } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { printText } from '../print-text.ts';

const OPTIONS = {
  input: { alias: 'i', type: 'string', argument: '<file>', default: 'perf.data', describe: "input file name, '-' for standard input", coerce: String },
  freq: { alias: 'F', type: 'boolean', describe: 'show the sample frequency' },
  verbose: { alias: 'v', type: 'boolean', describe: 'show all event attr details' },
  group: { alias: 'g', type: 'boolean', describe: 'show event group information' },
  ...HELP,
} as const satisfies OptionTable;

export const command: Command = {
  name: 'evlist',
  summary: 'List the event names in a perf.data file',
  async run(argv) {
    const words = splitOptions(argv, OPTIONS).options;
    if (words.includes('--help')) {
      printText(usage(['perfsim evlist [<options>]'], [{ title: "perf's options", options: OPTIONS }]));
      return 0;
    }
    const [{ parseOptions }, { withRecording }, { evlist }] = await Promise.all([
      import('../options/parse-options.ts'), import('../recording.ts'), import('../../perf/report/evlist.ts'),
    ]);
    const options = await parseOptions(words, OPTIONS);
    return withRecording(options.input, ({ data }) => {
      printText(evlist(data, options));
      return 0;
    });
  },
};
