import { describe, expect, test } from '@jest/globals';
import {
  MAX_INTERRUPTS, PERF_RECORD_SAMPLE, PERF_RECORD_THROTTLE, PERF_RECORD_UNTHROTTLE, V3_2, perf_event_attr, type KernelClass,
  type PerfEvent, type RingBuffer,
} from '../../kernel/index.ts';
import { V3_4 } from '../../kernel/variants/v3.4.ts';
import { V6_12 } from '../../kernel/variants/v6.12.ts';
import { V6_18 } from '../../kernel/variants/v6.18.ts';
import { Bench, RECORD_ATTR, REGS, drain } from './bench.ts';

/** An event on its counter, with room for what it writes. */
function counting(config: Partial<Bench['kernel']['config']>, kernel: KernelClass = V3_2): { bench: Bench; event: PerfEvent; rb: RingBuffer } {
  const bench = new Bench(kernel, config);
  const fd = bench.open({ disabled: false });
  return { bench, event: bench.event(fd), rb: bench.map(fd, 64) };
}

/** Which overflow within one tick is the first that stops the counter. */
function firstStopped(hz: number, perf_event_max_sample_rate = 100_000, kernel: KernelClass = V3_2): number {
  const { bench, event } = counting({ hz, perf_event_max_sample_rate }, kernel);
  bench.kernel.perf_event_task_tick();
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

  // The limit is max_samples_per_tick: v3.2 tests before it counts the overflow, later kernels after.
  test.each([100, 250, 300, 1000])('since v3.4 by the overflow that reaches the limit, at %d ticks a second', (hz) => {
    const limit = Math.ceil(100_000 / hz);
    expect([V3_2, V3_4, V6_18].map((kernel) => firstStopped(hz, 100_000, kernel))).toEqual([limit + 1, limit, limit]);
  });

  test('by the second overflow of a tick where one is allowed, until v6.12 by the first', () => {
    expect([V3_2, V3_4, V6_18].map((kernel) => firstStopped(1000, 1000, kernel))).toEqual([2, 2, 1]);
  });

  test.each([['v3.4', V3_4], ['v6.18', V6_18]])('on %s by overflows of one tick only, whether or not the tick has seen it', (_, kernel) => {
    const { bench, event } = counting({}, kernel);
    for (let tick = 0; tick < 5; tick++) {
      for (let i = 0; i < 99; i++) expect(bench.kernel.perf_event_overflow(event, 1000, REGS)).toBe(false);
      // The tick comes while the event's task is elsewhere.
      bench.kernel.sched_switch(bench.task, null);
      bench.kernel.perf_event_task_tick();
      bench.kernel.sched_switch(null, bench.task);
    }
  });

  test('on v3.2 by overflows of several ticks that its context has missed', () => {
    const { bench, event } = counting({});
    for (let i = 0; i < 99; i++) bench.kernel.perf_event_overflow(event, 1000, REGS);
    bench.kernel.sched_switch(bench.task, null);
    bench.kernel.perf_event_task_tick();
    bench.kernel.sched_switch(null, bench.task);
    expect([1, 2].map(() => bench.kernel.perf_event_overflow(event, 1000, REGS))).toEqual([false, true]);
  });

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

  test('since v6.16 together with its group, of which the leader says so', () => {
    const stopped = (kernel: KernelClass): unknown => {
      const bench = new Bench(kernel);
      const fd = bench.open({ disabled: false });
      const leader = bench.event(fd);
      const sibling = bench.event(bench.kernel.sys_perf_event_open(perf_event_attr(RECORD_ATTR), 0, 0, fd, 0));
      bench.kernel.perf_event_enable(sibling);
      const rb = bench.map(fd, 64);
      while (!bench.kernel.perf_event_overflow(sibling, 1000, REGS));
      const isThrottled = leader.hw.interrupts === MAX_INTERRUPTS;
      bench.kernel.perf_event_task_tick();
      return { isThrottled, isOn: leader.hw.state === 0, records: drain(rb).filter(({ type }) => type !== PERF_RECORD_SAMPLE).length };
    };
    expect(stopped(V6_12)).toEqual({ isThrottled: false, isOn: true, records: 0 });
    expect(stopped(V6_18)).toEqual({ isThrottled: true, isOn: true, records: 2 });
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
