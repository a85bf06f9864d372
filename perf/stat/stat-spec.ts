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
  /** -A: each CPU's counts, in place of their sum. */
  no_aggr?: boolean;
  /** -D: milliseconds after the workload's release before the events are enabled; −1: never. */
  delay_ms?: number;
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

/** What has been counted in all, and with -A on each CPU, in their order. */
export interface Reading {
  counts: Counts;
  by_cpu?: { cpu: number; counts: Counts }[];
}

export interface StatRun extends Reading {
  /** Nanoseconds from the workload's release to its end, and what it used of CPUs. */
  elapsed_ns: number;
  user_ns: number;
  system_ns: number;
  /** With -I: what each interval added, and when it ended, from the start. */
  intervals: (Reading & { at_ns: number })[];
}

export interface StatResult {
  runs: StatRun[];
}

/** What the count would have been, had the event counted all the time; null if it never did. */
export function scaled({ value, enabled, running }: Count): number | null {
  if (running === 0 || enabled === 0) return null;
  return running < enabled ? Math.round((value * enabled) / running) : value;
}
