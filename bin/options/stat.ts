/** The options of `perf stat` that are modelled, with perf's names, letters and words; and the spec that they make. */
import { namedBy } from '../../perf/cache-events.ts';
import { EVENTS_BY_NAME } from '../../perf/event-names.ts';
import { InputError } from '../../perf/input-error.ts';
import { parse_event_lists } from '../../perf/parse-events.ts';
import type { EventSpec, ToolVersion } from '../../perf/run-spec.ts';
import type { StatSpec } from '../../perf/stat/stat-spec.ts';
import type { Simulation } from '../simulation.ts';
import { MACHINE_OPTIONS } from './machine.ts';
import { machineSpec } from './machine-spec.ts';
import { HELP, type OptionTable, type Values } from './option.ts';
import { ringOf } from './ring.ts';
import { cpuList, delay, wholeNumber } from './values.ts';
import { targetOf, workloadSpec } from './workload.ts';

const MAX_RUNS = 10_000;
const MAX_INTERVAL_MS = 86_400_000;

export const STAT_OPTIONS = {
  'all-cpus': { alias: 'a', describe: 'system-wide collection from all CPUs' },
  cpu: { alias: 'C', argument: '<cpu>', describe: 'list of cpus to monitor in system-wide', coerce: cpuList },
  event: {
    alias: 'e', array: true, argument: '<event>', coerce: (lists: string[]) => parse_event_lists(lists),
    describe: "event selector. use 'perfsim list' to list available events",
  },
  'all-kernel': { describe: 'count the kernel only, in all events' },
  'all-user': { describe: 'count user mode only, in all events' },
  append: { describe: 'append to the output file' },
  'big-num': { alias: 'B', describe: "print large numbers with thousands' separators" },
  delay: { alias: 'D', argument: '<n>', describe: 'ms to wait before starting measurement after program start (-1: start with events disabled)', coerce: delay },
  detailed: { alias: 'd', describe: 'detailed run - start a lot of events; twice and three times start more' },
  group: { alias: 'g', describe: 'put the counters into a counter group' },
  'interval-count': { argument: '<n>', describe: 'print counts for fixed number of times', coerce: (text: string) => wholeNumber('--interval-count', text, 1, MAX_RUNS, 'a number of intervals') },
  'no-aggr': { alias: 'A', describe: 'disable CPU count aggregation' },
  null: { alias: 'n', describe: 'null run - dont start any counters' },
  quiet: { describe: "don't print any output, messages or warnings" },
  scale: { alias: 'c', describe: 'use --no-scale to disable counter scaling for multiplexing' },
  summary: { describe: 'print summary for interval mode' },
  sync: { alias: 'S', describe: 'call sync() before starting a run, which takes no time here' },
  verbose: { alias: 'v', describe: 'be more verbose (show what the counters had)' },
  'no-inherit': { alias: 'i', describe: "child tasks do not inherit counters" },
  'interval-print': { alias: 'I', argument: '<n>', describe: 'print counts at regular interval in ms', coerce: (text: string) => wholeNumber('-I', text, 1, MAX_INTERVAL_MS, 'an interval in ms') },
  'json-output': { alias: 'j', describe: 'print counts in JSON format' },
  output: { alias: 'o', argument: '<file>', describe: 'output file name' },
  pid: { alias: 'p', argument: '<program>', describe: "stat events on a program that runs already, such as -p 'thloop 5'" },
  repeat: { alias: 'r', argument: '<n>', default: '1', describe: 'repeat command and print average + stddev', coerce: (text: string) => wholeNumber('-r', text, 1, MAX_RUNS, 'a number of runs') },
  tid: { alias: 't', argument: '<program>', describe: 'the same, its main thread only' },
  'field-separator': { alias: 'x', argument: '<separator>', describe: 'print counts with custom separator' },
} as const satisfies OptionTable;

export const ALL_STAT_OPTIONS = { ...STAT_OPTIONS, ...MACHINE_OPTIONS, ...HELP };

type Options = Values<typeof ALL_STAT_OPTIONS>;

/** What perf counts when it is not told: v6.1 leaves out the stalls that the machine does not know, v3.2 spells CPU-migrations so. */
const BEFORE_STALLS = ['context-switches', 'cpu-migrations', 'page-faults', 'cycles'];
const STALLS = ['stalled-cycles-frontend', 'stalled-cycles-backend'];
const BEHIND_STALLS = ['instructions', 'branches', 'branch-misses'];

