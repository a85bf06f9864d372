/** Precise events (PEBS) in system calls: who may have them, on which counters, and that their samples do not skid out of the code that is counted. */
import { describe, expect, test } from '@jest/globals';
import { location } from '../../../pmu/location.ts';
import {
  EINVAL, EOPNOTSUPP, Linux, PAGE_SIZE, PERF_RECORD_MISC_CPUMODE_MASK, PERF_RECORD_MISC_EXACT_IP, PERF_RECORD_MISC_USER, PERF_RECORD_SAMPLE, PERF_RECORD_THROTTLE,
  PERF_SAMPLE_BRANCH, PERF_SAMPLE_BRANCH_STACK, PERF_SAMPLE_IP, PERF_TYPE_HARDWARE, perf_event_attr, type DriverRecord, type PerfEventAttr,
} from '../../../kernel/index.ts';

const CODE = location('user', 'code', 0x40_0000, 0x100, { instructions: 1, branches: 0.5 });
const PERIOD = 10_007n;
const CYCLES = 0n;
const INSTRUCTIONS = 1n;
const CACHE_MISSES = 3n;
const BRANCH_MISSES = 5n;

function precise(more: Partial<PerfEventAttr> = {}): PerfEventAttr {
  return perf_event_attr({
    type: PERF_TYPE_HARDWARE, config: CYCLES, precise_ip: 1, sample_period: PERIOD, sample_type: BigInt(PERF_SAMPLE_IP), exclude_kernel: true, exclude_hv: true, ...more,
  });
}

const linux = (pmu = 'nehalem', kernel = 'v3.2'): Linux => new Linux({ kernel, pmu, cpus: 1, config: { nmi_watchdog: false } });

const opened = (event: PerfEventAttr, pmu?: string, kernel?: string): number => Math.min(0, linux(pmu, kernel).spawn('task').perf_event_open(event, 0, -1, -1, 0));

/** What an event records of a task that is in its code for `ns`, then in the kernel, and so on; and its count. */
function recorded(event: PerfEventAttr, ns: number, times: number): { records: DriverRecord[]; count: number } {
  const self = linux().spawn('task');
  const fd = self.perf_event_open(event, 0, -1, -1, 0);
  const mapping = self.mmap(fd, 257 * PAGE_SIZE);
  if (typeof mapping === 'number') throw new Error('no buffer');
  let count = 0;
  for (let i = 0; i < times; i++) {
    self.run(ns, CODE);
    const values = self.read(fd);
    if (typeof values !== 'number') [count] = values;
  }
  return { records: mapping.read(), count };
}

const samples = (records: readonly DriverRecord[]): DriverRecord[] => records.filter(({ type }) => type === PERF_RECORD_SAMPLE);

describe('perf_event_open', () => {
  test('has one level on Nehalem and Westmere, and none where nothing is modelled', () => {
    for (const pmu of ['nehalem', 'westmere']) {
      expect(opened(precise(), pmu)).toBe(0);
      expect(opened(precise({ precise_ip: 2 }), pmu)).toBe(-EOPNOTSUPP);
    }
    for (const pmu of ['core2', 'sandybridge', 'skylake', 'amd64-fam10h']) expect(opened(precise(), pmu)).toBe(-EOPNOTSUPP);
    expect(opened(precise({ sample_type: BigInt(PERF_SAMPLE_BRANCH_STACK), branch_sample_type: PERF_SAMPLE_BRANCH.ANY }), 'nehalem', 'v3.4')).toBe(-EOPNOTSUPP);
  });

  test('refuses events that the chip cannot count precisely: Nehalem counts mispredictions where they execute', () => {
    expect(opened(precise({ config: INSTRUCTIONS }))).toBe(0);
    expect(opened(precise({ config: CACHE_MISSES }))).toBe(-EINVAL);
    expect(opened(precise({ config: BRANCH_MISSES }))).toBe(-EINVAL);
    expect(opened(precise({ config: BRANCH_MISSES }), 'westmere')).toBe(0);
  });

  test('has no fixed counter for them: a group of four fits, a fifth does not', () => {
    const self = linux().spawn('task');
    const leader = self.perf_event_open(precise(), 0, -1, -1, 0);
    for (let i = 0; i < 3; i++) expect(self.perf_event_open(precise(), 0, -1, leader, 0)).toBeGreaterThan(leader);
    expect(self.perf_event_open(precise(), 0, -1, leader, 0)).toBe(-EINVAL);
    // An imprecise one still has the fixed counter of cycles.
    expect(self.perf_event_open(precise({ precise_ip: 0 }), 0, -1, leader, 0)).toBeGreaterThan(leader);
  });
});

describe('samples', () => {
  test('are of the code that is counted, also where the interrupt comes in later', () => {
    const outside = ({ records }: { records: DriverRecord[] }): number =>
      samples(records).filter(({ misc, ip }) => (misc & PERF_RECORD_MISC_CPUMODE_MASK) !== PERF_RECORD_MISC_USER || ip! < 0x40_0000 || ip! >= 0x40_0100).length;
    const imprecise = recorded(precise({ precise_ip: 0 }), 1000, 2000);
    const exact = recorded(precise(), 1000, 2000);
    expect(outside(imprecise)).toBeGreaterThan(0);
    expect(outside(exact)).toBe(0);
    expect(samples(exact.records).length).toBeGreaterThan(100);
  });

  test('come once in a period, and do not claim the exact instruction', () => {
    const { records, count } = recorded(precise(), 1e6, 1);
    // What runs between an overflow and the reload of the counter belongs to no period.
    const most = Math.floor(count / Number(PERIOD));
    expect(samples(records).length).toBeGreaterThan(most * 0.9);
    expect(samples(records).length).toBeLessThanOrEqual(most);
    for (const { misc } of samples(records)) expect(misc & PERF_RECORD_MISC_EXACT_IP).toBe(0);
  });

  test('are throttled as all others are', () => {
    const { records } = recorded(precise({ sample_period: 500n }), 3e6, 1);
    expect(records.some(({ type }) => type === PERF_RECORD_THROTTLE)).toBe(true);
  });

  test('of more events than there are counters are shared out in turn', () => {
    const self = linux().spawn('task');
    const mappings = Array.from({ length: 6 }, () => {
      const mapping = self.mmap(self.perf_event_open(precise({ sample_period: 100_003n }), 0, -1, -1, 0), 9 * PAGE_SIZE);
      if (typeof mapping === 'number') throw new Error('no buffer');
      return mapping;
    });
    self.run(60e6, CODE);
    // Four counters for six events: two thirds of the periods each.
    const periods = (60e6 * 2.666_667) / 100_003;
    for (const mapping of mappings) {
      const share = samples(mapping.read()).length / periods;
      expect(share).toBeGreaterThan(0.5);
      expect(share).toBeLessThan(0.8);
    }
  });
});
