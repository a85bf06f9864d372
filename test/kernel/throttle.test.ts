import { describe, expect, test } from '@jest/globals';
import {
  PERF_RECORD_SAMPLE, PERF_RECORD_THROTTLE, PERF_RECORD_UNTHROTTLE, V3_2, type PerfEvent, type RingBuffer,
} from '../../kernel/index.ts';
import { Bench, REGS, drain } from './bench.ts';

/** An event on its counter, with room for what it writes. */
function counting(config: Partial<Bench['kernel']['config']>): { bench: Bench; event: PerfEvent; rb: RingBuffer } {
  const bench = new Bench(V3_2, config);
  const fd = bench.open({ disabled: false });
  return { bench, event: bench.event(fd), rb: bench.map(fd, 64) };
}

/** Which overflow within one tick is the first that stops the counter. */
function firstStopped(hz: number, perf_event_max_sample_rate = 100_000): number {
  const { bench, event } = counting({ hz, perf_event_max_sample_rate });
  let overflows = 1;
  while (!bench.kernel.perf_event_overflow(event, 1000, REGS)) overflows++;
  return overflows;
}

describe('an event is throttled', () => {
  test('at 1000 ticks a second by its 101st overflow in a tick', () => expect(firstStopped(1000)).toBe(101));
  test('at 300 ticks a second by its 335th: the limit is rounded up', () => expect(firstStopped(300)).toBe(335));
  test('at 250 ticks a second by its 401st', () => expect(firstStopped(250)).toBe(401));
  test('at 100 ticks a second by its 1001st', () => expect(firstStopped(100)).toBe(1001));
  test('earlier where the administrator allows fewer samples', () => expect(firstStopped(1000, 5000)).toBe(6));

  test('with a record of it in front of the sample that did it', () => {
    const { bench, event, rb } = counting({ perf_event_max_sample_rate: 3000 });
    for (let i = 0; i < 4; i++) bench.kernel.perf_event_overflow(event, 1000, REGS);
    const [SAMPLE, THROTTLE] = [PERF_RECORD_SAMPLE, PERF_RECORD_THROTTLE];
    expect(drain(rb).map(({ type }) => type)).toEqual([SAMPLE, SAMPLE, SAMPLE, THROTTLE, SAMPLE]);
  });

  test('until the next tick, which says so', () => {
    const { bench, event, rb } = counting({ perf_event_max_sample_rate: 1000 });
    for (let i = 0; i < 2; i++) bench.kernel.perf_event_overflow(event, 1000, REGS);
    drain(rb);
    bench.kernel.perf_event_task_tick();
    expect(drain(rb).map(({ type }) => type)).toEqual([PERF_RECORD_UNTHROTTLE]);
    expect(bench.kernel.perf_event_overflow(event, 1000, REGS)).toBe(false);
  });

  test('not if it stays at the limit in every tick', () => {
    const { bench, event, rb } = counting({});
    for (let tick = 0; tick < 5; tick++) {
      for (let i = 0; i < 100; i++) expect(bench.kernel.perf_event_overflow(event, 1000, REGS)).toBe(false);
      bench.kernel.perf_event_task_tick();
    }
    expect(drain(rb).every(({ type }) => type === PERF_RECORD_SAMPLE)).toBe(true);
  });

  test('not if it only counts', () => {
    const { bench } = counting({});
    const event = bench.event(bench.open({ sample_period: 0n }));
    for (let i = 0; i < 200; i++) expect(bench.kernel.perf_event_overflow(event, 1000, REGS)).toBe(false);
  });
});

describe('an event with a limit of overflows', () => {
  test('is disabled by the last of them, and by none before', () => {
    const { bench, event } = counting({});
    bench.kernel.perf_event_refresh(event, 3);
    const stopped = [1, 2, 3].map(() => bench.kernel.perf_event_overflow(event, 1000, REGS));
    bench.irqWork();
    expect({ stopped, state: event.state }).toEqual({ stopped: [false, false, true], state: -1 });
  });
});
