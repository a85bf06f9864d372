/** Clocks that sample more often than a tick allows: what they count, and when they go on. */
import { expect, test } from '@jest/globals';
import {
  Linux, Mapping, PAGE_SIZE, PERF_COUNT_SW_CPU_CLOCK, PERF_COUNT_SW_TASK_CLOCK, PERF_FORMAT_TOTAL_TIME_RUNNING, PERF_RECORD_SAMPLE, PERF_RECORD_THROTTLE,
  PERF_SAMPLE_TIME, PERF_TYPE_SOFTWARE, perf_event_attr, type Process,
} from '../../../kernel/index.ts';

const MS = 1e6;
const HZ = 100;
/** The third sample of a tick is one too many. */
const LIMIT = 2;

interface Sampled {
  readonly self: Process;
  readonly fd: number;
  readonly buffer: Mapping;
}

/** A clock that samples each millisecond. */
function sampled(config: number): Sampled {
  const self = new Linux({ kernel: 'v3.2', config: { hz: HZ, nmi_watchdog: false, perf_event_max_sample_rate: LIMIT * HZ } }).spawn('test');
  const fd = self.perf_event_open(perf_event_attr({
    type: PERF_TYPE_SOFTWARE, config: BigInt(config), sample_period: BigInt(MS), sample_type: BigInt(PERF_SAMPLE_TIME),
    read_format: BigInt(PERF_FORMAT_TOTAL_TIME_RUNNING), exclude_kernel: true,
  }), 0, -1, -1, 0);
  return { self, fd, buffer: self.mmap(fd, 9 * PAGE_SIZE) as Mapping };
}

/** What the clock has counted after 100 ms, for each nanosecond for which it says that it has run. */
function counted(config: number): number {
  const { self, fd, buffer } = sampled(config);
  self.run(100 * MS);
  expect(buffer.read().filter(({ type }) => type === PERF_RECORD_THROTTLE).length).toBeGreaterThanOrEqual(9);
  const [count, running] = self.read(fd) as readonly number[];
  return count / running;
}

test('a CPU clock misses the time from where it is throttled to the tick', () => {
  const share = counted(PERF_COUNT_SW_CPU_CLOCK);
  expect(share).toBeGreaterThan(0.25);
  expect(share).toBeLessThan(0.45);
});

test('a task clock begins again at the time that its context had when the task came on, and counts what has been since once more', () => {
  // With each of ten ticks all that was before it.
  expect(counted(PERF_COUNT_SW_TASK_CLOCK)).toBeGreaterThan(4);
});

test.each([PERF_COUNT_SW_CPU_CLOCK, PERF_COUNT_SW_TASK_CLOCK])(
  'a clock (%i) that is throttled when its task leaves the CPU goes on with what is left of the period that would have begun',
  (config) => {
    const { self, buffer } = sampled(config);
    const times: number[] = [];
    /** Whether the clock is throttled meanwhile. */
    const run = (ns: number): boolean => {
      self.run(ns);
      const records = buffer.read();
      times.push(...records.filter(({ type }) => type === PERF_RECORD_SAMPLE).map(({ time }) => time!));
      return records.some(({ type }) => type === PERF_RECORD_THROTTLE);
    };
    // In a tick that has only just begun.
    run(11 * MS);
    while (!run(0.1 * MS));
    const last = times.at(-1)!;
    times.length = 0;
    self.sleep(0.01 * MS);
    run(1.2 * MS);
    expect((times[0] - last) / MS).toBeGreaterThan(1);
    expect((times[0] - last) / MS).toBeLessThan(1.2);
  },
);
