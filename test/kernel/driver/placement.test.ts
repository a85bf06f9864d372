/** Which events go on when others come, go or change: pinned ones, groups that lose members, and enabling what cannot go on. */
import { describe, expect, test } from '@jest/globals';
import {
  EINVAL, KERNELS, Linux, Mapping, PAGE_SIZE, PERF_EVENT_IOC_ENABLE, PERF_FORMAT_GROUP, PERF_FORMAT_ID, PERF_FORMAT_TOTAL_TIME_ENABLED,
  PERF_FORMAT_TOTAL_TIME_RUNNING, PERF_SAMPLE_READ, PERF_TYPE_HARDWARE, PERF_TYPE_SOFTWARE, perf_event_attr, type PerfEventAttr, type Process,
} from '../../../kernel/index.ts';

const CYCLES: Partial<PerfEventAttr> = { type: PERF_TYPE_HARDWARE, config: 0n, exclude_kernel: true };
const TIMES = BigInt(PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING);
const VERSIONS = KERNELS.map(({ variant }) => variant.name);

const open = (self: Process, fields: Partial<PerfEventAttr>, pid = 0, cpu = -1, leader = -1): number =>
  self.perf_event_open(perf_event_attr({ ...CYCLES, ...fields }), pid, cpu, leader, 0);

test.each(VERSIONS)('on %s a pinned event of a CPU counts as soon as it is opened, and as soon as it is enabled', (kernel) => {
  const self = new Linux({ kernel }).spawn('test');
  const open_now = open(self, { pinned: true }, -1, 0);
  const enabled_later = open(self, { pinned: true, disabled: true }, -1, 0);
  self.ioctl(enabled_later, PERF_EVENT_IOC_ENABLE);
  self.run(1e6);
  for (const fd of [open_now, enabled_later]) expect((self.read(fd) as number[])[0]).toBeGreaterThan(2_000_000);
});

test.each(VERSIONS)('on %s the watchdog has one of four counters', (kernel) => {
  const runs = [false, true].map((nmi_watchdog) => {
    const self = new Linux({ kernel, pmu: 'amd64', config: { nmi_watchdog } }).spawn('test');
    const fds = [0, 1, 2, 3].map(() => open(self, { read_format: TIMES }));
    self.run(20e6);
    const shares = fds.map((fd) => {
      const [, enabled, running] = self.read(fd) as number[];
      return running / enabled;
    });
    return shares.reduce((sum, share) => sum + share, 0);
  });
  expect(Math.abs(runs[0] - 4)).toBeLessThan(0.05);
  expect(Math.abs(runs[1] - 3)).toBeLessThan(0.1);
});

describe.each(['v3.2', 'v6.18'])('%s', (kernel) => {
  test('samples of a group are smaller when a member has been closed', () => {
    const self = new Linux({ kernel, config: { nmi_watchdog: false } }).spawn('test');
    const read_format = BigInt(PERF_FORMAT_GROUP);
    const leader = open(self, { read_format, sample_period: 1_000_000n, sample_type: BigInt(PERF_SAMPLE_READ) });
    const member = open(self, { read_format, config: 1n }, 0, -1, leader);
    const buffer = self.mmap(leader, 9 * PAGE_SIZE) as Mapping;
    const sizes = (): number[] => {
      self.run(2e6);
      return [...new Set(buffer.read().map(({ size }) => size))];
    };
    expect(sizes()).toEqual([8 + 8 * (1 + 2)]);
    self.close(member);
    expect(sizes()).toEqual([8 + 8 * (1 + 1)]);
  });

  test('a pinned group that may not go on beside what is on is in error', () => {
    const self = new Linux({ kernel, config: { nmi_watchdog: false } }).spawn('test');
    open(self, {});
    const fd = open(self, { pinned: true, exclusive: true, disabled: true });
    self.ioctl(fd, PERF_EVENT_IOC_ENABLE);
    self.run(1e6);
    // v6.18 puts everything on anew, pinned events first.
    expect((self.read(fd) as number[]).length).toBe(kernel === 'v3.2' ? 0 : 1);
  });

  test('members that are disabled take no part in whether a group could be on', () => {
    const self = new Linux({ kernel, pmu: 'amd64', config: { nmi_watchdog: false } }).spawn('test');
    const leader = open(self, { disabled: true });
    const fds = [1, 2, 3, 4].map(() => open(self, { disabled: true }, 0, -1, leader));
    expect(fds.every((fd) => fd > 0)).toBe(true);
    const on = open(self, { disabled: true });
    const members = [1, 2, 3, 4].map(() => open(self, {}, 0, -1, on));
    expect(members.map((fd) => fd > 0)).toEqual([true, true, true, false]);
    expect(members[3]).toBe(-EINVAL);
  });
});

test.each(['v3.2', 'v4.2'])('on %s the members of a group that found no counter have waited as long as their leader', (kernel) => {
  const linux = new Linux({ kernel, pmu: 'amd64', config: { nmi_watchdog: false, hz: 100 } });
  const [self, other] = [linux.spawn('profiler'), linux.spawn('profiled')];
  const opened = (leader = -1): number => open(self, { read_format: TIMES }, other.tid, -1, leader);
  for (let i = 0; i < 3; i++) opened();
  const leader = opened();
  const member = opened(leader);
  // The group is tried when the task comes onto its CPU, the second time after 3 ms.
  other.run(3e6);
  other.sleep(1e6);
  other.exit();
  const [ofLeader, ofMember] = [leader, member].map((fd) => (self.read(fd) as number[])[1]);
  expect(ofLeader).toBeGreaterThan(3e6);
  expect(ofMember).toBe(ofLeader);
});

test.each([['v3.2', [true, true, false]], ['v4.15', [true, true, false]], ['v5.2', [false, true, true]]])('on %s a member whose leader is closed has its turn as %j', (kernel, counted) => {
  const self = new Linux({ kernel, pmu: 'core2', config: { nmi_watchdog: false, hz: 100 } }).spawn('test');
  // Two counters, of which the fixed ones are none; a child's events go on in the order of its parent's groups.
  const opened = (leader = -1): number => open(self, { config: 4n, inherit: true }, 0, -1, leader);
  const leader = opened();
  const fds = [opened(leader), opened(), opened()];
  self.close(leader);
  const child = self.fork();
  child.run(1e6);
  child.exit();
  expect(fds.map((fd) => (self.read(fd) as number[])[0] > 0)).toEqual(counted);
});

test('each event has the number after the last one\'s, whatever its PMU', () => {
  const self = new Linux({ config: { nmi_watchdog: false } }).spawn('test');
  const kinds = [CYCLES, { type: PERF_TYPE_SOFTWARE, config: 2n }, { type: PERF_TYPE_SOFTWARE, config: 0n }, CYCLES];
  const ids = kinds.map((kind) => (self.read(open(self, { ...kind, read_format: BigInt(PERF_FORMAT_ID) })) as number[])[1]);
  expect(ids.map((id) => id - ids[0])).toEqual([0, 1, 2, 3]);
});
