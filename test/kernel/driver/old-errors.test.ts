/** What v3.1 and v3.2 refuse, in the order in which they look, where later versions know better. */
import { describe, expect, test } from '@jest/globals';
import {
  EFAULT, EINVAL, ENOSPC, EOPNOTSUPP, EPERM, HW_BREAKPOINT_RW, HW_BREAKPOINT_X, KERNELS, Linux, PAGE_SIZE, PERF_EVENT_IOC_PERIOD, PERF_EVENT_IOC_SET_FILTER,
  PERF_FLAG_FD_NO_GROUP, PERF_FLAG_FD_OUTPUT, PERF_FORMAT_GROUP, PERF_SAMPLE_RAW, PERF_TYPE_BREAKPOINT, PERF_TYPE_SOFTWARE, PERF_TYPE_TRACEPOINT,
  perf_event_attr, type PerfEventAttr, type Process,
} from '../../../kernel/index.ts';

const FAULTS = perf_event_attr({ type: PERF_TYPE_SOFTWARE, config: 2n });

function task_of(version: string): Process {
  return new Linux({ kernel: KERNELS.find(({ variant }) => variant.name === version)!, cpus: 2, config: { nmi_watchdog: false } }).spawn('test');
}

describe.each([['v3.1', false], ['v3.2', false], ['v5.10', false], ['v5.19', true], ['v6.18', true]])('%s: PERF_FLAG_FD_OUTPUT', (version, fixed) => {
  const redirected = (cpu: number): number => {
    const self = task_of(version);
    const target = self.perf_event_open(FAULTS, 0, cpu, -1, 0);
    self.mmap(target, 2 * PAGE_SIZE);
    return self.perf_event_open(FAULTS, 0, cpu, target, PERF_FLAG_FD_OUTPUT | PERF_FLAG_FD_NO_GROUP);
  };

  test('for a task on all CPUs works where no context is compared, which the event does not have yet', () => {
    expect(Math.min(redirected(-1), 0)).toBe(fixed ? 0 : -EINVAL);
  });

  test('works for events of one CPU', () => {
    expect(redirected(0)).toBeGreaterThan(0);
  });
});

test.each([['v3.1', -EINVAL], ['v3.2', -EINVAL], ['v5.3', -EINVAL], ['v5.10', -EFAULT], ['v6.18', -EFAULT]])(
  '%s: a period behind NULL for an event that does not sample',
  (version, answer) => {
    const self = task_of(version);
    const fd = self.perf_event_open(FAULTS, 0, -1, -1, 0);
    expect(self.ioctl(fd, PERF_EVENT_IOC_PERIOD, null)).toBe(answer);
    const sampling = self.perf_event_open({ ...FAULTS, sample_period: 1n }, 0, -1, -1, 0);
    expect(self.ioctl(sampling, PERF_EVENT_IOC_PERIOD, null)).toBe(-EFAULT);
  },
);

test.each([['v3.1', [1, 0]], ['v3.2', [1, 0]], ['v4.15', [1, 0, 0]], ['v5.19', [1, 0, 0]]])(
  '%s: a read of a sibling whose leader is closed asks for as much room as before',
  (version, values) => {
    const self = task_of(version);
    const attr = { ...FAULTS, read_format: BigInt(PERF_FORMAT_GROUP) };
    const leader = self.perf_event_open(attr, 0, -1, -1, 0);
    const sibling = self.perf_event_open(attr, 0, -1, leader, 0);
    self.close(leader);
    expect(self.read(sibling, 16)).toBe(-ENOSPC);
    expect(self.read(sibling, 24)).toEqual(values);
  },
);

test.each(KERNELS.map(({ variant }) => variant.name))('%s: wakeup_events is an int, so that 2^31 means every sample', (version) => {
  const self = task_of(version);
  const fd = self.perf_event_open({ ...FAULTS, sample_period: 1n, wakeup_events: 2 ** 31 }, 0, -1, -1, 0);
  self.mmap(fd, 2 * PAGE_SIZE);
  self.fault();
  expect(self.poll([{ fd, events: 1 }], 0).result).toBe(1);
});

