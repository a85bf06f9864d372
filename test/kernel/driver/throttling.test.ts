/** What a tick allows, in time: an event that overflows all the time, on the whole machine. */
import { expect, test } from '@jest/globals';
import {
  Linux, Mapping, PAGE_SIZE, PERF_RECORD_SAMPLE, PERF_RECORD_THROTTLE, PERF_RECORD_UNTHROTTLE, PERF_SAMPLE_IP, PERF_TYPE_HARDWARE,
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
