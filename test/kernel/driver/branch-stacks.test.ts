/** PERF_SAMPLE_BRANCH_STACK in system calls: who may ask for what, and which events can run at the same time. */
import { describe, expect, test } from '@jest/globals';
import { location } from '../../../pmu/location.ts';
import {
  EACCES, EINVAL, EOPNOTSUPP, Linux, PAGE_SIZE, PERF_EVENT_IOC_SET_OUTPUT, PERF_RECORD_SAMPLE, PERF_SAMPLE_BRANCH as BRANCH, PERF_SAMPLE_BRANCH_STACK, PERF_SAMPLE_IP, PERF_TYPE_HARDWARE,
  PERF_TYPE_SOFTWARE, parse_record, perf_event_attr, type DriverRecord, type PerfEventAttr, type SpawnOptions,
} from '../../../kernel/index.ts';

const CODE = location('user', 'code', 0x40_0000, 0x100, { branches: 0.5 });
const PERIOD = 10_007n;

function attr(branch_sample_type: bigint, more: Partial<PerfEventAttr> = {}): PerfEventAttr {
  return perf_event_attr({
    type: PERF_TYPE_HARDWARE, sample_period: PERIOD, sample_type: BigInt(PERF_SAMPLE_IP | PERF_SAMPLE_BRANCH_STACK), branch_sample_type, exclude_kernel: true, exclude_hv: true,
    ...more,
  });
}

const linux = (kernel = 'v6.18', pmu: string | null = 'nehalem'): Linux => new Linux({ kernel, pmu, cpus: 1, config: { nmi_watchdog: false, perf_event_paranoid: 2 } });

/** 0 or the error. */
function opened(event: PerfEventAttr, { kernel, pmu, ...options }: SpawnOptions & { kernel?: string; pmu?: string } = {}): number {
  return Math.min(0, linux(kernel, pmu).spawn('task', options).perf_event_open(event, 0, -1, -1, 0));
}

/** What the events of a group, one behind the other in one buffer, sample of 100,000 cycles of the code. */
function sampled(...attrs: PerfEventAttr[]): DriverRecord[] {
  const self = linux('v6.18', 'skylake').spawn('task');
  const [first, ...others] = attrs.map((event) => self.perf_event_open(event, 0, -1, -1, 0));
  const mapping = self.mmap(first, 9 * PAGE_SIZE);
  if (typeof mapping === 'number') throw new Error('no buffer');
  for (const fd of others) expect(self.ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, first)).toBe(0);
  self.run(25_000, CODE);
  return mapping.read().filter(({ type }) => type === PERF_RECORD_SAMPLE);
}

describe('perf_event_open', () => {
  test('wants to know which branches, and only such as the kernel knows', () => {
    expect(opened(attr(BRANCH.USER))).toBe(-EINVAL);
    expect(opened(attr(1n << 20n))).toBe(-EINVAL);
    expect(opened(attr(BRANCH.ANY))).toBe(0);
    expect(opened(attr(BRANCH.COUNTERS | BRANCH.ANY))).toBe(-EINVAL);
  });

  test('lets nobody see branches of the kernel who may not count there', () => {
    expect(opened(attr(BRANCH.ANY | BRANCH.KERNEL), { capable: false })).toBe(-EACCES);
    expect(opened(attr(BRANCH.ANY), { capable: false })).toBe(0);
    expect(opened(attr(BRANCH.ANY | BRANCH.KERNEL))).toBe(0);
  });

  test('refuses what has no records: software events, AMD, and precise events, whose branches are not modelled', () => {
    expect(opened(attr(BRANCH.ANY, { type: PERF_TYPE_SOFTWARE }))).toBe(-EOPNOTSUPP);
    expect(opened(attr(BRANCH.ANY), { pmu: 'amd64-fam15h' })).toBe(-EOPNOTSUPP);
    expect(opened(attr(BRANCH.ANY, { precise_ip: 1 }))).toBe(-EOPNOTSUPP);
    expect(opened(attr(BRANCH.CALL_STACK), { pmu: 'skylake' })).toBe(-EOPNOTSUPP);
  });

  test('has one filter for all events that run at once', () => {
    const self = linux().spawn('task');
    const leader = self.perf_event_open(attr(BRANCH.ANY), 0, -1, -1, 0);
    expect(self.perf_event_open(attr(BRANCH.ANY, { config: 1n }), 0, -1, leader, 0)).toBeGreaterThan(leader);
    expect(self.perf_event_open(attr(BRANCH.ANY_CALL, { config: 1n }), 0, -1, leader, 0)).toBe(-EINVAL);
    expect(self.perf_event_open(perf_event_attr({ type: PERF_TYPE_HARDWARE, config: 1n, exclude_kernel: true }), 0, -1, leader, 0)).toBeGreaterThan(leader);
  });
});

describe('samples', () => {
  test('hold the branches, and if asked for the register of the newest', () => {
    const plain = sampled(attr(BRANCH.ANY));
    expect(plain.length).toBeGreaterThan(5);
    for (const { branch_stack, end, size } of plain) {
      expect(branch_stack!.hw_idx).toBeUndefined();
      expect(branch_stack!.entries.at(-1)).toMatchObject({ from: CODE.start + 0xfc, to: CODE.start });
      expect(end).toBe(size);
    }
    const numbered = sampled(attr(BRANCH.ANY | BRANCH.HW_INDEX));
    // One branch in two cycles, all of them recorded, in 32 registers.
    const [first, second] = numbered.slice(-2).map(({ branch_stack }) => branch_stack!.hw_idx!);
    expect(first).toBeLessThan(32);
    expect(second).toBeLessThan(32);
    expect(numbered.map(({ ip }) => ip)).toEqual(plain.map(({ ip }) => ip));
  });

  test('of one interrupt show one instant', () => {
    const records = sampled(attr(BRANCH.ANY), attr(BRANCH.ANY));
    expect(records.length % 2).toBe(0);
    for (let i = 0; i < records.length; i += 2) {
      expect([records[i + 1].ip, records[i + 1].branch_stack]).toEqual([records[i].ip, records[i].branch_stack]);
    }
  });
});

test('a record of another attr, which has no branches where they are looked for, is read without fault', () => {
  const view = new DataView(new ArrayBuffer(32));
  view.setUint32(0, PERF_RECORD_SAMPLE, true);
  view.setUint16(6, view.byteLength, true);
  for (const number of [2n ** 62n, -1n, 3n]) {
    view.setBigInt64(16, number, true);
    const { branch_stack, end } = parse_record(view, attr(BRANCH.ANY));
    expect(branch_stack!.entries).toEqual([]);
    expect(end).toBeLessThanOrEqual(view.byteLength);
  }
});
