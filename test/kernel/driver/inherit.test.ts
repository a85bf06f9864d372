/** Inherited events: who gets them, and what a read of the event that has a descriptor says of those that are still alive. */
import { expect, test } from '@jest/globals';
import {
  Linux, PERF_EVENT_IOC_DISABLE, PERF_EVENT_IOC_PERIOD, PERF_EVENT_IOC_SET_OUTPUT, PERF_FORMAT_TOTAL_TIME_ENABLED, PERF_SAMPLE_PERIOD, perf_event_attr, type Process,
} from '../../../kernel/index.ts';

const FAULTS = { type: 1, config: 2n, inherit: true } as const;
const TASK_CLOCK = { type: 1, config: 1n, inherit: true } as const;
const KERNELS = ['v3.2', 'v4.2', 'v6.18'];

function machine(kernel: string): Process {
  return new Linux({ kernel, cpus: 2 }).spawn('test');
}

test.each(KERNELS)('on %s a read counts what living children have done, and their time', (kernel) => {
  const self = machine(kernel);
  const fd = self.perf_event_open(perf_event_attr({ ...TASK_CLOCK, read_format: BigInt(PERF_FORMAT_TOTAL_TIME_ENABLED) }), 0, -1, -1, 0);
  const child = self.fork();
  child.run(20e6);
  const [alive, enabledAlive] = self.read(fd) as readonly number[];
  child.exit();
  const [ended, enabledEnded] = self.read(fd) as readonly number[];
  for (const value of [alive, enabledAlive]) expect(value).toBeGreaterThan(20e6);
  // The child's exit costs a little more, and takes nothing away.
  expect(ended).toBeGreaterThanOrEqual(alive);
  expect(enabledEnded).toBeGreaterThanOrEqual(enabledAlive);
});

test('inherit_thread keeps an event from new processes', () => {
  const self = machine('v6.18');
  const fd = self.perf_event_open(perf_event_attr({ ...FAULTS, inherit_thread: true }), 0, -1, -1, 0);
  const [process, thread] = [self.fork(), self.clone()];
  process.fault(100);
  thread.fault(5);
  expect(self.read(fd)).toEqual([5]);
});

test('all members of a group that has been inherited write whole samples', () => {
  const self = machine('v6.18');
  const attr = perf_event_attr({ ...FAULTS, sample_period: 1n, sample_type: 3n });
  const leader = self.perf_event_open(attr, 0, 0, -1, 0);
  const sibling = self.perf_event_open(attr, 0, 0, leader, 0);
  const buffer = self.mmap(sibling, 9 * 4096);
  if (typeof buffer === 'number') throw new Error(`errno ${buffer}`);
  const child = self.fork();
  child.sched_setaffinity([0]);
  child.fault(3);
  expect(new Set(buffer.read().map(({ size }) => size))).toEqual(new Set([24]));
});

/** What a task and its child have counted of faults, and the grandchild, whose events come from the first as well. */
function generations(kernel: string, attr: object): { self: Process; fd: number; parent: Process; child: Process } {
  const linux = new Linux({ kernel });
  const [self, parent] = [linux.spawn('profiler'), linux.spawn('parent')];
  const fd = self.perf_event_open(perf_event_attr({ ...FAULTS, ...attr }), parent.tid, -1, -1, 0);
  return { self, fd, parent, child: parent.fork() };
}

test.each([['v3.15', 0], ['v3.18', 3]])('on %s a grandchild is born with its event in the state of the %s event (1929def9e609, v3.18)', (kernel, counted) => {
  const { self, fd, child } = generations(kernel, { disabled: true, enable_on_exec: true });
  child.exec({ comm: 'program', maps: [] });
  const grandchild = child.fork();
  grandchild.fault(3);
  expect(self.read(fd)).toEqual([counted]);
});

