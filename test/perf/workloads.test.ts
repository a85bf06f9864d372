/** The workloads, as the simulated tool records them. */
import { describe, expect, test } from '@jest/globals';
import { WORKLOADS, run } from '../../perf/index.ts';
import { nehalem } from '../../pmu/chips/nehalem.ts';
import { CYCLES, SIGNALS, mixture, part_of, location } from '../../pmu/location.ts';
import { longest_ns, shortest_ns } from '../../pmu/workload-duration.ts';
import { specOf } from './job.ts';

/** Samples of cycles at 1000 Hz: a thousand per second of CPU time. */
function cyclesOf(name: string, ...args: string[]): number {
  const { events, lost_total } = run({ ...specOf({ events: 1 }), workload: { name, args } }, null);
  expect(lost_total).toBe(0);
  return events[0].samples;
}

/** Within the start-up, the exec, and what a frequency takes to settle, which a thread begins anew. */
function takesCpu(seconds: number, name: string, ...args: string[]): void {
  const samples = cyclesOf(name, ...args);
  expect(samples).toBeGreaterThan(1000 * seconds - 30);
  expect(samples).toBeLessThan(1000 * seconds + 20);
}

describe('CPU time', () => {
  test('noploop, leafloop and datasym use one CPU for their seconds', () => {
    takesCpu(1, 'noploop');
    takesCpu(0.5, 'leafloop', '0.5');
    takesCpu(0.5, 'datasym', '0.5');
  });

  test('both threads of thloop are sampled through the events that they inherit', () => takesCpu(2, 'thloop', '1'));
  test('the child of sqrtloop works, and its parent waits for it', () => takesCpu(0.5, 'sqrtloop', '0.5'));
  test('brstack takes 25 cycles a loop, whatever the clock', () => takesCpu((25 * 2e7) / (nehalem.khz * 1000), 'brstack', '2e7'));
});

describe('every workload', () => {
  test('has functions that follow each other and do not overlap', () => {
    for (const { code } of WORKLOADS) {
      for (const [i, { start }] of code.slice(1).entries()) expect(start).toBeGreaterThanOrEqual(code[i].start + code[i].length);
      expect(code.every(({ length }) => length > 0)).toBe(true);
    }
  });

  test('refuses arguments that it does not take', () => {
    for (const workload of WORKLOADS) {
      expect(() => workload.parse(['-1'])).toThrow(workload.name);
      expect(() => workload.parse(['1', '2'])).toThrow(`${workload.name} takes one argument`);
    }
  });
});

describe('a mixture of functions', () => {
  const rare = { location: location('user', 'rare', 0, 16, { branches: 0.9 }), share: 1 };
  const often = { location: location('user', 'often', 16, 16, { branches: 0.1 }), share: 3 };
  const mix = mixture([rare, often]);

  test('has the average rates', () => {
    expect(mix.rates[SIGNALS.indexOf('branches')]).toBeCloseTo((0.9 + 3 * 0.1) / 4, 12);
    expect(mix.rates[CYCLES]).toBe(1);
  });

  test('shows each function as often as it causes the event', () => {
    const shown = (signal: number): number => Array.from({ length: 1000 }, (_, i) => part_of(mix, signal, i / 1000)).filter(({ symbol }) => symbol === 'rare').length;
    expect(shown(CYCLES)).toBe(250);
    expect(shown(SIGNALS.indexOf('branches'))).toBe(750);
  });
});

test('threads make a run shorter than its work: both bounds of its duration', () => {
  const { phases } = WORKLOADS.find(({ name }) => name === 'thloop')!.parse(['3']);
  expect([shortest_ns(phases, nehalem.khz), longest_ns(phases, nehalem.khz)]).toEqual([3e9, 6e9]);
});
