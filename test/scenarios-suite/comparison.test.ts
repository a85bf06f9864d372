/** Which differences are significant, and what the table says of them. */
import { expect, test } from '@jest/globals';
import { comparisonTable, statement } from '../../scenarios/suite/comparison.ts';
import { holm, leastProbability, probability } from '../../scenarios/suite/significance.ts';
import type { RunResult } from '../../perf/run-spec.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function results(samples: readonly number[]): RunResult[] {
  return samples.map((count) => ({
    events: [{ name: 'cycles', samples: count }], records: {}, lost_reported: 0, lost_total: 0, wakeups: 6, bytes_written: 0, file_bytes: 0, buffer_high_water: 0, reader_latency: { mean_ns: 0, max_ns: 0 }, duration_ns: 0,
  }));
}

test('equal lists have probability 1', () => {
  expect(probability([3, 3, 3], [3, 3, 3])).toBe(1);
});

test('two lists without overlap have about the least probability that their lengths allow', () => {
  const found = probability([1, 2, 3, 4], [11, 12, 13, 14]);
  expect(Math.abs(found - leastProbability(4))).toBeLessThan(0.01);
  expect(leastProbability(4)).toBe(2 / 70);
});

test('lists drawn from one urn are not told apart, lists moved by their own width are', () => {
  const even = upTo(20).filter((i) => i % 2 === 0);
  const odd = upTo(20).filter((i) => i % 2 === 1);
  expect(probability(even, odd)).toBeGreaterThan(0.5);
  expect(probability(even, odd.map((i) => i + 20))).toBeLessThan(0.001);
});

test("Holm's correction keeps the order, grows nothing beyond 1, and multiplies the least by the number of tests", () => {
  expect(holm([0.04, 0.01, 0.5])).toEqual([0.08, 0.03, 0.5]);
  expect(holm([0.9, 0.9])).toEqual([1, 1]);
});

test('the table shows the spread where there is one', () => {
  const text = comparisonTable([{ title: 'v3.1', results: results([1, 2, 3]) }, { title: 'v3.2', results: results([5, 5, 5]) }]);
  expect(text).toContain('samples of cycles          2 ± 1 (1..3)      5\n');
});

test('a statement names the test, and says when seeds are too few for it', () => {
  const few = statement([{ title: 'a', results: results([1, 2, 3]) }, { title: 'b', results: results([11, 12, 13]) }]);
  expect(few).toContain('With 3 seeds no difference can be found significant');
  const many = statement([{ title: 'a', results: results(upTo(9)) }, { title: 'b', results: results(upTo(9).map((i) => i + 9)) }]);
  expect(many).toMatch(/b against a:\n {2}samples of cycles +4 → 13 +significant \(p = 0\.00\d+\)/);
  expect(many).not.toContain('no difference can be found');
});
