/**
 * What stands behind the `#` of a count: a ratio to time, or to another event.
 *
 * Reference: perf_stat__print_shadow_stats of tools/perf/util/stat-shadow.c, v6.1. Those of v3.2 are in metrics-3.2.ts.
 * Not modelled: metrics of transactions, top-down, SMI cost, and those that event files define.
 */
import {
  PERF_COUNT_HW_BRANCH_INSTRUCTIONS, PERF_COUNT_HW_BRANCH_MISSES, PERF_COUNT_HW_CACHE_MISSES, PERF_COUNT_HW_CACHE_REFERENCES,
  PERF_COUNT_HW_CPU_CYCLES, PERF_COUNT_HW_INSTRUCTIONS, PERF_COUNT_HW_STALLED_CYCLES_BACKEND,
  PERF_COUNT_HW_STALLED_CYCLES_FRONTEND, PERF_COUNT_SW_CPU_CLOCK, PERF_COUNT_SW_TASK_CLOCK, PERF_TYPE_HARDWARE, PERF_TYPE_HW_CACHE, PERF_TYPE_SOFTWARE,
} from '../../kernel/abi/index.ts';
import { parseCacheEvent } from '../cache-events.ts';
import type { EventSpec } from '../run-spec.ts';

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

export type Matcher = (event: EventSpec) => boolean;
const is = (type: number, ...configs: number[]): Matcher => (event) => event.type === type && configs.includes(event.config);
export const isClock = is(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, PERF_COUNT_SW_TASK_CLOCK);
export const isTaskClock = is(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK);
const hardware = (config: number): Matcher => is(PERF_TYPE_HARDWARE, config);
const cacheEvent = (name: string): Matcher => is(PERF_TYPE_HW_CACHE, parseCacheEvent(name)!);
export const isCycles = hardware(PERF_COUNT_HW_CPU_CYCLES);
export const isInstructions = hardware(PERF_COUNT_HW_INSTRUCTIONS);
const isFrontendStall = hardware(PERF_COUNT_HW_STALLED_CYCLES_FRONTEND);
const isBackendStall = hardware(PERF_COUNT_HW_STALLED_CYCLES_BACKEND);

export const rate = (value: number, unit: string): Metric => ({ value, width: 8, precision: 3, suffix: '', unit });
export const ratio = (value: number, unit: string): Metric => ({ value, width: 7, precision: 2, suffix: ' ', unit });
export const percent = (value: number, unit: string): Metric => ({ value, width: 7, precision: 2, suffix: '%', unit });

/** An event of which another one is a part. */
export interface Share {
  readonly of: Matcher;
  readonly to: Matcher;
  readonly unit: string;
}

const SHARES: readonly Share[] = [
  { of: hardware(PERF_COUNT_HW_BRANCH_MISSES), to: hardware(PERF_COUNT_HW_BRANCH_INSTRUCTIONS), unit: 'of all branches' },
  { of: hardware(PERF_COUNT_HW_CACHE_MISSES), to: hardware(PERF_COUNT_HW_CACHE_REFERENCES), unit: 'of all cache refs' },
  { of: isFrontendStall, to: isCycles, unit: 'frontend cycles idle' },
  { of: isBackendStall, to: isCycles, unit: 'backend cycles idle' },
  loadMisses('L1-dcache', 'L1-dcache'), loadMisses('L1-icache', 'L1-icache'), loadMisses('dTLB', 'dTLB cache'),
  loadMisses('iTLB', 'iTLB cache'), loadMisses('LLC', 'LL-cache'),
];

function loadMisses(cache: string, shown: string): Share {
  return { of: cacheEvent(`${cache}-load-misses`), to: cacheEvent(`${cache}-loads`), unit: `of all ${shown} accesses` };
}

/** What the event is a part of, if perf says so. */
export const shareOf = (event: EventSpec): Share | undefined => SHARES.find((one) => one.of(event));

/** The metrics of an event; the second, if any, gets a line of its own. */
export function metricsOf(event: EventSpec, value: number, averages: Averages): Metric[] {
  if (isClock(event)) return averages.elapsed_ns === 0 ? [] : [rate(value / averages.elapsed_ns, 'CPUs utilized')];
  if (isInstructions(event)) return instructionMetrics(value, averages);
  const share = shareOf(event);
  if (share !== undefined) return shareMetrics(share, value, averageOf(share.to, averages));
  const runtime_ns = averageOf(isClock, averages);
  if (runtime_ns === 0) return [];
  return [isCycles(event) ? rate(value / runtime_ns, 'GHz') : perSecond(value / (runtime_ns / 1e9))];
}

function instructionMetrics(value: number, averages: Averages): Metric[] {
  const cycles = averageOf(isCycles, averages);
  return cycles === 0 ? [] : [ratio(value / cycles, 'insn per cycle'), ...stallMetrics(value, averages)];
}

/** How many cycles each of `instructions` had to wait. */
export function stallMetrics(instructions: number, averages: Averages): Metric[] {
  const stalled = Math.max(averageOf(isFrontendStall, averages), averageOf(isBackendStall, averages));
  return stalled === 0 || instructions === 0 ? [] : [ratio(stalled / instructions, 'stalled cycles per insn')];
}

function shareMetrics({ unit }: Share, value: number, whole: number): Metric[] {
  return whole === 0 ? [] : [percent((100 * value) / whole, unit)];
}

/** 0 for what was not counted, or not asked for. */
export function averageOf(matches: Matcher, { events, values }: Averages): number {
  return values.find((value, i) => matches(events[i]) && value !== null) ?? 0;
}

function perSecond(value: number): Metric {
  const units = ['/sec', 'K/sec', 'M/sec', 'G/sec'];
  const thousands = Math.max(0, units.findIndex((_, i) => value / 1000 ** i < 1000));
  return rate(value / 1000 ** thousands, units[thousands]);
}
