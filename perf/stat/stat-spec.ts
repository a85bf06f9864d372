/** `perf stat` as a value: what was asked for, and what was counted. Plain JSON, as RunSpec and RunResult are. */
import type { EventSpec, RunSpec, WorkloadSpec } from '../run-spec.ts';

export interface StatOptions {
  events: EventSpec[];
  /** -r: how often the workload runs. */
  repeat: number;
  /** -I: milliseconds between two prints; null: one at the end. */
  interval_ms: number | null;
  inherit: boolean;
  system_wide: boolean;
  cpu_list: number[] | null;
  /** -p and -t, as with record. */
  target?: { workload: WorkloadSpec; thread: boolean; alone: boolean };
}

export interface StatSpec extends Omit<RunSpec, 'record' | 'recording'> {
  stat: StatOptions;
}

/** One event in one run, or in one interval of it. */
export interface Count {
  /** As the counter has it, not scaled. */
  value: number;
  /** Nanoseconds for which the event was to count, and for which it did. */
  enabled: number;
  running: number;
}

/** All events, in the order of the command line; null for one that the machine cannot count. */
export type Counts = (Count | null)[];

export interface StatRun {
  counts: Counts;
  /** Nanoseconds from the workload's release to its end, and what it used of CPUs. */
  elapsed_ns: number;
  user_ns: number;
  system_ns: number;
  /** With -I: what each interval added, and when it ended, from the start. */
  intervals: { at_ns: number; counts: Counts }[];
}

export interface StatResult {
  runs: StatRun[];
}

/** What the count would have been, had the event counted all the time; null if it never did. */
export function scaled({ value, enabled, running }: Count): number | null {
  if (running === 0 || enabled === 0) return null;
  return running < enabled ? Math.round((value * enabled) / running) : value;
}
