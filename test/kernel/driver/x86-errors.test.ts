/** What the x86 driver refuses: branches one by one, events of the sibling thread, and names that a vendor's table does not reach. */
import { describe, expect, test } from '@jest/globals';
import {
  EACCES, EINVAL, ENOENT, EOPNOTSUPP, Linux, PERF_COUNT_HW_BRANCH_INSTRUCTIONS, PERF_COUNT_HW_REF_CPU_CYCLES, PERF_TYPE_HARDWARE,
  PERF_TYPE_RAW, perf_event_attr, type PerfEventAttr,
} from '../../../kernel/index.ts';

interface Machine {
  readonly kernel?: string;
  readonly pmu: string;
  readonly capable?: boolean;
}

/** 0 or the error. */
function opened({ kernel = 'v3.2', pmu, capable = true }: Machine, attr: Partial<PerfEventAttr>): number {
  const self = new Linux({ kernel, pmu, cpus: 1, config: { nmi_watchdog: false } }).spawn('test', { capable });
  return Math.min(0, self.perf_event_open(perf_event_attr({ type: PERF_TYPE_HARDWARE, exclude_kernel: true, ...attr }), 0, -1, -1, 0));
}

describe('every single branch is for the branch trace store, which is not there', () => {
  const BRANCHES = { config: BigInt(PERF_COUNT_HW_BRANCH_INSTRUCTIONS), sample_period: 1n };

  test.each([
    ['v3.1', 'nehalem', -EOPNOTSUPP], ['v4.15', 'skylake', -EOPNOTSUPP], ['v5.2', 'skylake', -EOPNOTSUPP],
    ['v3.1', 'amd64', -EOPNOTSUPP], ['v4.15', 'amd64', -EOPNOTSUPP], ['v5.2', 'amd64', 0],
  ])('%s, %s: %i', (kernel, pmu, answer) => {
    expect(opened({ kernel, pmu }, BRANCHES)).toBe(answer);
  });

  test.each([['v4.15', 0], ['v5.2', -EOPNOTSUPP]])('by its code, on %s: %i', (kernel, answer) => {
    expect(opened({ kernel, pmu: 'skylake' }, { ...BRANCHES, type: PERF_TYPE_RAW, config: 0xc4n })).toBe(answer);
  });

  test.each([['every second one', { sample_period: 2n }], ['one in a second', { freq: true, sample_period: 1n }], ['all of them, only counted', { sample_period: 0n }]])('%s is not', (_, attr) => {
    expect(opened({ pmu: 'skylake', kernel: 'v5.2' }, { ...BRANCHES, ...attr })).toBe(0);
  });
});

describe('cycles of both threads of a core', () => {
  const ANY = { type: PERF_TYPE_RAW, config: 0x20_003cn };

  test.each([['core2', -EINVAL], ['nehalem', 0], ['skylake', 0], ['amd64', -ENOENT]])('%s: %i', (pmu, answer) => {
    expect(opened({ pmu }, ANY)).toBe(answer);
  });

  test('are for who may watch a CPU', () => {
    expect(opened({ pmu: 'nehalem', capable: false }, ANY)).toBe(-EACCES);
  });
});

describe('reference cycles', () => {
  test.each([
    ['v3.2', 'nehalem', -EINVAL], ['v3.4', 'nehalem', 0], ['v3.2', 'amd64', -EINVAL], ['v4.15', 'amd64', -EINVAL], ['v5.2', 'amd64', -ENOENT],
  ])('%s, %s: %i', (kernel, pmu, answer) => {
    expect(opened({ kernel, pmu }, { config: BigInt(PERF_COUNT_HW_REF_CPU_CYCLES) })).toBe(answer);
  });
});