test.each(KERNELS)('on %s a child samples with the period that the event has been given since', (kernel) => {
  const self = machine(kernel);
  const fd = self.perf_event_open(perf_event_attr({ ...FAULTS, sample_period: 50n, sample_type: 2n }), 0, 0, -1, 0);
  const buffer = self.mmap(fd, 9 * 4096);
  if (typeof buffer === 'number') throw new Error(`errno ${buffer}`);
  self.ioctl(fd, PERF_EVENT_IOC_PERIOD, 5n);
  const child = self.fork();
  child.sched_setaffinity([0]);
  child.fault(20);
  expect(buffer.read().length).toBe(4);
});

test.each(KERNELS)('on %s an exec enables nothing in children that were born after it had been waited for', (kernel) => {
  const { self, fd, parent } = generations(kernel, { disabled: true, enable_on_exec: true });
  parent.exec({ comm: 'program', maps: [] });
  self.ioctl(fd, PERF_EVENT_IOC_DISABLE);
  const late = parent.fork();
  late.exec({ comm: 'other', maps: [] });
  late.fault(3);
  expect(self.read(fd)).toEqual([0]);
});

test.each(KERNELS)('on %s a grandchild begins with the period of the first event, whatever its parent has arrived at', (kernel) => {
  const self = new Linux({ kernel, config: { nmi_watchdog: false } }).spawn('test');
  const attr = { type: 0, config: 0n, inherit: true, freq: true, sample_period: 1000n, sample_type: BigInt(PERF_SAMPLE_PERIOD), exclude_kernel: true } as const;
  const fd = self.perf_event_open(perf_event_attr(attr), 0, 0, -1, 0);
  const buffer = self.mmap(fd, 9 * 4096);
  if (typeof buffer === 'number') throw new Error(`errno ${buffer}`);
  // The first task never runs user code, so that its period is the one that all begin with.
  const child = self.fork();
  child.run(20e6);
  expect(buffer.read().at(-1)!.period).toBeGreaterThan(1_000_000);
  const grandchild = child.fork();
  grandchild.run(3e6);
  expect(buffer.read()[0].period).toBe(1);
});

test('the first overflow of an event says nothing of its rate, even soon after the boot', () => {
  const self = new Linux({ config: { nmi_watchdog: false, hz: 100 } }).spawn('test');
  const attr = { type: 0, config: 0n, inherit: true, freq: true, sample_period: 20_000n, sample_type: BigInt(PERF_SAMPLE_PERIOD), exclude_kernel: true } as const;
  const buffer = self.mmap(self.perf_event_open(perf_event_attr(attr), 0, 0, -1, 0), 9 * 4096);
  if (typeof buffer === 'number') throw new Error(`errno ${buffer}`);
  // Between the ticks at 10 and 20 ms, which would adjust the period, too.
  self.run(11e6);
  const period = buffer.read().at(-1)!.period!;
  const child = self.fork();
  child.run(1e6);
  const periods = buffer.read().map((record) => record.period!);
  expect(periods.length).toBeGreaterThanOrEqual(4);
  for (const one of periods.slice(0, 4)) expect(Math.abs(one / period - 1)).toBeLessThan(0.05);
});

// v3.19 to v4.4 removed them a little later.
test.each([['v3.18', 3], ['v4.15', 0], ['v6.18', 0]])('on %s children of an event that is closed write %i of 3 samples (c6e5b73242d2, v4.5)', (kernel, written) => {
  const self = machine(kernel);
  const attr = perf_event_attr({ ...FAULTS, sample_period: 1n, sample_type: 2n });
  const [owner, event] = [0, 1].map(() => self.perf_event_open(attr, 0, 0, -1, 0));
  const buffer = self.mmap(owner, 9 * 4096);
  if (typeof buffer === 'number') throw new Error(`errno ${buffer}`);
  self.ioctl(event, PERF_EVENT_IOC_SET_OUTPUT, owner);
  self.ioctl(owner, PERF_EVENT_IOC_DISABLE);
  const child = self.fork();
  // The child has the descriptor, too.
  child.close(event);
  self.close(event);
  child.sched_setaffinity([0]);
  child.fault(3);
  expect(buffer.read().length).toBe(written);
});
