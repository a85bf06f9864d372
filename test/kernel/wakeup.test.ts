import { describe, expect, test } from '@jest/globals';
import { Call, SUSPENDED } from '../../sim/call.ts';
import {
  F_SETFL, F_SETOWN, FixAsCommitted, KernelOops, O_ASYNC, PERF_EVENT_IOC_SET_OUTPUT, POLLIN, POLL_IN, READ_ONCE, SIGIO, V3_1, V3_2, WRITE_ONCE,
  type KernelClass, type PollResult, type RingBuffer,
} from '../../kernel/index.ts';
import { Bench, REGS, SAMPLE_BYTES, drain } from './bench.ts';

/** A tool that polls the first of three events that share a buffer, as perf record of 3.2 does. */
class Tool {
  readonly bench: Bench;
  readonly fds: readonly number[];
  readonly rb: RingBuffer;

  constructor(kernel: KernelClass, attr = {}) {
    this.bench = new Bench(kernel);
    this.fds = [0, 1, 2].map(() => this.bench.open(attr));
    const [first, ...others] = this.fds;
    this.rb = this.bench.map(first);
    for (const fd of others) this.bench.kernel.sys_ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, first);
  }

  poll(fd = this.fds[0]): Call<PollResult> {
    return new Call(() => this.bench.kernel.sys_poll([{ fd, events: POLLIN }], -1));
  }

  /** Samples of the events in turn, as long as the buffer has not crossed its watermark; then one of `crossing`. */
  cross(crossing: number): void {
    const { bench, rb, fds } = this;
    const before = READ_ONCE(rb.head);
    const needed = READ_ONCE(rb.wakeup) + rb.watermark - before;
    for (let i = 0; i < Math.floor(needed / SAMPLE_BYTES); i++) bench.sample(bench.event(fds[i % fds.length]));
    expect(bench.irqWork()).toBe(false);
    bench.sample(bench.event(fds[crossing]));
    expect(bench.irqWork()).toBe(true);
  }
}

const READY: PollResult = { result: 1, revents: [POLLIN] };

/** The event whose record crosses the watermark, counted from 0, decides whether the poller of event 0 hears of it. */
function wakes(kernel: KernelClass, crossing: number, woken: boolean): void {
  const tool = new Tool(kernel);
  const poll = tool.poll();
  expect(poll.resume()).toBe(SUSPENDED);
  tool.cross(crossing);
  expect(tool.bench.hardware.woken.length).toBe(Number(woken));
  expect(poll.ready).toBe(woken);
  expect(poll.resume()).toEqual(woken ? READY : SUSPENDED);
}

describe('a record that crosses the watermark', () => {
  test('on v3.1 wakes the poller of its event', () => wakes(V3_1, 0, true));
  test('on v3.1 wakes nobody if another event’s poller sleeps: the second event', () => wakes(V3_1, 1, false));
  test('on v3.1 wakes nobody if another event’s poller sleeps: the third event', () => wakes(V3_1, 2, false));
  test('with the fix wakes the poller of its event', () => wakes(FixAsCommitted, 0, true));
  test('with the fix wakes the poller of another event of the buffer', () => wakes(FixAsCommitted, 1, true));
  test('on v3.2 wakes the poller of its event', () => wakes(V3_2, 0, true));
  test('on v3.2 wakes the poller of another event: the second', () => wakes(V3_2, 1, true));
  test('on v3.2 wakes the poller of another event: the third', () => wakes(V3_2, 2, true));
});

describe('the posted flag', () => {
  test('of a lost wakeup stays, and whatever makes the sleeper look again delivers it', () => {
    const tool = new Tool(V3_1);
    const poll = tool.poll();
    poll.resume();
    tool.cross(1);
    expect(READ_ONCE(tool.rb.poll)).toBe(POLL_IN);
    WRITE_ONCE(tool.bench.task.pending_signals, 1);
    expect(poll.resume()).toEqual(READY);
  });

  test('is given to the first who asks, and to nobody else', () => {
    const tool = new Tool(V3_2);
    tool.cross(0);
    expect(tool.poll(tool.fds[1]).resume()).toEqual(READY);
    expect(tool.poll(tool.fds[0]).resume()).toBe(SUSPENDED);
  });

  test('is set again by the next crossing, one watermark on, whatever has been read', () => {
    const tool = new Tool(V3_2);
    for (let crossing = 1; crossing <= 6; crossing++) {
      tool.cross(0);
      expect(tool.poll().resume()).toEqual(READY);
      expect(READ_ONCE(tool.rb.wakeup)).toBe(crossing * tool.rb.watermark);
      drain(tool.rb);
    }
  });
});

