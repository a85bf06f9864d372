import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { perf_calculate_period } from '../../kernel/overflow.ts';
import { forAll } from '../support/property.ts';
import { V3_2, type KernelClass } from '../../kernel/index.ts';
import { V6_12 } from '../../kernel/variants/v6.12.ts';
import { Bench } from './bench.ts';

/** perf_calculate_period of kernel/events/core.c, where the products fit 64 bits and it drops no bits of them. */
const reference = (frequency: number, nsec: number, count: number): bigint => (BigInt(count) * 1_000_000_000n) / (BigInt(nsec) * BigInt(frequency));

const frequency = fc.integer({ min: 1, max: 100_000 });
/** Two ticks at 100 Hz are the longest time between two samples that is looked at. */
const nsec = fc.integer({ min: 1, max: 20_000_000 });

describe('the period that a frequency asks for', () => {
  test('is the kernel’s to the last event that a number can hold', () => {
    forAll([frequency, nsec, fc.nat(2 ** 34 - 1)], (f, n, c) => expect(perf_calculate_period(f, n, c)).toBe(Number(reference(f, n, c))), 2000);
  });

  test('gives the frequency: that many periods take a second', () => {
    forAll([frequency, fc.integer({ min: 100_000, max: 10_000_000 })], (f, n) => {
      const rate = 2.667;
      const period = perf_calculate_period(f, n, Math.round(rate * n));
      expect(Math.abs(period - (rate * 1e9) / f)).toBeLessThanOrEqual(1 + (1e9 / f) * (1 / n));
    });
  });

  test('is the dividend where no time has passed', () => expect(perf_calculate_period(1000, 0, 5)).toBe(5e9));
});

describe('the period of an event', () => {
  const adjusting = (start: number, kernel: KernelClass = V3_2): { adjust: (target: number) => number } => {
    const bench = new Bench(kernel);
    const event = bench.event(bench.open({ freq: true, sample_period: 1000n }));
    event.hw.sample_period = start;
    return {
      /** One adjustment to `target` events per millisecond; the period that it leaves. */
      adjust(target) {
        bench.kernel.perf_adjust_period(event, 1_000_000, target);
        return event.hw.sample_period;
      },
    };
  };
  const period = fc.integer({ min: 1, max: 4_000_000 });

  test('moves an eighth of the way, rounded as C rounds', () => {
    forAll([period, period], (start, target) => {
      const step = (BigInt(target) - BigInt(start) + 7n) / 8n;
      expect(adjusting(start).adjust(target)).toBe(Number(BigInt(start) + step) || 1);
    });
  });

  test('comes to rest at what is asked for, or up to 14 above: small steps down vanish', () => {
    forAll([period, period], (start, target) => {
      const { adjust } = adjusting(start);
      for (let i = 0; i < 200; i++) adjust(target);
      const rest = adjust(target);
      expect(rest).toBeGreaterThanOrEqual(target);
      expect(rest).toBeLessThanOrEqual(target + 14);
    });
  });

  test('comes to rest at exactly what is asked for since v6.12', () => {
    forAll([period, period], (start, target) => {
      const { adjust } = adjusting(start, V6_12);
      for (let i = 0; i < 200; i++) adjust(target);
      expect(adjust(target)).toBe(target);
    });
  });

  test('never becomes zero', () => {
    forAll([period], (start) => {
      const { adjust } = adjusting(start);
      for (let i = 0; i < 200; i++) expect(adjust(0)).toBeGreaterThanOrEqual(1);
    }, 20);
  });

  test('is one at first, in frequency mode', () => {
    const bench = new Bench();
    expect(bench.event(bench.open({ freq: true, sample_period: 1000n })).hw.sample_period).toBe(1);
  });

  test('is what was asked for, in period mode', () => {
    const bench = new Bench();
    expect(bench.event(bench.open({ sample_period: 12_345n })).hw.sample_period).toBe(12_345);
  });
});
