/** What pages are told of runs and recordings: the figures are those of the run, the sentences follow from them. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { PerfData, bytesSource } from '../../../perf/data/index.ts';
import { run } from '../../../perf/index.ts';
import type { RunTrace } from '../../../perf/trace/run-trace.ts';
import { points, thousands, type Points } from '../../../perf/view/page-data.ts';
import { recordingView } from '../../../perf/view/recording-view.ts';
import { runView } from '../../../perf/view/run-view.ts';
import { forAll } from '../../support/property.ts';
import { recorded, samplesOf, specOf, type Job } from '../job.ts';

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
/** The value at the end of a step function that is kept as differences. */
const lastOf = ({ v }: Points): number => sumOf(v);

function viewed(job: Job) {
  let trace!: RunTrace;
  const spec = specOf(job);
  const result = run(spec, null, { trace: (found) => (trace = found) });
  return { result, view: runView('it', trace, spec) };
}

test('differences add up to the series that they are of', () => {
  forAll([fc.array(fc.tuple(fc.nat(1e6), fc.nat(1e9)))], (list) => {
    const at = list.map(([ns]) => ns).sort((a, b) => a - b);
    const value = list.map(([, number]) => number);
    const { t, v } = points({ at, value });
    const added = (steps: readonly number[]): number[] => steps.map((_, i) => sumOf(steps.slice(0, i + 1)));
    expect([added(t), added(v)]).toEqual([at, value]);
  });
});

test('thousands are set apart', () => {
  expect([0, 999, 1000, 30_014, 1_234_567].map(thousands)).toEqual(['0', '999', '1,000', '30,014', '1,234,567']);
});

describe('a run', () => {
  const JOBS: [string, Job, RegExp, boolean][] = [
    ['that loses its wakeup', { kernel: 'v3.1', seed: '8' }, /^The reader sleeps through the only wakeup: [\d,]+ of [\d,]+ samples are lost\.$/, false],
    ['that goes well', { seed: '8', seconds: 4 }, /^Every wakeup finds the reader: all [\d,]+ samples arrive\.$/, true],
    ['whose reader is slow', { mmap_pages: 1, freq: 20_000, seconds: 1, latencies: { write: [1e7, 2e7] } }, /^The buffer fills before the reader comes: /, false],
    ['whose buffer is large enough', { kernel: 'v3.1', seed: '3', seconds: 3 }, /^The reader sleeps through the only wakeup, but the buffer is large enough: all [\d,]+ samples arrive\.$/, true],
    ['that ends before any wakeup is due', { kernel: 'v3.1', seconds: 1 }, /^No wakeup is due before the end: all [\d,]+ samples arrive\.$/, true],
  ];

  test.each(JOBS)('%s is told so, with its own figures', (_, job, sentence, good) => {
    const { result, view } = viewed(job);
    expect(view.headline).toMatch(sentence);
    expect(view.good).toBe(good);
    expect(view.events.map(({ kept }) => kept)).toEqual(samplesOf(result));
    expect(view.events.map(({ samples }) => lastOf(samples))).toEqual(samplesOf(result));
  });

  test('asks for its frequency times the work of what is profiled', () => {
    for (const freq of [100, 1000]) {
      const asked = lastOf(viewed({ freq, seconds: 2 }).view.asked!);
      expect(Math.abs(asked - 2 * freq)).toBeLessThanOrEqual(0.01 * freq);
    }
    expect(viewed({ freq: null, period: 1_000_000, seconds: 1 }).view.asked).toBeNull();
  });
});

describe('a recording', () => {
  test.each<[string, Job]>([['of three events', { seconds: 1 }], ['of one event', { events: 1, seconds: 1 }], ['from a pipe', { seconds: 1, recording: { pipe: true } }], ['with a spell of loss', { mmap_pages: 1, freq: 20_000, seconds: 1, latencies: { write: [1e7, 2e7] } }]])(
    '%s is drawn with the counts and the losses that it holds', (_, job) => {
      const data = PerfData.open(bytesSource(recorded(job)));
      const { view, end } = recordingView('it', data);
      const result = run(specOf(job), null);
      expect(view.events.map(({ kept }) => kept)).toEqual(samplesOf(result));
      expect(view.events.map(({ samples }) => lastOf(samples))).toEqual(samplesOf(result));
      expect(view.good).toBe(result.lost_reported === 0);
      if (result.lost_reported > 0) expect(view.headline).toContain(`at least ${thousands(result.lost_reported)} records are lost`);
      expect(end).toBeGreaterThan(0.9e9);
      expect(view.buffers).toEqual([]);
      expect(view.reader).toBeNull();
    });
});
