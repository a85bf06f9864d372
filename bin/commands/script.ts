/** `perfsim script`: the samples of a recording, line by line. */
import type { Command } from '../command.ts';
import { SCRIPT_NOT_MODELLED } from '../options/not-modelled.ts';
import { HELP, type OptionTable } from '../options/option.ts';
import { parseOptions } from '../options/parse-options.ts';
import { optionsOnly } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { printText } from '../print-text.ts';

const SHOWN = ['task', 'mmap', 'switch', 'namespace', 'lost', 'cgroup', 'bpf', 'text-poke'] as const;

const OPTIONS = {
  input: { alias: 'i', argument: '<file>', default: 'perf.data', describe: "input file name, '-' for standard input" },
  fields: {
    alias: 'F', array: true, argument: '<fields>', default: [],
    describe: "comma separated output fields, '+field' or '-field' to change the default, 'sw:' and the like for one type of events",
  },
  ...Object.fromEntries(SHOWN.map((kind) => [`show-${kind}-events`, { describe: `show the ${kind} events` }] as const)) as
    Record<`show-${(typeof SHOWN)[number]}-events`, { describe: string }>,
  ...HELP,
} as const satisfies OptionTable;

export const command: Command = {
  name: 'script',
  summary: 'Read perf.data and display trace output',
  async run(argv) {
    const words = optionsOnly(argv, OPTIONS, SCRIPT_NOT_MODELLED);
    if (words.includes('--help')) {
      printText(usage(['perfsim script [<options>]'], [{ title: "perf's options", options: OPTIONS }]));
      return 0;
    }
    const [{ machineFiles, standardOutput, withRecording }, { Script }, { parseFields }, { symbolFiles }] = await Promise.all([
      import('../recording.ts'), import('../../perf/report/script.ts'), import('../../perf/report/script-fields.ts'),
      import('../../perf/report/symbol-files.ts'),
    ]);
    const options = parseOptions(words, OPTIONS);
    const fields = options.fields.map(parseFields);
    const show = SHOWN.filter((kind) => options[`show-${kind}-events`]);
    return withRecording(options.input, ({ data }) => {
      const out = standardOutput();
      try {
        new Script(data, out, { fields, show }, symbolFiles(machineFiles, data)).run();
      } finally {
        out.flush();
      }
      return 0;
    });
  },
};
