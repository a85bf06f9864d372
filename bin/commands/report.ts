/** `perfsim report`: what a recording holds, as perf prints it. */
import type { Command } from '../command.ts';
import { HELP, type OptionTable } from '../options/option.ts';
import { oneOf } from '../options/values.ts';
import { splitOptions } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { printText } from '../print-text.ts';

const CALL_GRAPHS = ['graph', 'caller', 'callee', 'none'] as const;

const OPTIONS = {
  input: { alias: 'i', type: 'string', argument: '<file>', default: 'perf.data', describe: "input file name, '-' for standard input", coerce: String },
  'dump-raw-trace': { alias: 'D', type: 'boolean', describe: 'dump raw trace in ASCII' },
  stats: { type: 'boolean', describe: 'display event stats (also --stat)' },
  sort: { alias: 's', type: 'string', argument: '<key[,key2...]>', describe: 'sort by key(s): pid, comm, dso, symbol, cpu (default comm,dso,symbol)', coerce: String },
  'show-nr-samples': { alias: 'n', type: 'boolean', describe: 'show a column with the number of samples' },
  children: { type: 'boolean', describe: 'accumulate callchains of children and show total overhead as well (default)' },
  'no-children': { type: 'boolean', describe: 'show the overhead of each function alone' },
  'call-graph': { alias: 'g', type: 'string', argument: '<order>', default: 'graph', describe: `call chains: ${CALL_GRAPHS.join(', ')}`, coerce: (text: string) => oneOf('--call-graph', text, CALL_GRAPHS) },
  stdio: { type: 'boolean', describe: 'use the stdio interface, which is the only one' },
  header: { type: 'boolean', describe: 'show data header' },
  'header-only': { type: 'boolean', describe: 'show only data header' },
  'show-info': { alias: 'I', type: 'boolean', describe: 'display extended information about perf.data file' },
  ...HELP,
} as const satisfies OptionTable;

export const command: Command = {
  name: 'report',
  summary: 'Read perf.data and display the profile',
  async run(argv) {
    const words = splitOptions(argv.map((word) => (word === '--stat' ? '--stats' : word)), OPTIONS).options;
    if (words.includes('--help')) {
      printText(usage(['perfsim report [<options>]'], [{ title: "perf's options", options: OPTIONS }]));
      return 0;
    }
    const [{ parseOptions }, { withRecording }, { runReport }] = await Promise.all([
      import('../options/parse-options.ts'), import('../recording.ts'), import('../report.ts'),
    ]);
    const options = await parseOptions(words, OPTIONS);
    return withRecording(options.input, (recording) => runReport(recording, options));
  },
};
