import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Block } from '../../../perf/data/blocks.ts';
import { TimeQueue } from '../../../perf/data/time-queue.ts';

const block = new Block(new Uint8Array(8), 8, 0);

test('records leave by time, equal ones in the order in which they came, whatever has been flushed before', () => {
  const times = fc.array(fc.record({ low: fc.integer({ min: 0, max: 5 }), high: fc.integer({ min: 0, max: 2 }) }), { maxLength: 60 });
  fc.assert(fc.property(times, fc.integer({ min: 0, max: 2 }), (all, flushAt) => {
    const left: number[] = [];
    const queue = new TimeQueue((_, at) => left.push(at));
    all.forEach(({ low, high }, index) => queue.push(low, high, block, index));
    queue.flushUpTo(0, flushAt);
    queue.flushAll();
    const expected = all.map((time, index) => ({ ...time, index })).sort((a, b) => a.high - b.high || a.low - b.low || a.index - b.index);
    expect(left).toEqual(expected.map(({ index }) => index));
  }), { seed: 1 });
});

test('a round delivers no later than the latest time of the round before', () => {
  const left: number[] = [];
  const queue = new TimeQueue((_, at) => left.push(at));
  for (const time of [3, 1, 5]) queue.push(time, 0, block, time);
  queue.finishRound();
  expect(left).toEqual([]);
  for (const time of [4, 9]) queue.push(time, 0, block, time);
  queue.finishRound();
  expect(left).toEqual([1, 3, 4, 5]);
  queue.push(2, 0, block, 2);
  expect(queue.unordered).toBe(1);
  queue.flushAll();
  expect(left).toEqual([1, 3, 4, 5, 2, 9]);
});
