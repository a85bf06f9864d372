import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Random, type RandomStream } from '../../sim/random.ts';
import { forAll } from '../support/property.ts';

const draw = (stream: RandomStream, count = 20): number[] => Array.from({ length: count }, () => stream.unit());
const name = fc.string({ maxLength: 12 });

describe('a random stream', () => {
  test('is a function of the seed and its name', () => {
    forAll([name, name], (seed, stream) => expect(draw(new Random(seed).stream(stream))).toEqual(draw(new Random(seed).stream(stream))));
  });

  test('is not disturbed by what other streams draw', () => {
    forAll([name, name, fc.nat(50)], (one, other, drawn) => {
      const random = new Random('7');
      const stream = random.stream(one);
      draw(random.stream(`${other}'`), drawn);
      expect(draw(stream)).toEqual(draw(new Random('7').stream(one)));
    });
  });

  test('differs from the streams of other names and other seeds', () => {
    const streams = ['1', '2', '11'].flatMap((seed) => ['pmu/skid/cpu0', 'pmu/skid/cpu1', 'sched'].map((stream) => draw(new Random(seed).stream(stream))));
    expect(new Set(streams.map(String)).size).toBe(streams.length);
  });

  test('keeps its numbers within the bounds it is given', () => {
    forAll([fc.nat(1000), fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 })], (seed, from, span) => {
      const stream = new Random(String(seed)).stream('bounds');
      const isWithin = (value: number): boolean => value >= from && value < from + span;
      expect(isWithin(stream.between(from, from + span))).toBe(true);
      expect(isWithin(stream.logBetween(from, from + span))).toBe(true);
      expect(isWithin(from + stream.below(span))).toBe(true);
      expect(Number.isInteger(stream.below(span))).toBe(true);
    });
  });

  test('reaches every element of a list about equally often', () => {
    const stream = new Random('1').stream('pick');
    const counts = { a: 0, b: 0, c: 0 };
    for (let i = 0; i < 3000; i++) counts[stream.pick(['a', 'b', 'c'] as const)]++;
    // Five standard deviations of a binomial distribution: sqrt(3000 · 1/3 · 2/3) = 26.
    for (const count of Object.values(counts)) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });

  test('spreads durations evenly over their orders of magnitude', () => {
    const stream = new Random('1').stream('log');
    const short = Array.from({ length: 3000 }, () => stream.logBetween(1, 1e6)).filter((value) => value < 1e3).length;
    expect(Math.abs(short - 1500)).toBeLessThan(140);
  });
});
