/**
 * The names of the kernel's generic events, in the order of their numbers and with perf's aliases.
 * Reference: tools/perf/util/parse-events.c of v3.2 (event_symbols); names added since are those of 6.1.
 * Hardware cache events have a grammar of their own (cache-events.ts).
 * Not modelled: tracepoints, breakpoints, the named events of single PMUs.
 */
import * as abi from '../kernel/abi/constants.ts';

export interface EventName {
  symbol: string;
  alias?: string;
  type: number;
  config: number;
}

const hardware = (config: number, symbol: string, alias?: string): EventName => ({ symbol, alias, type: abi.PERF_TYPE_HARDWARE, config });
const software = (config: number, symbol: string, alias?: string): EventName => ({ symbol, alias, type: abi.PERF_TYPE_SOFTWARE, config });

export const EVENT_NAMES: readonly EventName[] = [
  hardware(abi.PERF_COUNT_HW_CPU_CYCLES, 'cpu-cycles', 'cycles'),
  hardware(abi.PERF_COUNT_HW_INSTRUCTIONS, 'instructions'),
  hardware(abi.PERF_COUNT_HW_CACHE_REFERENCES, 'cache-references'),
  hardware(abi.PERF_COUNT_HW_CACHE_MISSES, 'cache-misses'),
  hardware(abi.PERF_COUNT_HW_BRANCH_INSTRUCTIONS, 'branch-instructions', 'branches'),
  hardware(abi.PERF_COUNT_HW_BRANCH_MISSES, 'branch-misses'),
  hardware(abi.PERF_COUNT_HW_BUS_CYCLES, 'bus-cycles'),
  hardware(abi.PERF_COUNT_HW_STALLED_CYCLES_FRONTEND, 'stalled-cycles-frontend', 'idle-cycles-frontend'),
  hardware(abi.PERF_COUNT_HW_STALLED_CYCLES_BACKEND, 'stalled-cycles-backend', 'idle-cycles-backend'),
  hardware(abi.PERF_COUNT_HW_REF_CPU_CYCLES, 'ref-cycles'),
  software(abi.PERF_COUNT_SW_CPU_CLOCK, 'cpu-clock'),
  software(abi.PERF_COUNT_SW_TASK_CLOCK, 'task-clock'),
  software(abi.PERF_COUNT_SW_PAGE_FAULTS, 'page-faults', 'faults'),
  software(abi.PERF_COUNT_SW_CONTEXT_SWITCHES, 'context-switches', 'cs'),
  software(abi.PERF_COUNT_SW_CPU_MIGRATIONS, 'cpu-migrations', 'migrations'),
  software(abi.PERF_COUNT_SW_PAGE_FAULTS_MIN, 'minor-faults'),
  software(abi.PERF_COUNT_SW_PAGE_FAULTS_MAJ, 'major-faults'),
  software(abi.PERF_COUNT_SW_ALIGNMENT_FAULTS, 'alignment-faults'),
  software(abi.PERF_COUNT_SW_EMULATION_FAULTS, 'emulation-faults'),
  software(abi.PERF_COUNT_SW_DUMMY, 'dummy'),
  software(abi.PERF_COUNT_SW_BPF_OUTPUT, 'bpf-output'),
  software(abi.PERF_COUNT_SW_CGROUP_SWITCHES, 'cgroup-switches'),
];

/** The events by every name that `-e` accepts. */
export const EVENTS_BY_NAME: ReadonlyMap<string, EventName> = new Map(
  EVENT_NAMES.flatMap((event) => [event.symbol, event.alias].filter((name) => name !== undefined).map((name) => [name, event] as const)),
);