/** What -d adds, -d -d, and -d -d -d. */
const DETAILS = [
  ['L1-dcache-loads', 'L1-dcache-load-misses', 'LLC-loads', 'LLC-load-misses'],
  ['L1-icache-loads', 'L1-icache-load-misses', 'dTLB-loads', 'dTLB-load-misses', 'iTLB-loads', 'iTLB-load-misses'],
  ['L1-dcache-prefetches', 'L1-dcache-prefetch-misses'],
];

/** `details`: how often -d was given. */
export async function statSpec(options: Options, details: number, words: readonly string[], simulation: Simulation): Promise<StatSpec> {
  const target = await targetOf(options, words, simulation);
  const workload = target?.alone ? target.workload : await workloadSpec(options.workload, words, simulation);
  const machine = machineSpec(options, simulation);
  checkForms(options, machine.tool);
  const system_wide = options['all-cpus'] ?? false;
  // To v3.2 the list of -C chooses among the CPUs of -a.
  const cpu_list = machine.tool === '3.2' && !system_wide ? null : (options.cpu ?? null);
  const hasCpus = system_wide || cpu_list !== null;
  if (options['no-aggr'] && !hasCpus) throw new InputError('-A shows the CPUs apart, of which there are counts with -a only, in perf 6.1 with -C, too.');
  return {
    ...machine,
    workload,
    stat: {
      events: options.null ? [] : [
        ...(options.event?.map((event) => namedBy(machine.tool, event)) ?? defaultEvents(machine.tool, machine.pmu, hasCpus, simulation)),
        ...parse_event_lists(DETAILS.slice(0, details).flat()),
      ].map((event) => ({ ...ringOf(event, options), ...(options.group ? { leader: 0 } : {}) })),
      repeat: options.repeat,
      interval_ms: options['interval-print'] ?? null,
      inherit: !options['no-inherit'],
      system_wide,
      cpu_list,
      ...(options['no-aggr'] ? { no_aggr: true } : {}),
      ...(options.delay === undefined ? {} : { delay_ms: options.delay }),
      ...(target === undefined ? {} : { target }),
    },
  };
}

function checkForms(options: Options, tool: ToolVersion): void {
  if (options['json-output'] && options['field-separator'] !== undefined) throw new InputError('-j and -x exclude each other: each is a form of the output.');
  if (options['big-num'] && options['field-separator'] !== undefined) throw new InputError('-B option not supported with -x.');
  if (options.summary && options['interval-print'] === undefined) throw new InputError('--summary ends the output of -I: give that, too.');
  if (options.summary && (options['json-output'] || options['field-separator'] !== undefined)) throw new InputError('--summary goes with the table, not with -x or -j.');
  if (options['interval-count'] !== undefined && options['interval-print'] === undefined) throw new InputError('--interval-count is a number of intervals of -I: give that, too.');
  const newer = options['interval-print'] !== undefined ? '-I' : options['json-output'] ? '-j' : options.delay !== undefined ? '-D' : null;
  if (tool === '3.2' && newer !== null) throw new InputError(`perf 3.2 has no ${newer}; give --tool 6.1.`);
  if (options['interval-print'] !== undefined && options.repeat > 1) throw new InputError('-I and -r exclude each other here: give intervals of one run, or averages of several.');
}

function defaultEvents(tool: ToolVersion, pmu: string, hasCpus: boolean, { CHIPS }: Simulation): EventSpec[] {
  const chip = CHIPS.find(({ name, alias }) => name === pmu || alias === pmu);
  const stalls = tool === '3.2' ? STALLS : STALLS.filter((name) => chip?.events.some(({ signal }) => signal === name));
  const clock = hasCpus && tool === '6.1' ? 'cpu-clock' : 'task-clock';
  return [clock, ...BEFORE_STALLS, ...stalls, ...BEHIND_STALLS].map((name) => {
    const { type, config } = EVENTS_BY_NAME.get(name)!;
    return { name: tool === '3.2' && name === 'cpu-migrations' ? 'CPU-migrations' : name, type, config, exclude_user: false, exclude_kernel: false, exclude_hv: false, precise_ip: 0 };
  });
}
