/** A period longer than a counter can be given runs in pieces: an interrupt for each, and an overflow for the last. */
import { expect, test } from '@jest/globals';
import { Linux } from '../../../kernel/index.ts';
import { chipNamed } from '../../../pmu/chips/index.ts';

const SECONDS = 8;
/** watchdog_thresh: the watchdog's period is so many seconds of cycles. */
const PERIOD_SECONDS = 10;

/** Interrupts of the PMU while one task keeps the CPU busy, and the watchdog's event is all there is. */
function interrupts(kernel: string, pmu: string, seconds = SECONDS): number {
  const linux = new Linux({ kernel, pmu });
  const { x86_pmu } = linux.system.kernel;
  const handle_irq = x86_pmu.handle_irq.bind(x86_pmu);
  let count = 0;
  x86_pmu.handle_irq = (location): void => {
    count++;
    handle_irq(location);
  };
  linux.spawn('busy').run(seconds * 1e9);
  return count;
}

/** Pieces of 2^31 − 1 cycles that fit into the run. */
const pieces = (pmu: string): number => Math.floor((SECONDS * chipNamed(pmu)!.khz * 1000) / (2 ** 31 - 1));

test.each(['core2', 'nehalem', 'westmere'])('of the watchdog on %s, whose counters take 31 bits, on every kernel', (pmu) => {
  expect(interrupts('v3.2', pmu)).toBe(pieces(pmu));
  expect(interrupts('v6.18', pmu)).toBe(pieces(pmu));
});

test.each(['sandybridge', 'skylake'])('of the watchdog on %s until v3.11 writes counters in full width', (pmu) => {
  expect(interrupts('v3.10', pmu)).toBe(pieces(pmu));
  expect(interrupts('v3.11', pmu)).toBe(0);
});

test.each([['v3.2', 'amd-zen'], ['v6.18', 'amd64-fam15h'], ['v6.18', 'skylake']])('of the watchdog on %s come once in a period on %s', (kernel, pmu) => {
  expect(interrupts(kernel, pmu, 2.5 * PERIOD_SECONDS)).toBe(2);
});
