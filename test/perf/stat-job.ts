/** perf stat as a value, run and printed for tests. */
import { expect } from '@jest/globals';
import { parse_events } from '../../perf/parse-events.ts';
import { runStat } from '../../perf/stat/run-stat.ts';
import { scaled, type Count, type StatOptions, type StatRun, type StatSpec } from '../../perf/stat/stat-spec.ts';
import { specOf, type Job } from './job.ts';

export const CYCLES_PER_S = 2_666_667_000;

interface StatJob extends Omit<Job, 'events'>, Partial<Omit<StatOptions, 'events'>> {
  events: string;
  workload?: StatSpec['workload'];
}

export function statOf({ events, repeat = 1, interval_ms = null, inherit = true, workload = { name: 'noploop', args: ['0.5'] }, no_aggr = false, delay_ms = 0, ...job }: StatJob): StatRun[] {
  const { record: _, ...machine } = specOf({ kernel: 'v6.18', tool: '6.1', ...job });
  const stat: StatOptions = { events: parse_events(events), repeat, interval_ms, inherit, system_wide: job.system_wide ?? false, cpu_list: job.cpu_list ?? null, no_aggr, delay_ms };
  return runStat({ ...machine, workload, stat }).runs;
}

/** The counts of the only run, scaled. */
export const countsOf = (job: StatJob): (number | null)[] => statOf(job)[0].counts.map((count) => count && scaled(count));

/** A second of noploop has about as many cycles as the clock, and three instructions in each. */
export function within(value: number | null | undefined, expected: number, share: number): void {
  expect(Math.abs(value! / expected - 1)).toBeLessThan(share);
}

export const count = (value: number, running = 67_481_234, enabled = running): Count => ({ value, enabled, running });
export const runOf = (...counts: (Count | null)[]): StatRun => ({ counts, elapsed_ns: 195_810_418, user_ns: 68_002_000, system_ns: 0, intervals: [] });
export const table = (events: string, tool: '3.2' | '6.1' = '6.1') => ({ events: parse_events(events), tool, subject: "'./busy 0.2'", nmi_watchdog: true, isChild: true });