describe('a sleeping poll', () => {
  test('of an event without a buffer is told of an error that nobody asked for, and sleeps on', () => {
    const bench = new Bench(V3_2);
    const fd = bench.open();
    expect(new Call(() => bench.kernel.sys_poll([{ fd, events: POLLIN }], -1)).resume()).toBe(SUSPENDED);
  });

  test('ends with EINTR when a signal comes and nothing is ready', () => {
    const tool = new Tool(V3_2);
    const poll = tool.poll();
    poll.resume();
    WRITE_ONCE(tool.bench.task.pending_signals, 1);
    expect(poll.resume()).toEqual({ result: -4, revents: [0] });
  });

  /** The poller of the second event sleeps; then that event's output goes elsewhere. */
  const redirected = (kernel: KernelClass): { woken: number; wokenByNewBuffer: boolean } => {
    const tool = new Tool(kernel);
    const { bench, fds } = tool;
    const other = bench.open();
    const rb = bench.map(other);
    const poll = tool.poll(fds[1]);
    poll.resume();
    expect(bench.kernel.sys_ioctl(fds[1], PERF_EVENT_IOC_SET_OUTPUT, other)).toBe(0);
    const woken = bench.hardware.woken.length;
    poll.resume();
    while (READ_ONCE(rb.wakeup) === 0) bench.sample(bench.event(other));
    bench.irqWork();
    return { woken, wokenByNewBuffer: poll.resume() !== SUSPENDED };
  };

  test('on v3.1 stays with its own event when that gets another buffer', () => {
    expect(redirected(V3_1)).toEqual({ woken: 0, wokenByNewBuffer: false });
  });

  test('on v3.2 is woken when its event gets another buffer, and then by that buffer', () => {
    expect(redirected(V3_2)).toEqual({ woken: 1, wokenByNewBuffer: true });
  });

  test('leaves nothing behind: its file has one reference, its queue no waiter', () => {
    const tool = new Tool(V3_2);
    const poll = tool.poll();
    poll.resume();
    const file = tool.bench.kernel.file_of(tool.fds[0])!;
    const sleeping = READ_ONCE(file.f_count);
    tool.cross(1);
    poll.resume();
    expect([sleeping - READ_ONCE(file.f_count), tool.bench.hardware.woken.length]).toEqual([1, 1]);
    tool.bench.kernel.perf_event_wakeup(tool.bench.event(tool.fds[0]));
    expect(tool.bench.hardware.woken.length).toBe(1);
  });
});

describe('an event whose owner wants SIGIO, and which has no buffer', () => {
  const overflow = (kernel: KernelClass): Bench => {
    const bench = new Bench(kernel);
    const fd = bench.open();
    const event = bench.event(fd);
    bench.kernel.sys_fcntl(fd, F_SETOWN, bench.task.pid);
    bench.kernel.sys_fcntl(fd, F_SETFL, O_ASYNC);
    bench.kernel.perf_event_overflow(event, 1000, REGS);
    bench.irqWork();
    return bench;
  };
  const signals = (bench: Bench): number[] => bench.hardware.signals.map(({ signal }) => signal);

  test('on v3.1 signals its owner', () => expect(signals(overflow(V3_1))).toEqual([SIGIO]));
  test('with the fix as committed takes the kernel down', () => expect(() => overflow(FixAsCommitted)).toThrow(KernelOops));
  test('on v3.2 signals its owner', () => expect(signals(overflow(V3_2))).toEqual([SIGIO]));
});

describe('wakeup_events', () => {
  /** After how many samples of events taken in turn the buffer posts wakeups. */
  const posts = (every: number, samples: number): number[] => {
    const { bench, fds } = new Tool(V3_2, { wakeup_events: every });
    const posted: number[] = [];
    for (let i = 1; i <= samples; i++) {
      bench.sample(bench.event(fds[i % fds.length]));
      if (bench.irqWork()) posted.push(i);
    }
    return posted;
  };

  test('1 posts a wakeup for each sample', () => expect(posts(1, 5)).toEqual([1, 2, 3, 4, 5]));
  test('4 counts the samples of all events of the buffer', () => expect(posts(4, 13)).toEqual([4, 8, 12]));
});
