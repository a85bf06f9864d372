/** `perfsim report`: what a recording holds, as perf prints it. */
import type { Command } from '../command.ts';
import { REPORT_NOT_MODELLED } from '../options/not-modelled.ts';
import { HELP, type OptionTable } from '../options/option.ts';
import { oneOf } from '../options/values.ts';
import { parseOptions } from '../options/parse-options.ts';
import { optionsOnly } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { printText } from '../print-text.ts';

const CALL_GRAPHS = ['graph', 'caller', 'callee', 'none'] as const;

const OPTIONS = {
  input: { alias: 'i', argument: '<file>', default: 'perf.data', describe: "input file name, '-' for standard input" },
  'dump-raw-trace': { alias: 'D', describe: 'dump raw trace in ASCII' },
  stats: { describe: 'display event stats (also --stat)' },
  sort: { alias: 's', argument: '<key[,key2...]>', describe: 'sort by key(s): pid, comm, dso, symbol, cpu (default comm,dso,symbol)' },
  'show-nr-samples': { alias: 'n', describe: 'show a column with the number of samples' },
  children: { describe: 'accumulate callchains of children and show total overhead as well (default)' },
  'no-children': { describe: 'show the overhead of each function alone' },
  'call-graph': { alias: 'g', argument: '<order>', default: 'graph', describe: `call chains: ${CALL_GRAPHS.join(', ')}`, coerce: (text: string) => oneOf('--call-graph', text, CALL_GRAPHS) },
  stdio: { describe: 'use the stdio interface, which is the only one' },
  header: { describe: 'show data header' },
  'header-only': { describe: 'show only data header' },
  'show-info': { alias: 'I', describe: 'display extended information about perf.data file' },
  ...HELP,
} as const satisfies OptionTable;

export const command: Command = {
  name: 'report',
  summary: 'Read perf.data and display the profile',
  async run(argv) {
    const words = optionsOnly(argv.map((word) => (word === '--stat' ? '--stats' : word)), OPTIONS, REPORT_NOT_MODELLED);
    if (words.includes('--help')) {
      printText(usage(['perfsim report [<options>]'], [{ title: "perf's options", options: OPTIONS }]));
      return 0;
    }
    const [{ withRecording }, { runReport }] = await Promise.all([import('../recording.ts'), import('../report.ts')]);
    const options = parseOptions(words, OPTIONS);
    return withRecording(options.input, (recording) => runReport(recording, options));
  },
};
