/** The options of `perf record` that are modelled, with perf's names, letters and words. */
import { parse_branch_str } from '../../perf/branch-filter.ts';
import { parse_event_lists } from '../../perf/parse-events.ts';
import type { OptionTable } from './option.ts';
import { callGraphMode, clockid, cpuList, delay, frequency, mmapPages, oneOf, period } from './values.ts';

const EVENT_NAMES = ['perf', 'unique'] as const;

/** How the recording is written down: for readers that need more help than perf. */
export const RECORDING_OPTIONS = {
  'event-names': {
    argument: '<how>', default: 'perf', coerce: (text: string) => oneOf('--event-names', text, EVENT_NAMES),
    describe: "names of equal events: 'perf' repeats them, 'unique' makes cycles, cycles#1, cycles#2",
  },
  ksymbols: { describe: 'kernel symbols as KSYMBOL records in the recording, which need no other file' },
  timeline: { argument: '<file>', describe: 'also write what happened inside as trace-event JSON, for ui.perfetto.dev, the Firefox profiler or speedscope' },
  symfs: { argument: '<dir>', describe: 'also write the recorded programs into <dir>, for perf report --symfs <dir>' },
} as const satisfies OptionTable;

export const RECORD_OPTIONS = {
  'all-cpus': { alias: 'a', describe: 'system-wide collection from all CPUs' },
  'branch-any': { alias: 'b', describe: 'sample any taken branches (perf 6.1)' },
  'branch-filter': { alias: 'j', argument: '<branch filter mask>', describe: 'branch stack filter modes, such as any_call,u (perf 6.1)', coerce: parse_branch_str },
  count: { alias: 'c', argument: '<n>', describe: 'event period to sample', coerce: period },
  cpu: { alias: 'C', argument: '<cpu>', describe: 'list of cpus to monitor', coerce: cpuList },
  'call-graph': { argument: '<fp>', describe: 'record call chains, by frame pointers', coerce: callGraphMode },
  data: { alias: 'd', describe: 'record the sample addresses' },
  delay: {
    alias: 'D', argument: '[<ms>]', optional: { form: /^-?\d/, without: 'no-delay' }, coerce: delay,
    describe: 'enable the events so many ms after the start (-1: never); without a number, as in perf 3.2: --no-delay',
  },
  'no-delay': { describe: 'collect data without delay: wake up for every sample' },
  'no-buffering': { describe: 'the same, as perf 6.1 calls it' },
  event: {
    alias: 'e', array: true, argument: '<event>', default: ['cycles'],
    describe: "event selector. use 'perfsim list' to list available events",
    coerce: parse_event_lists,
  },
  'all-user': { describe: 'count user mode only, in all events' },
  'all-kernel': { describe: 'count the kernel only, in all events' },
  freq: { alias: 'F', argument: "<freq or 'max'>", describe: 'profile at this frequency (default 1000, with perf 6.1 4000)', coerce: frequency },
  g: { alias: 'g', describe: 'record call chains' },
  group: { describe: 'put the counters into a counter group' },
  'kernel-callchains': { describe: "the kernel's part of call chains alone (perf 6.1)" },
  'user-callchains': { describe: "user space's part of call chains alone (perf 6.1)" },
  clockid: { alias: 'k', argument: '<clockid>', describe: 'clock that records tell the time by: monotonic, monotonic_raw, boottime, realtime, tai (perf 6.1)', coerce: clockid },
  'no-bpf-event': { describe: 'do not record bpf events (perf 6.1)' },
  'no-inherit': { alias: 'i', describe: 'child tasks do not inherit counters' },
  'mmap-pages': { alias: 'm', argument: '<pages>', default: '128', describe: 'number of mmap data pages, or their size such as 512K', coerce: mmapPages },
  'no-buildid': { alias: 'B', describe: 'do not collect buildids in perf.data' },
  'no-buildid-cache': { alias: 'N', describe: 'do not update the buildid cache' },
  output: { alias: 'o', argument: '<file>', default: 'perf.data', describe: "output file name, '-' for standard output" },
  overwrite: { describe: 'let the kernel overwrite the oldest records, and read what is left at the end (perf 6.1)' },
  pid: { alias: 'p', argument: '<program>', describe: "record a program that runs already, such as -p 'thloop 5'" },
  tid: { alias: 't', argument: '<program>', describe: 'the same, its main thread only' },
  stat: { alias: 's', describe: 'per thread counts' },
  period: { alias: 'P', describe: 'record the sample period' },
  'dry-run': { describe: 'parse options then exit' },
  force: { alias: 'f', describe: 'overwrite an existing file, which is done in any case' },
  'sample-identifier': { describe: 'record the sample identifier (perf 6.1)' },
  'sample-cpu': { describe: 'record the sample cpu' },
  'strict-freq': { describe: 'refuse a frequency above the maximum, as perf 3.2 does, instead of lowering it' },
  'switch-events': { describe: 'record context switches (perf 6.1)' },
  timestamp: { alias: 'T', describe: 'record the sample timestamps' },
  quiet: { alias: 'q', describe: "don't print any message" },
  verbose: { alias: 'v', describe: 'be more verbose (show the machine and the counts per event)' },
} as const satisfies OptionTable;
