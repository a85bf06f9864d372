/** What a tick allows, in time: an event that overflows all the time, on the whole machine. */
import { expect, test } from '@jest/globals';
import {
  Linux, Mapping, PAGE_SIZE, PERF_EVENT_IOC_PERIOD, PERF_RECORD_SAMPLE, PERF_RECORD_THROTTLE, PERF_RECORD_UNTHROTTLE, PERF_SAMPLE_IP, PERF_TYPE_HARDWARE,
  perf_event_attr,
} from '../../../kernel/index.ts';

/** User cycles between two overflows: a thousand of them, with their interrupts, take half of the longest tick. */
const PERIOD = 5000n;
const TICKS = 6;

/** The record types that `TICKS` ticks of a busy task leave. */
function recorded(kernel: string, hz: number): number[] {
  const self = new Linux({ kernel, config: { hz, nmi_watchdog: false } }).spawn('test');
  const fd = self.perf_event_open(perf_event_attr({
    type: PERF_TYPE_HARDWARE, config: 0n, sample_period: PERIOD, sample_type: BigInt(PERF_SAMPLE_IP), exclude_kernel: true,
  }), 0, -1, -1, 0);
  const buffer = self.mmap(fd, (1 + 64) * PAGE_SIZE) as Mapping;
  self.run((TICKS * 1e9) / hz);
  return buffer.read().map(({ type }) => type);
}

/** Samples before each THROTTLE and from there to the UNTHROTTLE, of whole ticks. */
function byTick(types: readonly number[]): [before: number, after: number][] {
  const ticks: [number, number][] = [];
  let counts: [number, number] | null = null;
  let throttled = false;
  for (const type of types) {
    if (type === PERF_RECORD_UNTHROTTLE) {
      if (counts !== null) ticks.push(counts);
      counts = [0, 0];
    }
    if (type !== PERF_RECORD_SAMPLE) throttled = type === PERF_RECORD_THROTTLE;
    else if (counts !== null) counts[throttled ? 1 : 0]++;
  }
  return ticks;
}

// max_samples_per_tick is 100,000 by the ticks per second, rounded up. v3.2 tests an overflow before it counts it, v3.4 and
// later after; the overflow that throttles has its sample behind the record.
test.each([100, 250, 300, 1000])('each of %d ticks a second has as many samples as max_samples_per_tick allows', (hz) => {
  const limit = Math.ceil(100_000 / hz);
  for (const [kernel, before] of [['v3.2', limit], ['v3.4', limit - 1], ['v6.18', limit - 1]] as const) {
    const ticks = byTick(recorded(kernel, hz));
    expect(ticks.length).toBeGreaterThanOrEqual(TICKS - 2);
    expect(ticks).toEqual(ticks.map(() => [before, 1]));
  }
});

/** The record types that a throttled event, and another of its group, have left when its period is changed within the tick. */
function changed(kernel: string): number[] {
  const self = new Linux({ kernel, config: { hz: 100, nmi_watchdog: false, perf_event_max_sample_rate: 1000 } }).spawn('test');
  const attr = perf_event_attr({
    type: PERF_TYPE_HARDWARE, config: 0n, sample_period: 5000n, sample_type: BigInt(PERF_SAMPLE_IP), exclude_kernel: true,
  });
  const fd = self.perf_event_open(attr, 0, -1, -1, 0);
  self.perf_event_open({ ...attr, config: 1n, sample_period: 0n }, 0, -1, fd, 0);
  const buffer = self.mmap(fd, (1 + 64) * PAGE_SIZE) as Mapping;
  self.run(1e6);
  expect(buffer.read().map(({ type }) => type).slice(-2)).toEqual([PERF_RECORD_THROTTLE, PERF_RECORD_SAMPLE]);
  self.ioctl(fd, PERF_EVENT_IOC_PERIOD, 5000n);
  return buffer.read().map(({ type }) => type);
}

test.each([['v4.2', []], ['v4.15', [PERF_RECORD_UNTHROTTLE]], ['v6.18', [PERF_RECORD_UNTHROTTLE]]])('on %s a throttled event that is given a period says %j at once', (kernel, says) => {
  expect(changed(kernel)).toEqual(says);
});
