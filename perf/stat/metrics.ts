/**
 * What stands behind the `#` of a count: a ratio to time, or to another event.
 *
 * Reference: perf_stat__print_shadow_stats of tools/perf/util/stat-shadow.c, v6.1; abs_printout and print_* of
 * tools/perf/builtin-stat.c, v3.2.
 * Not modelled: metrics of transactions, top-down, SMI cost, and those that event files define.
 */
import {
  PERF_COUNT_HW_BRANCH_INSTRUCTIONS, PERF_COUNT_HW_BRANCH_MISSES, PERF_COUNT_HW_CACHE_MISSES, PERF_COUNT_HW_CACHE_REFERENCES,
  PERF_COUNT_HW_CPU_CYCLES, PERF_COUNT_HW_INSTRUCTIONS, PERF_COUNT_HW_STALLED_CYCLES_BACKEND,
  PERF_COUNT_HW_STALLED_CYCLES_FRONTEND, PERF_COUNT_SW_CPU_CLOCK, PERF_COUNT_SW_TASK_CLOCK, PERF_TYPE_HARDWARE, PERF_TYPE_HW_CACHE, PERF_TYPE_SOFTWARE,
} from '../../kernel/abi/index.ts';
import { parseCacheEvent } from '../cache-events.ts';
import type { EventSpec, ToolVersion } from '../run-spec.ts';

/** A number with the precision and the words that perf gives it. */
export interface Metric {
  readonly value: number;
  /** Places before and behind the point, as in %8.3f. */
  readonly width: number;
  readonly precision: number;
  /** What follows the number at once: '%', a space, or nothing. */
  readonly suffix: string;
  readonly unit: string;
}

/** The averages that a table shows; null for what was not counted. */
export interface Averages {
  readonly events: readonly EventSpec[];
  readonly values: readonly (number | null)[];
  readonly elapsed_ns: number;
}

type Matcher = (event: EventSpec) => boolean;
const is = (type: number, ...configs: number[]): Matcher => (event) => event.type === type && configs.includes(event.config);
export const isClock = is(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, PERF_COUNT_SW_TASK_CLOCK);
const isTaskClock = is(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK);
const hardware = (config: number): Matcher => is(PERF_TYPE_HARDWARE, config);
const cacheEvent = (name: string): Matcher => is(PERF_TYPE_HW_CACHE, parseCacheEvent(name)!);

const rate = (value: number, unit: string): Metric => ({ value, width: 8, precision: 3, suffix: '', unit });
const ratio = (value: number, unit: string): Metric => ({ value, width: 7, precision: 2, suffix: ' ', unit });
const percent = (value: number, unit: string): Metric => ({ value, width: 7, precision: 2, suffix: '%', unit });

/** Metrics that compare an event with another; what 3.2 called them, where that differs. */
interface Share {
  readonly of: Matcher;
  readonly to: Matcher;
  readonly unit: string;
  readonly unit_3_2?: string;
}

const SHARES: readonly Share[] = [
  { of: hardware(PERF_COUNT_HW_BRANCH_MISSES), to: hardware(PERF_COUNT_HW_BRANCH_INSTRUCTIONS), unit: 'of all branches' },
  { of: hardware(PERF_COUNT_HW_CACHE_MISSES), to: hardware(PERF_COUNT_HW_CACHE_REFERENCES), unit: 'of all cache refs' },
  { of: hardware(PERF_COUNT_HW_STALLED_CYCLES_FRONTEND), to: hardware(PERF_COUNT_HW_CPU_CYCLES), unit: 'frontend cycles idle' },
  { of: hardware(PERF_COUNT_HW_STALLED_CYCLES_BACKEND), to: hardware(PERF_COUNT_HW_CPU_CYCLES), unit: 'backend cycles idle' },
  loadMisses('L1-dcache', 'L1-dcache'), loadMisses('L1-icache', 'L1-icache'), loadMisses('dTLB', 'dTLB cache'),
  loadMisses('iTLB', 'iTLB cache'), loadMisses('LLC', 'LL-cache'),
];

function loadMisses(cache: string, shown: string): Share {
  return { of: cacheEvent(`${cache}-load-misses`), to: cacheEvent(`${cache}-loads`), unit: `of all ${shown} accesses`, unit_3_2: `of all ${shown} hits` };
}

/** The metrics of an event; the second, if any, gets a line of its own. */
export function metricsOf(event: EventSpec, value: number, averages: Averages, tool: ToolVersion): Metric[] {
  const clock = tool === '3.2' ? isTaskClock : isClock;
  if (clock(event)) return averages.elapsed_ns === 0 ? [] : [rate(value / averages.elapsed_ns, 'CPUs utilized')];
  const of = (config: number): number => averageOf(hardware(config), averages) ?? 0;
  if (hardware(PERF_COUNT_HW_INSTRUCTIONS)(event)) return instructionMetrics(value, of, tool);
  const share = SHARES.find((one) => one.of(event));
  const whole = share === undefined ? 0 : (averageOf(share.to, averages) ?? 0);
  if (share !== undefined && whole !== 0) return [percent((100 * value) / whole, (tool === '3.2' && share.unit_3_2) || share.unit)];
  if (share !== undefined && tool === '6.1') return [];
  const runtime_ns = averageOf(clock, averages) ?? 0;
  if (runtime_ns === 0) return [];
  if (hardware(PERF_COUNT_HW_CPU_CYCLES)(event)) return [rate(value / runtime_ns, 'GHz')];
  return [perSecond(value / (runtime_ns / 1e9), tool)];
}

function instructionMetrics(value: number, of: (config: number) => number, tool: ToolVersion): Metric[] {
  const cycles = of(PERF_COUNT_HW_CPU_CYCLES);
  if (cycles === 0) return [];
  const stalled = Math.max(of(PERF_COUNT_HW_STALLED_CYCLES_FRONTEND), of(PERF_COUNT_HW_STALLED_CYCLES_BACKEND));
  const perCycle = ratio(value / cycles, tool === '3.2' ? 'insns per cycle' : 'insn per cycle');
  return stalled === 0 || value === 0 ? [perCycle] : [perCycle, ratio(stalled / value, 'stalled cycles per insn')];
}

function averageOf(matches: (event: EventSpec) => boolean, { events, values }: Averages): number | null {
  const at = events.findIndex((event, i) => matches(event) && values[i] !== null);
  return at === -1 ? null : values[at];
}

/** v3.2 knows millions only. */
function perSecond(value: number, tool: ToolVersion): Metric {
  if (tool === '3.2') return rate(value / 1e6, 'M/sec');
  const units = ['/sec', 'K/sec', 'M/sec', 'G/sec'];
  const thousands = Math.max(0, units.findIndex((_, i) => value / 1000 ** i < 1000));
  return rate(value / 1000 ** thousands, units[thousands]);
}
