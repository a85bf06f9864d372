/**
 * What all forms of `perf stat`'s output start from: averages over runs, their spread, and numbers as printf writes them.
 *
 * Reference: tools/perf/util/stat.c (avg_stats, stddev_stats) and stat-display.c of v6.1.
 * Not modelled: the locale, on which thousands separators depend: they are commas with -B, and otherwise there are none, as in C.
 */
import type { EventSpec, ToolVersion } from '../run-spec.ts';
import { isClock, type Averages } from './metrics.ts';
import { scaled, type Count, type Reading } from './stat-spec.ts';

/** What is printed, whatever the form. */
export interface StatTable {
  readonly events: readonly EventSpec[];
  readonly tool: ToolVersion;
  /** `noploop 1`, in quotes, or whom else the counts are of. */
  readonly subject: string;
  readonly nmi_watchdog: boolean;
  /** -B: commas between thousands. */
  readonly big_num?: boolean;
  /** --no-scale: counts as they are, however long they were counted. */
  readonly no_scale?: boolean;
  /** Counts are those of the tool's child, whose CPU time is then known, too. */
  readonly isChild: boolean;
}

/** One line: an event with what the runs say of it. */
export interface StatLine {
  readonly event: EventSpec;
  readonly state: 'counted' | 'not counted' | 'not supported';
  /** Averages; nanoseconds for the clocks. */
  readonly value: number;
  readonly enabled: number;
  readonly running: number;
  /** Standard error of the mean in percent of it. */
  readonly noise: number;
}

/** A line with what it is compared to, and whose it is: with -A a CPU's. */
export interface StatRow {
  readonly cpu: number | null;
  readonly line: StatLine;
  readonly averages: Averages;
}

/** The lines of the readings of all runs: by event, and then by CPU. */
export function rowsOf({ events, no_scale = false }: StatTable, readings: readonly Reading[], elapsed_ns: number): StatRow[] {
  const [{ by_cpu }] = readings;
  const places = by_cpu === undefined
    ? [{ cpu: null, runs: readings.map(({ counts }) => counts) }]
    : by_cpu.map(({ cpu }, i) => ({ cpu, runs: readings.map((reading) => reading.by_cpu![i].counts) }));
  const tables = places.map(({ cpu, runs }) => {
    const lines = events.map((event, i) => lineOf(event, runs.map((counts) => counts[i]), no_scale));
    return { cpu, lines, averages: averagesOf(lines, elapsed_ns) };
  });
  return events.flatMap((_, i) => tables.map(({ cpu, lines, averages }) => ({ cpu, line: lines[i], averages })));
}

function lineOf(event: EventSpec, counts: readonly (Count | null)[], no_scale: boolean): StatLine {
  const present = counts.filter((count) => count !== null);
  const enabled = average(present.map((count) => count.enabled));
  const running = average(present.map((count) => count.running));
  const values = present.map((count) => (no_scale && count.running > 0 ? count.value : scaled(count))).filter((value) => value !== null);
  const state = present.length === 0 ? 'not supported' : values.length === 0 ? 'not counted' : 'counted';
  return { event, state, value: average(values), enabled, running, noise: relativeNoise(values) };
}

function averagesOf(lines: readonly StatLine[], elapsed_ns: number): Averages {
  return {
    events: lines.map(({ event }) => event),
    values: lines.map(({ state, value }) => (state === 'counted' ? value : null)),
    elapsed_ns,
  };
}

export function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard error of the mean. */
export function standardError(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = average(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return Math.sqrt(variance / values.length);
}

function relativeNoise(values: readonly number[]): number {
  const mean = average(values);
  return mean === 0 ? 0 : (100 * standardError(values)) / mean;
}

/** Clocks are shown in milliseconds. */
export function shown({ event, value }: Pick<StatLine, 'event' | 'value'>): { value: number; unit: string } {
  return isClock(event) ? { value: value / 1e6, unit: 'msec' } : { value, unit: '' };
}

export const isMultiplexed = ({ state, enabled, running }: StatLine): boolean => state === 'counted' && running < enabled;
