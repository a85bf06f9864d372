/** What came with which version: the kernel of that name has it, and the one before does not. */
import { describe, expect, test } from '@jest/globals';
import {
  EACCES, EINVAL, ENOTTY, EOVERFLOW, Linux, Mapping, PAGE_SIZE, PERF_COUNT_SW_CPU_CLOCK, PERF_COUNT_SW_CPU_MIGRATIONS, PERF_COUNT_SW_PAGE_FAULTS,
  PERF_EVENT_IOC_PAUSE_OUTPUT, PERF_EVENT_IOC_PERIOD, PERF_EVENT_IOC_SET_BPF, PERF_EVENT_IOC_SET_OUTPUT, PERF_FORMAT_ID, PERF_RECORD_EXIT,
  PERF_RECORD_MISC_MMAP_DATA, PERF_RECORD_MISC_USER, PERF_RECORD_READ, PERF_SAMPLE_CALLCHAIN, PERF_SAMPLE_ID, PERF_SAMPLE_PERIOD, PERF_SAMPLE_TID, PERF_TYPE_HARDWARE,
  PERF_TYPE_SOFTWARE, PROT_READ, perf_event_attr, type PerfEventAttr, type Process,
} from '../../../kernel/index.ts';

const FAULTS: Partial<PerfEventAttr> = { type: PERF_TYPE_SOFTWARE, config: BigInt(PERF_COUNT_SW_PAGE_FAULTS), sample_type: BigInt(PERF_SAMPLE_TID) };

function opened(self: Process, attr: Partial<PerfEventAttr>, pid = 0, cpu = -1): number {
  return self.perf_event_open(perf_event_attr({ ...FAULTS, ...attr }), pid, cpu, -1, 0);
}

function mapped(self: Process, fd: number, pages = 8): Mapping {
  const mapping = self.mmap(fd, (1 + pages) * PAGE_SIZE);
  if (!(mapping instanceof Mapping)) throw new Error(`errno ${String(mapping)}`);
  return mapping;
}

const spawn = (kernel: string): Process => new Linux({ kernel }).spawn('test');

test.each([['v3.2', 10], ['v3.4', 100]])('on %s a hundred faults are %i samples, if the period is 10 and PERF_SAMPLE_PERIOD asked for (5d81e5cfb37a, v3.3)', (kernel, samples) => {
  const self = spawn(kernel);
  const buffer = mapped(self, opened(self, { sample_period: 10n, sample_type: BigInt(PERF_SAMPLE_PERIOD) }));
  self.fault(100);
  expect(buffer.read().length).toBe(samples);
});

// A software event whose period is to begin anew begins it with a sample.
test.each([['v3.11', 4], ['v3.15', 1]])('on %s a period that is changed after 6 of 10 faults ends after %i more (bad7192b842c, v3.14)', (kernel, more) => {
  const self = spawn(kernel);
  const fd = opened(self, { sample_period: 10n });
  const buffer = mapped(self, fd);
  self.fault(6);
  self.ioctl(fd, PERF_EVENT_IOC_PERIOD, 5n);
  let after = 0;
  for (; buffer.peek().length === 0; after++) self.fault(1);
  expect(after).toBe(more);
});

test.each([
  ['v3.11', true, true], ['v3.15', false, true], ['v4.2', false, true], ['v4.15', false, true], ['v5.2', false, true], ['v5.3', false, false],
])('on %s an event may have a period of 2^63 when it is opened: %s (0819b2e30ccb, v3.15); later: %s (913a90bc5a3a, v5.3)', (kernel, first, later) => {
  const self = spawn(kernel);
  const period = 1n << 63n;
  expect(opened(self, { sample_period: period }) !== -EINVAL).toBe(first);
  expect(self.ioctl(opened(self, { sample_period: 1n }), PERF_EVENT_IOC_PERIOD, period)).toBe(later ? 0 : -EINVAL);
});

// Until v4.8 the place of sample_max_stack was reserved, and nobody looked at it.
test.each([['v4.2', true], ['v4.15', false], ['v6.18', false]])('on %s chains of more than 127 addresses may be asked for: %s', (kernel, may) => {
  const fd = opened(spawn(kernel), { sample_period: 1n, sample_type: BigInt(PERF_SAMPLE_CALLCHAIN), sample_max_stack: 1000 });
  expect(fd === -EOVERFLOW).toBe(!may);
});

test.each([['v3.10', 2], ['v3.11', 1], ['v6.18', 1]])('on %s a hardware event reports the exit of its task in %i records (52d857a8784a, v3.11)', (kernel, records) => {
  const linux = new Linux({ kernel });
  const [self, other] = [linux.spawn('profiler'), linux.spawn('profiled')];
  const buffer = mapped(self, opened(self, { type: PERF_TYPE_HARDWARE, config: 0n, task: true }, other.tid));
  other.exit();
  expect(buffer.read().filter(({ type }) => type === PERF_RECORD_EXIT).length).toBe(records);
});

test.each([['v3.4', 1], ['v3.10', 250_000]])('on %s a clock that samples by frequency tells periods of %i (778141e3cf0b, v3.10)', (kernel, period) => {
  const self = spawn(kernel);
  const clock = { config: BigInt(PERF_COUNT_SW_CPU_CLOCK), freq: true, sample_period: 4000n, sample_type: BigInt(PERF_SAMPLE_PERIOD) };
  const buffer = mapped(self, opened(self, clock));
  self.run(5e6);
  expect(new Set(buffer.read().map((record) => record.period))).toEqual(new Set([period]));
});

