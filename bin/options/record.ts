/** The options of `perf record` that are modelled, with perf's names, letters and words. */
import { parse_event_lists } from '../../perf/parse-events.ts';
import type { OptionTable } from './option.ts';
import { cpuList, delay, frequency, mmapPages, oneOf, period } from './values.ts';

const EVENT_NAMES = ['perf', 'unique'] as const;

/** How the recording is written down: for readers that need more help than perf. */
export const RECORDING_OPTIONS = {
  'event-names': {
    type: 'string', argument: '<how>', default: 'perf', coerce: (text: string) => oneOf('--event-names', text, EVENT_NAMES),
    describe: "names of equal events: 'perf' repeats them, 'unique' makes cycles, cycles#1, cycles#2",
  },
  ksymbols: { type: 'boolean', describe: 'kernel symbols as KSYMBOL records in the recording, which need no other file' },
  timeline: { type: 'string', argument: '<file>', describe: 'also write what happened inside as trace-event JSON, for ui.perfetto.dev, the Firefox profiler or speedscope', coerce: String },
  symfs: { type: 'string', argument: '<dir>', describe: 'also write the recorded programs into <dir>, for perf report --symfs <dir>', coerce: String },
} as const satisfies OptionTable;

export const RECORD_OPTIONS = {
  'all-cpus': { alias: 'a', type: 'boolean', describe: 'system-wide collection from all CPUs' },
  count: { alias: 'c', type: 'string', argument: '<n>', describe: 'event period to sample', coerce: period },
  cpu: { alias: 'C', type: 'string', argument: '<cpu>', describe: 'list of cpus to monitor', coerce: cpuList },
  'call-graph': { type: 'string', argument: '<fp>', describe: 'record call chains, by frame pointers', coerce: (text: string) => oneOf('--call-graph', text, ['fp']) },
  data: { alias: 'd', type: 'boolean', describe: 'record the sample addresses' },
  delay: {
    alias: 'D', type: 'string', argument: '[<ms>]', optional: { form: /^-?\d/, without: 'no-delay' }, coerce: delay,
    describe: 'enable the events so many ms after the start (-1: never); without a number, as in perf 3.2: --no-delay',
  },
  'no-delay': { type: 'boolean', describe: 'collect data without delay: wake up for every sample' },
  'no-buffering': { type: 'boolean', describe: 'the same, as perf 6.1 calls it' },
  event: {
    alias: 'e', type: 'string', array: true, argument: '<event>', default: ['cycles'],
    describe: "event selector. use 'perfsim list' to list available events",
    coerce: parse_event_lists,
  },
  'all-user': { type: 'boolean', describe: 'count user mode only, in all events' },
  'all-kernel': { type: 'boolean', describe: 'count the kernel only, in all events' },
  freq: { alias: 'F', type: 'string', argument: "<freq or 'max'>", describe: 'profile at this frequency (default 1000, with perf 6.1 4000)', coerce: frequency },
  g: { alias: 'g', type: 'boolean', describe: 'record call chains' },
  'no-inherit': { alias: 'i', type: 'boolean', describe: 'child tasks do not inherit counters' },
  'mmap-pages': { alias: 'm', type: 'string', argument: '<pages>', default: '128', describe: 'number of mmap data pages, or their size such as 512K', coerce: mmapPages },
  'no-buildid-cache': { alias: 'N', type: 'boolean', describe: 'do not update the buildid cache' },
  output: { alias: 'o', type: 'string', argument: '<file>', default: 'perf.data', describe: "output file name, '-' for standard output", coerce: String },
  overwrite: { type: 'boolean', describe: 'let the kernel overwrite the oldest records, and read what is left at the end (perf 6.1)' },
  pid: { alias: 'p', type: 'string', argument: '<program>', describe: "record a program that runs already, such as -p 'thloop 5'", coerce: String },
  tid: { alias: 't', type: 'string', argument: '<program>', describe: 'the same, its main thread only', coerce: String },
  stat: { alias: 's', type: 'boolean', describe: 'per thread counts' },
  'sample-cpu': { type: 'boolean', describe: 'record the sample cpu' },
  'strict-freq': { type: 'boolean', describe: 'refuse a frequency above the maximum, as perf 3.2 does, instead of lowering it' },
  'switch-events': { type: 'boolean', describe: 'record context switches (perf 6.1)' },
  timestamp: { alias: 'T', type: 'boolean', describe: 'record the sample timestamps' },
  quiet: { alias: 'q', type: 'boolean', describe: "don't print any message" },
  verbose: { alias: 'v', type: 'boolean', describe: 'be more verbose (show the machine and the counts per event)' },
} as const satisfies OptionTable;
