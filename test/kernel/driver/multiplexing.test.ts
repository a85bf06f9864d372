/** When events take turns: at every tick until v3.10, by a timer since v3.11, and since v5.3 only while one waits. */
import { describe, expect, test } from '@jest/globals';
import {
  Linux, PERF_FORMAT_TOTAL_TIME_ENABLED, PERF_FORMAT_TOTAL_TIME_RUNNING, PERF_TYPE_HARDWARE, perf_event_attr,
  type Process,
} from '../../../kernel/index.ts';

const TIMES = BigInt(PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING);
const CYCLES = perf_event_attr({ type: PERF_TYPE_HARDWARE, config: 0n, read_format: TIMES, exclude_kernel: true });

/** The family 10h has four counters. */
const COUNTERS = 4;

interface Machine {
  readonly self: Process;
  /** Rotations so far. */
  rotations: number;
}

function machine(version: string, hz: number, cpus = 1): Machine {
  const counted = { rotations: 0 };
  const linux = new Linux({ kernel: version, pmu: 'amd64', cpus, config: { hz, nmi_watchdog: false } });
  const { kernel } = linux.system;
  const rotate = kernel.rotate.bind(kernel);
  kernel.rotate = (cpuctx, ctx): void => {
    counted.rotations++;
    rotate(cpuctx, ctx);
  };
  return Object.assign(counted, { self: linux.spawn('test', { cpus: [0] }) });
}

/** Opens so many cycles events, for this task on any CPU or on the one that is named. */
const open = (self: Process, count: number, cpu = -1): number[] =>
  Array.from({ length: count }, () => self.perf_event_open(CYCLES, 0, cpu, -1, 0));

/** Rotations in `ms` milliseconds of the task. */
function rotationsIn(on: Machine, ms: number): number {
  const before = on.rotations;
  on.self.run(ms * 1e6);
  return on.rotations - before;
}

describe.each(['v3.2', 'v3.4', 'v3.11', 'v5.3', 'v6.18'])('%s', (version) => {
  const byTick = version === 'v3.2' || version === 'v3.4';

  test('does not rotate events that are all on', () => {
    const on = machine(version, 1000);
    open(on.self, COUNTERS);
    expect(rotationsIn(on, 100)).toBe(0);
  });

  test.each([100, 250, 300, 1000])('rotates what waits as often as it says, at %d Hz', (hz) => {
    const on = machine(version, hz);
    open(on.self, COUNTERS + 1);
    const interval_ms = byTick ? 1000 / hz : Math.floor(1000 / hz);
    expect(Math.abs(rotationsIn(on, 300) - 300 / interval_ms)).toBeLessThanOrEqual(1);
  });

  test('lets equal events run for equal times', () => {
    const { self } = machine(version, 1000);
    const fds = open(self, COUNTERS + 3);
    self.run(700e6);
    for (const fd of fds) {
      const [, enabled, running] = self.read(fd) as readonly number[];
      // No event has run more or less than the others by more than a few turns.
      expect(Math.abs(running / enabled - COUNTERS / (COUNTERS + 3))).toBeLessThan(0.01);
    }
  });

  test('of a task with events for another CPU too, rotates at every tick until v3.10', () => {
    const on = machine(version, 1000, 2);
    open(on.self, 2, 0);
    open(on.self, 2, 1);
    expect(Math.abs(rotationsIn(on, 100) - (byTick ? 100 : 0))).toBeLessThanOrEqual(1);
  });

  test('goes on rotating for another CPU’s events when nothing waits any more, until v5.3', () => {
    const on = machine(version, 1000, 2);
    const [extra] = open(on.self, COUNTERS + 1, 0);
    open(on.self, 2, 1);
    expect(rotationsIn(on, 50)).toBeGreaterThan(40);
    on.self.close(extra);
    on.self.run(5e6);
    const goesOn = version !== 'v5.3' && version !== 'v6.18';
    expect(Math.abs(rotationsIn(on, 100) - (goesOn ? 100 : 0))).toBeLessThanOrEqual(1);
  });
});

describe.each([['v5.3', true], ['v5.10', false], ['v6.18', false]])('%s', (version, goesOn) => {
  test('goes on rotating when only a pinned event of a CPU is left, until 90c91dfb86d0', () => {
    const on = machine(version, 1000);
    on.self.perf_event_open({ ...CYCLES, pinned: true }, -1, 0, -1, 0);
    const flexible = Array.from({ length: COUNTERS }, () => on.self.perf_event_open(CYCLES, -1, 0, -1, 0));
    expect(rotationsIn(on, 50)).toBeGreaterThan(40);
    for (const fd of flexible) on.self.close(fd);
    on.self.run(10e6);
    expect(Math.abs(rotationsIn(on, 100) - (goesOn ? 100 : 0))).toBeLessThanOrEqual(1);
  });

  test('does not go on when no event of the CPU is left', () => {
    const on = machine(version, 1000);
    const flexible = Array.from({ length: COUNTERS + 1 }, () => on.self.perf_event_open(CYCLES, -1, 0, -1, 0));
    expect(rotationsIn(on, 50)).toBeGreaterThan(40);
    for (const fd of flexible) on.self.close(fd);
    on.self.run(10e6);
    expect(rotationsIn(on, 100)).toBe(0);
  });
});
