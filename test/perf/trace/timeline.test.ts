/** The timeline of a run: what the programs that open it rely on, and that it tells the run's own story. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { run, type RunResult } from '../../../perf/index.ts';
import { omissions, timeline, type TraceEvent } from '../../../perf/trace/trace-events.ts';
import type { RunTrace } from '../../../perf/trace/run-trace.ts';
import { samplesOf, specOf, type Job } from '../job.ts';

function traced(job: Job): { result: RunResult; trace: RunTrace; events: readonly TraceEvent[] } {
  let trace!: RunTrace;
  const spec = specOf(job);
  const result = run(spec, null, { trace: (found) => (trace = found) });
  return { result, trace, events: timeline(trace, spec).traceEvents };
}

/** Whole nanoseconds: the format's microseconds are not whole numbers. */
const ns = (us: number): number => Math.round(1000 * us);
const track = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`;

function grouped(events: readonly TraceEvent[], key: (event: TraceEvent) => string): Map<string, TraceEvent[]> {
  const groups = new Map<string, TraceEvent[]>();
  for (const event of events) groups.set(key(event), [...(groups.get(key(event)) ?? []), event]);
  return groups;
}

function tracks(events: readonly TraceEvent[], ...phases: TraceEvent['ph'][]): Map<string, TraceEvent[]> {
  return grouped(events.filter(({ ph }) => phases.includes(ph)), track);
}

/** Slices that begin before an earlier one has ended, and end after it. */
function crossing(slices: readonly TraceEvent[]): TraceEvent[] {
  const open: number[] = [];
  return slices.filter((slice) => {
    const [from, to] = [ns(slice.ts!), ns(slice.ts! + slice.dur!)];
    while (open.length > 0 && open.at(-1)! <= from) open.pop();
    const crosses = open.length > 0 && to > open.at(-1)!;
    open.push(to);
    return crosses;
  });
}

const JOBS: [string, Job][] = [
  ['v3.1, whose reader sleeps on', { kernel: 'v3.1', seed: '8' }],
  ['v3.2', { seed: '8' }],
  ['a wakeup for every sample, on all CPUs', { no_delay: true, system_wide: true, seconds: 1 }],
  ['a small buffer that is often full', { mmap_pages: 1, freq: 20_000, seconds: 1, latencies: { write: [1e7, 2e7] } }],
];

describe.each(JOBS)('the timeline of %s', (_, job) => {
  let events: readonly TraceEvent[];
  beforeAll(() => {
    ({ events } = traced(job));
  });

  test('is in order of time', () => {
    const times = events.filter(({ ph }) => ph !== 'M').map(({ ts }) => ts!);
    expect(times.length).toBeGreaterThan(100);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test('has slices that nest or follow each other on each track', () => {
    const slices = [...tracks(events, 'X').values()];
    expect(slices.length).toBeGreaterThan(5);
    expect(slices.flatMap(crossing)).toEqual([]);
    expect(slices.flat().filter(({ dur }) => !(dur! > 0))).toEqual([]);
  });

  test('has arrows that begin once, end once, go forward, and touch a slice at every stop', () => {
    const slices = tracks(events, 'X');
    const arrows = grouped(events.filter(({ ph }) => 'stf'.includes(ph)), ({ id }) => String(id));
    expect(arrows.size).toBeGreaterThan(10);
    for (const stops of arrows.values()) {
      expect(stops.map(({ ph }) => ph).join('')).toMatch(/^st*f$/);
    }
    const touches = (stop: TraceEvent): boolean =>
      slices.get(track(stop))?.some(({ ts, dur }) => ns(ts!) <= ns(stop.ts!) && ns(stop.ts!) <= ns(ts! + dur!)) ?? false;
    expect([...arrows.values()].flat().filter((stop) => !touches(stop))).toEqual([]);
  });

  test('names every process and track that it uses', () => {
    const named = new Set(events.filter(({ name }) => name === 'thread_name').map(track));
    expect([...tracks(events, 'X', 's', 't', 'f').keys()].filter((key) => !named.has(key))).toEqual([]);
  });
});

describe('the trace of a run', () => {
  test.each(JOBS)('%s: watching changes nothing, and the counts are those of the run', (_, job) => {
    const { result, trace } = traced(job);
    expect(result).toEqual(run(specOf(job), null));
    const stored = specOf(job).record.events.map((__, event) =>
      trace.counters.filter((counter) => counter.event === event).reduce((sum, counter) => sum + counter.stored, 0));
    expect(stored).toEqual(samplesOf(result));
    expect(trace.counters.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(result.lost_total);
    expect(Math.max(...trace.buffers.map(({ peak }) => peak))).toBe(result.buffer_high_water);
    const { sent, woke, awake, lost } = trace.wakeupCounts;
    expect(sent).toBeGreaterThanOrEqual(woke + awake + lost);
  });

  test('in v3.1 the wakeup goes to the third event, where nobody sleeps; in v3.2 to the first, which has the reader', () => {
    const outcomes = (kernel: string): string[] => traced({ kernel, seed: '8' }).trace.wakeups.map(({ outcome }) => outcome);
    expect(outcomes('v3.1')).toEqual(['lost']);
    expect(outcomes('v3.2')).toEqual(Array.from({ length: 5 }, () => 'woke'));
  });

  test('grows with the run up to a bound, and says what it leaves out', () => {
    const { trace, events } = traced({ seconds: 5, no_delay: true });
    expect(trace.wakeupCounts.sent).toBeGreaterThan(10_000);
    for (const list of [trace.wakeups, trace.reads, trace.stints, trace.calls]) expect(list.length).toBeLessThanOrEqual(1000);
    expect(trace.kept.wakeups).toEqual({ what: 'wakeups', how: 'evenly spread', seen: trace.wakeupCounts.sent, kept: trace.wakeups.length });
    expect(omissions(trace).join()).toContain(`${trace.wakeups.length} of ${trace.wakeupCounts.sent} wakeups`);
    expect(JSON.stringify(events).length).toBeLessThan(4_000_000);
  });
});