test.each([['v3.4', 0], ['v3.10', PERF_RECORD_MISC_MMAP_DATA]])('on %s the record of a data mapping has %i in its misc (2fe85427e3bf, v3.10)', (kernel, misc) => {
  const self = spawn(kernel);
  const buffer = mapped(self, opened(self, { mmap_data: true }));
  self.map_file({ filename: '/data', length: PAGE_SIZE, prot: PROT_READ });
  // The buffer's own mapping is one, too.
  expect(new Set(buffer.read().map((record) => record.misc))).toEqual(new Set([misc | PERF_RECORD_MISC_USER]));
});

test.each([['v3.2', 0], ['v3.4', 3]])('on %s an exec lets the members of a group count %i of 3 faults (b79387ef185a, v3.3)', (kernel, counted) => {
  const linux = new Linux({ kernel });
  const [self, other] = [linux.spawn('profiler'), linux.spawn('profiled')];
  const attr = perf_event_attr({ ...FAULTS, disabled: true, enable_on_exec: true });
  const leader = self.perf_event_open(attr, other.tid, -1, -1, 0);
  const member = self.perf_event_open(attr, other.tid, -1, leader, 0);
  other.exec({ comm: 'program', maps: [] });
  other.fault(3);
  expect([leader, member].map((fd) => self.read(fd))).toEqual([[3], [counted]]);
});

test.each([['v3.18', 0], ['v4.2', 1]])('on %s a migration counts %i times for the task that is moved (ff303e66c240, v4.1)', (kernel, counted) => {
  const linux = new Linux({ kernel, cpus: 2 });
  const [self, other] = [linux.spawn('profiler'), linux.spawn('profiled')];
  other.run(1000);
  const fd = opened(self, { config: BigInt(PERF_COUNT_SW_CPU_MIGRATIONS) }, other.tid);
  other.sched_setaffinity([1 - other.task.cpu]);
  expect(self.read(fd)).toEqual([counted]);
});

test.each([['v3.11', [0, 1]], ['v3.15', [1, 0]]])('on %s the events of a task report what they have counted in the order %j (46ce0fe97a6b, v3.15)', (kernel, order) => {
  const self = spawn(kernel);
  const attr = { sample_type: BigInt(PERF_SAMPLE_TID | PERF_SAMPLE_ID), read_format: BigInt(PERF_FORMAT_ID), inherit: true, inherit_stat: true };
  const fds = [0, 1].map(() => opened(self, attr, 0, 0));
  const buffer = mapped(self, fds[0]);
  self.ioctl(fds[1], PERF_EVENT_IOC_SET_OUTPUT, fds[0]);
  const ids = fds.map((fd) => (self.read(fd) as readonly number[])[1]);
  const child = self.fork();
  child.sched_setaffinity([0]);
  child.exit();
  const told = buffer.read().filter(({ type }) => type === PERF_RECORD_READ).map(({ values }) => ids.indexOf(values![1]));
  expect(told).toEqual(order);
});

describe.each([['v3.2', false], ['v5.3', false], ['v5.10', true]])('%s: the parent in the record of an exit', (kernel, isParent) => {
  test('is the real one since f3bed55e8509 (v5.7), the task itself before', () => {
    const self = spawn(kernel);
    const buffer = mapped(self, opened(self, { task: true, inherit: true }, 0, 0));
    const child = self.fork();
    child.sched_setaffinity([0]);
    const thread = child.clone();
    thread.exit();
    child.exit();
    const exits = buffer.read().filter(({ type }) => type === PERF_RECORD_EXIT).map(({ tid, ppid, ptid }) => [tid, ppid, ptid]);
    const expected = [thread, child].map(({ tid, pid }) => (isParent ? [tid, self.pid, self.pid] : [tid, pid, tid]));
    for (const exit of exits) expect(expected).toContainEqual(exit);
    expect(new Set(exits.map(([tid]) => tid))).toEqual(new Set([thread.tid, child.tid]));
  });
});

test.each([['v4.2', true], ['v4.15', false]])('on %s an ordinary user may watch the kernel: %s (0161028b7c8a, v4.6)', (kernel, mayWatch) => {
  const openedWith = (config: object): number => opened(new Linux({ kernel, config }).spawn('test', { capable: false }), {});
  expect(openedWith({}) === -EACCES).toBe(!mayWatch);
  expect([openedWith({ perf_event_paranoid: 1 }) > 0, openedWith({ perf_event_paranoid: 2 })]).toEqual([true, -EACCES]);
});

describe.each([['v4.2', false], ['v4.15', true]])('%s', (kernel, has) => {
  test('knows PERF_EVENT_IOC_PAUSE_OUTPUT since v4.7', () => {
    const self = spawn(kernel);
    const fd = opened(self, { sample_period: 1n });
    const buffer = mapped(self, fd);
    expect(self.ioctl(fd, PERF_EVENT_IOC_PAUSE_OUTPUT, 1)).toBe(has ? 0 : -ENOTTY);
    self.fault(3);
    expect(buffer.read().length).toBe(has ? 0 : 3);
  });
});

test('v4.2 knows PERF_EVENT_IOC_SET_BPF', () => {
  const self = spawn('v4.2');
  expect(self.ioctl(opened(self, {}), PERF_EVENT_IOC_SET_BPF, 99)).not.toBe(-ENOTTY);
});

test('on v4.15 a backward writer stops at what has not been read', () => {
  const self = spawn('v4.15');
  const buffer = mapped(self, opened(self, { sample_period: 1n, write_backward: true }), 1);
  self.fault(1000);
  // 16 bytes each; the buffer is never filled to its last byte.
  expect(-buffer.data_head).toBe(PAGE_SIZE - 16);
});
