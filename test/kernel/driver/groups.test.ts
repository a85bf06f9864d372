/** Groups that mix hardware and software events, as v3.2 puts them together. */
import { expect, test } from '@jest/globals';
import {
  EINVAL, Linux, PERF_EVENT_IOC_ENABLE, PERF_FORMAT_GROUP, PERF_TYPE_HARDWARE, PERF_TYPE_SOFTWARE, USER_LOOP, perf_event_attr,
  type Process,
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