describe('breakpoints', () => {
  const breakpoint = (fields: Partial<PerfEventAttr>): PerfEventAttr =>
    perf_event_attr({ type: PERF_TYPE_BREAKPOINT, bp_type: HW_BREAKPOINT_RW, config1: 4096n, config2: 4n, exclude_kernel: true, ...fields });

  test.each([['v3.1', -EINVAL], ['v3.2', -EINVAL], ['v3.18', -EINVAL], ['v4.2', -EOPNOTSUPP], ['v6.18', -EOPNOTSUPP]])(
    '%s: on sixteen bytes',
    (version, answer) => expect(task_of(version).perf_event_open(breakpoint({ config2: 16n }), 0, -1, -1, 0)).toBe(answer),
  );

  const ON_KERNEL_CODE = breakpoint({ bp_type: HW_BREAKPOINT_X, config1: 0xffff_ffff_8100_0000n, config2: 8n, exclude_kernel: false });
  test.each([['v3.1', true], ['v3.2', true], ['v4.2', true], ['v4.15', false], ['v6.18', false]])('%s: on code of the kernel', (version, allowed) => {
    const fd = task_of(version).perf_event_open(ON_KERNEL_CODE, 0, -1, -1, 0);
    expect(allowed ? fd > 0 : fd).toBe(allowed ? true : -EINVAL);
  });

  test.each([['v3.1', true], ['v3.2', true], ['v3.11', true], ['v3.15', false], ['v6.18', false]])('%s: four of a task for another CPU take all registers', (version, full) => {
    const self = task_of(version);
    const open = (cpu: number): number => self.perf_event_open(breakpoint({}), 0, cpu, -1, 0);
    expect([0, 0, 0, 0].map(open).every((fd) => fd > 0)).toBe(true);
    expect(open(0)).toBe(-ENOSPC);
    expect(open(1) > 0).toBe(!full);
  });
});

describe('tracepoints, to an ordinary user', () => {
  const SCHED_STAT_RUNTIME = perf_event_attr({ type: PERF_TYPE_TRACEPOINT, config: 314n, sample_type: BigInt(PERF_SAMPLE_RAW), exclude_kernel: true });
  test.each([['v3.1', -EPERM], ['v3.2', -EPERM], ['v4.2', -EPERM], ['v4.15', 'a descriptor'], ['v6.18', 'a descriptor']])(
    '%s: one that only counts, but mentions raw data',
    (version, answer) => {
      const self = task_of(version);
      self.setuid(1000);
      const fd = self.perf_event_open(SCHED_STAT_RUNTIME, 0, -1, -1, 0);
      expect(fd > 0 ? 'a descriptor' : fd).toBe(answer);
    },
  );

  test.each([['v3.1', -EINVAL], ['v3.2', -EINVAL], ['v3.4', -EPERM], ['v6.18', -EPERM]])('%s: functions', (version, answer) => {
    const self = task_of(version);
    self.setuid(1000);
    expect(self.perf_event_open({ ...SCHED_STAT_RUNTIME, config: 1n }, 0, -1, -1, 0)).toBe(answer);
  });
});

test.each([['v3.2', -EINVAL], ['v4.2', -EINVAL], ['v4.15', -EINVAL], ['v5.2', -EFAULT], ['v6.18', -EFAULT]])(
  '%s: a filter at no address for an event that can have none; one for a tracepoint is fetched',
  (version, answer) => {
    const self = task_of(version);
    expect(self.ioctl(self.perf_event_open(FAULTS, 0, -1, -1, 0), PERF_EVENT_IOC_SET_FILTER, 5)).toBe(answer);
    const tracepoint = perf_event_attr({ type: PERF_TYPE_TRACEPOINT, config: 314n });
    expect(self.ioctl(self.perf_event_open(tracepoint, 0, -1, -1, 0), PERF_EVENT_IOC_SET_FILTER, 5)).toBe(-EFAULT);
  },
);
