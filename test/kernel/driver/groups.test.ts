/** Groups that mix hardware and software events, as v3.2 puts them together. */
import { describe, expect, test } from '@jest/globals';
import {
  EINVAL, Linux, PERF_EVENT_IOC_ENABLE, PERF_FORMAT_GROUP, PERF_FORMAT_TOTAL_TIME_ENABLED, PERF_FORMAT_TOTAL_TIME_RUNNING, PERF_TYPE_HARDWARE,
  PERF_TYPE_SOFTWARE, USER_LOOP, perf_event_attr, type Process,
} from '../../../kernel/index.ts';

const read_format = BigInt(PERF_FORMAT_GROUP);
const CYCLES = perf_event_attr({ type: PERF_TYPE_HARDWARE, config: 0n, read_format, exclude_kernel: true });
const FAULTS = perf_event_attr({ type: PERF_TYPE_SOFTWARE, config: 2n, read_format });

function machine(): Process {
  return new Linux({ config: { nmi_watchdog: false } }).spawn('test');
}

const group = (self: Process, attrs: readonly (typeof CYCLES)[]): number[] => {
  const fds: number[] = [];
  for (const attr of attrs) fds.push(self.perf_event_open(attr, 0, -1, fds[0] ?? -1, 0));
  return fds;
};

/** What a busy millisecond and five faults add to the group of `leader`. */
function counts(self: Process, leader: number): readonly number[] {
  const before = self.read(leader) as readonly number[];
  self.run(1e6, USER_LOOP);
  self.fault(5);
  return (self.read(leader) as readonly number[]).map((value, i) => (i === 0 ? value : value - before[i]));
}

test('a software event joins a hardware leader', () => {
  const self = machine();
  const [leader] = group(self, [CYCLES, FAULTS]);
  const [nr, cycles, faults] = counts(self, leader);
  expect([nr, faults]).toEqual([2, 5]);
  expect(cycles).toBeGreaterThan(2_000_000);
});

test('a group of software events moves when a hardware event joins it, and v3.2 leaves it disabled', () => {
  const self = machine();
  const [leader, ...others] = group(self, [FAULTS, FAULTS, CYCLES]);
  expect(others.every((fd) => fd > 0)).toBe(true);
  expect(counts(self, leader)).toEqual([3, 0, 0, 0]);
  for (const fd of [leader, ...others]) self.ioctl(fd, PERF_EVENT_IOC_ENABLE);
  const [nr, first, second, cycles] = counts(self, leader);
  expect([nr, first, second]).toEqual([3, 5, 5]);
  expect(cycles).toBeGreaterThan(2_000_000);
});

test('a member of a group leads no other', () => {
  const self = machine();
  const [, member] = group(self, [CYCLES, FAULTS]);
  expect(self.perf_event_open(FAULTS, 0, -1, member, 0)).toBe(-EINVAL);
});

test('a mixed group is inherited into the context that it lives in', () => {
  const self = machine();
  const plain = { read_format: 0n, inherit: true };
  const [leader, faults] = group(self, [{ ...CYCLES, ...plain }, { ...FAULTS, ...plain }]);
  const child = self.fork();
  child.fault(7);
  child.run(1e6);
  child.exit();
  expect(self.read(faults)).toEqual([7]);
  expect((self.read(leader) as readonly number[])[0]).toBeGreaterThan(2_000_000);
});

describe('where a group of four has all counters and the next one found none', () => {
  const FOUR = [1n, 2n, 4n, 5n].map((config) => ({ ...CYCLES, config }));
  const times = BigInt(PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING);

  /** For how long the third group runs before the next tick, while a fixed counter is free for its cycles. */
  const running = (attrs: readonly (typeof CYCLES)[]): number => {
    const self = machine();
    for (const four of [FOUR, FOUR]) group(self, four);
    const fds = group(self, attrs.map((attr) => ({ ...attr, read_format: times })));
    for (const fd of fds) self.ioctl(fd, PERF_EVENT_IOC_ENABLE);
    // For an event that is added everything goes off, and on again in order.
    self.perf_event_open({ ...CYCLES, disabled: true }, 0, -1, -1, 0);
    const time = (): number => (self.read(fds[0]) as readonly number[])[2];
    const before = time();
    self.run(1e5, USER_LOOP);
    return time() - before;
  };

  test('a group of software events goes on', () => expect(running([FAULTS, FAULTS])).toBeGreaterThan(9e4));
  test('one of hardware events waits for its turn', () => expect(running([CYCLES])).toBe(0));
  test('so does one with a hardware event that a software event leads', () => expect(running([FAULTS, CYCLES])).toBe(0));
});

test('a software event that is enabled in a group of hardware events that is on stays off beside an exclusive group', () => {
  const self = machine();
  const attr = { ...CYCLES, exclusive: true, read_format: 0n };
  const [, faults] = group(self, [attr, { ...FAULTS, disabled: true, read_format: 0n }]);
  self.ioctl(faults, PERF_EVENT_IOC_ENABLE);
  self.fault(5);
  expect(self.read(faults)).toEqual([0]);
});
