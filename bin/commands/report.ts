/** `perfsim report`: what a recording holds, as perf prints it. */
import type { Command } from '../command.ts';
import { REPORT_NOT_MODELLED } from '../options/not-modelled.ts';
import { HELP, type OptionTable } from '../options/option.ts';
import { callGraph } from '../options/call-graph.ts';
import { cpuList, oneOf, percent, wholeNumber } from '../options/values.ts';
import { parseOptions } from '../options/parse-options.ts';
import { optionsOnly } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { printText } from '../print-text.ts';

const MAX_FRAMES = 127;
const PERCENTAGES = ['relative', 'absolute'] as const;

const OPTIONS = {
  input: { alias: 'i', argument: '<file>', default: 'perf.data', describe: "input file name, '-' for standard input" },
  'branch-stack': { alias: 'b', describe: 'report branches, as recordings of branches are without it; --no-branch-stack: samples' },
  comms: { alias: 'c', argument: '<comm[,comm...]>', describe: 'only consider symbols in these comms' },
  cpu: { alias: 'C', argument: '<cpu>', describe: 'list of cpus to profile', coerce: cpuList },
  dsos: { alias: 'd', argument: '<dso[,dso...]>', describe: 'only consider symbols in these dsos' },
  'dump-raw-trace': { alias: 'D', describe: 'dump raw trace in ASCII' },
  fields: { alias: 'F', argument: '<key[,keys...]>', describe: 'output field(s): overhead, overhead_children, sample, period, and the keys of --sort' },
  force: { alias: 'f', describe: "don't complain, do it" },
  stats: { describe: 'display event stats (also --stat)' },
  sort: { alias: 's', argument: '<key[,key2...]>', describe: 'sort by key(s): pid, comm, dso, symbol, cpu (default comm,dso,symbol)' },
  symbols: { alias: 'S', argument: '<symbol[,symbol...]>', describe: 'only consider these symbols' },
  'symbol-filter': { argument: '<filter>', describe: 'only show symbols that (partially) match with this filter' },
  pid: { argument: '<pid[,pid...]>', describe: 'only consider symbols in these pids' },
  tid: { argument: '<tid[,tid...]>', describe: 'only consider symbols in these tids' },
  time: { argument: '<str>', describe: 'time span of interest (start,stop)' },
  'hide-unresolved': { alias: 'U', describe: 'only display entries resolved to a symbol' },
  'percent-limit': { argument: '<percent>', describe: "don't show entries under that percent", coerce: (text: string) => percent('--percent-limit', text) },
  percentage: { argument: '<relative|absolute>', default: 'absolute', describe: 'how to display percentage of filtered entries', coerce: (text: string) => oneOf('--percentage', text, PERCENTAGES) },
  group: { describe: 'show event group information together' },
  'show-nr-samples': { alias: 'n', describe: 'show a column with the number of samples' },
  'show-total-period': { describe: 'show a column with the sum of periods' },
  'field-separator': { alias: 't', argument: '<separator>', describe: 'separator for columns, no spaces will be added between columns' },
  quiet: { alias: 'q', describe: 'do not show any warnings or messages, nor the header' },
  ns: { describe: 'show times in nanosecs, of which there are none' },
  'max-stack': { argument: '<n>', describe: `depth of call chains (default ${MAX_FRAMES})`, coerce: (text: string) => wholeNumber('--max-stack', text, 1, MAX_FRAMES, 'a number of frames') },
  children: { describe: 'accumulate callchains of children and show total overhead as well (default)' },
  'no-children': { describe: 'show the overhead of each function alone' },
  'call-graph': {
    alias: 'g', argument: '<type,threshold,order>', optional: { form: /^[^-]/, without: 'call-graph=graph' }, coerce: callGraph,
    describe: 'call chains: graph, folded or none, a least share in percent, caller or callee',
  },
  inverted: { alias: 'G', describe: 'alias for inverted call graph: callers first' },
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
