/** Since v3.11 interrupts that take too long lower perf_event_max_sample_rate. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { EINVAL, type KernelClass } from '../../kernel/index.ts';
import { V3_11 } from '../../kernel/variants/v3.11.ts';
import { V4_15 } from '../../kernel/variants/v4.15.ts';
import { ran, samplesOf } from '../perf/job.ts';
import { forAll } from '../support/property.ts';
import { Bench } from './bench.ts';

type Limited = InstanceType<typeof V3_11>;

/** A kernel that has had `interrupts` interrupts of `length` nanoseconds. */
function after(kernel: KernelClass, hz: number, length: number, interrupts = 2000): Bench {
  const bench = new Bench(kernel, { hz });
  for (let i = 0; i < interrupts; i++) (bench.kernel as Limited).perf_sample_event_took(length);
  return bench;
}

const hz = fc.constantFrom(100, 250, 300, 1000);
/** A quarter of the 10 µs that a hundred thousand samples per second leave for each. */
const ALLOWED_NS = 2500;

describe.each([['v3.11', V3_11], ['v4.15', V4_15]])('%s', (_, kernel) => {
  test('leaves the rate alone while interrupts take a quarter of their time or less', () => {
    forAll([hz, fc.integer({ min: 1, max: ALLOWED_NS })], (rate, length) => {
      const { kernel: calm } = after(kernel, rate, length, 1000);
      expect([calm.max_samples_per_tick, calm.sysctl_perf_event_sample_rate]).toEqual([Math.ceil(100_000 / rate), 100_000]);
    }, 15);
  });

  test('lowers it until they take a quarter of the tick at most, or one is left', () => {
    forAll([hz, fc.integer({ min: ALLOWED_NS + 100, max: 200_000 })], (rate, length) => {
      const { kernel: busy } = after(kernel, rate, length);
      const limit = busy.max_samples_per_tick;
      expect(limit).toBeGreaterThanOrEqual(1);
      if (limit > 1) expect(limit * length).toBeLessThanOrEqual(0.25 * 1e9 / rate);
      expect(busy.sysctl_perf_event_sample_rate).toBe(limit * rate);
    }, 15);
  });

  test('opens no event of a higher frequency any more', () => {
    const bench = after(kernel, 1000, 10_000);
    const opened = (frequency: number): number => bench.open({ freq: true, sample_period: BigInt(frequency) });
    const highest = bench.kernel.sysctl_perf_event_sample_rate;
    expect(highest).toBeLessThan(100_000);
    expect(opened(highest)).toBeGreaterThanOrEqual(0);
    expect(opened(highest + 1)).toBe(-EINVAL);
  });
});

test('since v4.7 it is lowered to what is needed, before by halves', () => {
  expect(after(V3_11, 1000, 3000).kernel.max_samples_per_tick).toBe(50);
  // 3000 ns are reached from below: the first average above 2500 ns sets the limit, and each that is a quarter higher again.
  const limit = after(V4_15, 1000, 3000).kernel.max_samples_per_tick;
  expect(limit).toBe(Math.floor(250_000 / (2501 + 625)));
});

test('interrupts of twelve microseconds leave 13 samples of 20 in a tick, a CPU that has to do with all 20', () => {
  const samples = (kernel: string): number =>
    samplesOf(ran({ kernel, events: 1, freq: 20_000, seconds: 0.2, cpus: 1, latencies: { pmi_counter: [12_000, 12_000] } }))[0];
  // The running average needs some 200 interrupts, ten ticks of 20 samples, to pass 10 µs, beyond which 13 are left.
  expect(Math.abs(samples('v3.10') - 200 * 20)).toBeLessThan(100);
  expect(Math.abs(samples('v3.11') - 200 * 13)).toBeLessThan(150);
});
