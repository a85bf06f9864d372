/** `perfsim script`: the samples of a recording, line by line. */
import { InputError } from '../../perf/input-error.ts';
import type { Command } from '../command.ts';
import { SCRIPT_NOT_MODELLED } from '../options/not-modelled.ts';
import { HELP, type OptionTable } from '../options/option.ts';
import { parseOptions } from '../options/parse-options.ts';
import { optionsOnly } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { cpuList, wholeNumber } from '../options/values.ts';
import { printText } from '../print-text.ts';

const SHOWN = ['task', 'mmap', 'switch', 'namespace', 'lost', 'cgroup', 'bpf', 'text-poke'] as const;

const MAX_FRAMES = 127;

const OPTIONS = {
  input: { alias: 'i', argument: '<file>', default: 'perf.data', describe: "input file name, '-' for standard input" },
  fields: {
    alias: 'F', array: true, argument: '<fields>', default: [],
    describe: "comma separated output fields, '+field' or '-field' to change the default, 'sw:' and the like for one type of events",
  },
  comms: { alias: 'c', argument: '<comm[,comm...]>', describe: 'only display events for these comms' },
  cpu: { alias: 'C', argument: '<cpu>', describe: 'list of cpus to profile', coerce: cpuList },
  symbols: { alias: 'S', argument: '<symbol[,symbol...]>', describe: 'only consider these symbols' },
  dsos: { argument: '<dso[,dso...]>', describe: 'only consider symbols in these DSOs' },
  pid: { argument: '<pid[,pid...]>', describe: 'only consider symbols in these pids' },
  tid: { argument: '<tid[,tid...]>', describe: 'only consider symbols in these tids' },
  time: { argument: '<str>', describe: 'time span of interest (start,stop)' },
  ns: { describe: 'use 9 decimal places when displaying time' },
  reltime: { describe: 'show time stamps relative to start' },
  deltatime: { describe: 'show time stamps relative to previous event' },
  'hide-call-graph': { alias: 'G', describe: 'when printing symbols do not display call chain' },
  'max-stack': { argument: '<n>', describe: `depth of call chains (default ${MAX_FRAMES})`, coerce: (text: string) => wholeNumber('--max-stack', text, 1, MAX_FRAMES, 'a number of frames') },
  header: { describe: 'show data header' },
  'header-only': { describe: 'show only data header' },
  'show-info': { alias: 'I', describe: 'display extended information from perf.data file, with --header' },
  force: { alias: 'f', describe: "don't complain, do it" },
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
    const [{ withRecording }, { runScript }] = await Promise.all([import('../recording.ts'), import('../script.ts')]);
    const options = parseOptions(words, OPTIONS);
    if (options.reltime && options.deltatime) throw new InputError('--reltime and --deltatime exclude each other.');
    const show = SHOWN.filter((kind) => options[`show-${kind}-events`]);
    return withRecording(options.input, (recording) => runScript(recording, { ...options, show }));
  },
};
