import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fixed } from '../../perf/printf.ts';

/** What the double is exactly: a fraction with a power of two below it. */
function exactly(value: number): { over: bigint; under: bigint } {
  let exponent = 0;
  while (!Number.isInteger(value)) {
    value *= 2;
    exponent++;
  }
  return { over: BigInt(value), under: 1n << BigInt(exponent) };
}

/** The decimal nearest to `value`, and of two the one with the even last digit, by whole numbers alone. */
function nearest(value: number, precision: number): bigint {
  const { over, under } = exactly(Math.abs(value));
  const scaled = over * 10n ** BigInt(precision);
  const below = scaled / under;
  const twiceLeft = 2n * (scaled % under);
  const up = twiceLeft > under || (twiceLeft === under && below % 2n === 1n);
  return up ? below + 1n : below;
}

const middles = fc.tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.integer({ min: 0, max: 7 })).map(([n, shift]) => n / 2 ** shift);

test('a number is rounded as printf rounds it: to the nearest decimal, and to the even one of two', () => {
  fc.assert(fc.property(fc.oneof(middles, fc.double({ min: -1e9, max: 1e9, noNaN: true })), fc.integer({ min: 0, max: 6 }), (value, precision) => {
    const text = fixed(value, precision);
    expect(BigInt(text.replace(/[-.]/g, ''))).toBe(nearest(value, precision));
    expect(text.replace(/^-/, '').split('.')[1]?.length ?? 0).toBe(precision);
  }), { seed: 1, numRuns: 3000 });
});

test.each([
  [3.125, 2, '3.12'], [1.25, 1, '1.2'], [0.5, 0, '0'], [1.5, 0, '2'], [2.5, 0, '2'], [-1.25, 1, '-1.2'], [0.05, 1, '0.1'], [1.005, 2, '1.00'],
])('%d with %d places is %s, as the C library prints it', (value, precision, text) => {
  expect(fixed(value, precision)).toBe(text);
});
