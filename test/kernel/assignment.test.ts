/** perf_assign_events: which counters events get since v3.4. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Chip } from '../../pmu/chip.ts';
import { amd64_fam15h } from '../../pmu/chips/amd64-fam15h.ts';
import { core2 } from '../../pmu/chips/core2.ts';
import { nehalem } from '../../pmu/chips/nehalem.ts';
import {
  EINVAL, ENOENT, ENOSPC, PERF_COUNT_HW_BUS_CYCLES, PERF_COUNT_HW_CPU_CYCLES, PERF_COUNT_HW_INSTRUCTIONS, PERF_COUNT_HW_REF_CPU_CYCLES,
  PERF_EVENT_STATE_ACTIVE, PERF_TYPE_RAW, V3_1, V3_2, perf_event_attr, type KernelClass,
} from '../../kernel/index.ts';
import { V3_4 } from '../../kernel/variants/v3.4.ts';
import { hweight, perf_assign_events } from '../../kernel/x86/perf-assign-events.ts';
import { lowest_free } from '../../kernel/x86/schedule-events.ts';
import { forAll } from '../support/property.ts';
import { Bench, RECORD_ATTR } from './bench.ts';

const [CYCLES, INSTRUCTIONS, REF_CYCLES] = [PERF_COUNT_HW_CPU_CYCLES, PERF_COUNT_HW_INSTRUCTIONS, PERF_COUNT_HW_REF_CPU_CYCLES];

/** The kernel's index of each event's counter, null for one that waits. */
function assigned(kernel: KernelClass, chip: Chip, configs: readonly number[], watchdog = false): (number | null)[] {
  const bench = new Bench(kernel, {}, chip);
  if (watchdog) bench.kernel.watchdog_nmi_enable();
  const events = configs.map((config) => bench.event(bench.open({ config: BigInt(config), disabled: false })));
  const { counters } = bench.hardware.pmu;
  return events.map(({ state, hw }) => (state === PERF_EVENT_STATE_ACTIVE ? counters[hw.idx].index : null));
}

describe('since v3.4', () => {
  test('the first cycles event has the fixed counter, the others the general ones', () => {
    expect(assigned(V3_4, nehalem, [CYCLES, CYCLES, CYCLES])).toEqual([33, 0, 1]);
    expect(assigned(V3_4, nehalem, [CYCLES, CYCLES, CYCLES], true)).toEqual([0, 1, 2]);
  });

  test('cycles, instructions and reference cycles leave all general counters free', () => {
    expect(assigned(V3_4, nehalem, [CYCLES, INSTRUCTIONS, REF_CYCLES])).toEqual([33, 32, 34]);
  });

  test('reference cycles have one counter and no other', () => {
    expect(assigned(V3_4, nehalem, [REF_CYCLES, REF_CYCLES])).toEqual([34, null]);
  });

  test('a Core 2 counts three cycles events, or two beside the watchdog', () => {
    expect(assigned(V3_4, core2, [CYCLES, CYCLES, CYCLES])).toEqual([33, 0, 1]);
    expect(assigned(V3_4, core2, [CYCLES, CYCLES, CYCLES], true)).toEqual([0, 1, null]);
  });
});

test.each([['v3.2', V3_2], ['v3.4', V3_4]])('three of family 15h’s six counters count cycles on %s', (_, kernel) => {
  expect(assigned(kernel, amd64_fam15h, [CYCLES, CYCLES, CYCLES, INSTRUCTIONS])).toEqual([0, 1, 2, 3]);
  expect(assigned(kernel, amd64_fam15h, [CYCLES, CYCLES, CYCLES], true)).toEqual([1, 2, null]);
});

test('an event that CPUID calls unavailable is refused since v3.4, by its name but not by its code', () => {
  const opened = (kernel: KernelClass, attr: object): number => new Bench(kernel, {}, nehalem).open(attr);
  const named = { config: BigInt(PERF_COUNT_HW_BUS_CYCLES) };
  expect(opened(V3_2, named)).toBeGreaterThanOrEqual(0);
  expect(opened(V3_4, named)).toBe(-ENOENT);
  expect(opened(V3_4, { type: PERF_TYPE_RAW, config: 0x013cn })).toBeGreaterThanOrEqual(0);
});

test('a group that never finds counters is refused, on v3.1 with ENOSPC and later with EINVAL', () => {
  const opened = (kernel: KernelClass): number[] => {
    const bench = new Bench(kernel, {}, core2);
    // A member that is disabled takes part in nothing.
    const attr = perf_event_attr({ ...RECORD_ATTR, disabled: false });
    const leader = bench.open();
    return [1, 2, 3].map(() => bench.kernel.sys_perf_event_open(attr, 0, 0, leader, 0));
  };
  for (const [kernel, error] of [[V3_1, ENOSPC], [V3_2, EINVAL], [V3_4, EINVAL]] as const) {
    expect(opened(kernel)).toEqual([expect.any(Number), expect.any(Number), -error]);
    expect(Math.min(...opened(kernel).slice(0, 2))).toBeGreaterThan(0);
  }
});

describe('an assignment', () => {
  const FIXED_FROM = 4;
  /** No processor has an overlapping set with a fixed counter in it; the kernel would try that counter for ever. */
  const constraint = fc.tuple(fc.integer({ min: 1, max: 0x7f }), fc.boolean())
    .map(([mask, overlap]) => ({ mask, overlap: overlap && mask < 1 << FIXED_FROM }));

  test('gives every event a counter that it may use, and none to two', () => {
    forAll([fc.array(constraint, { maxLength: 7 })], (constraints) => {
      const assignment = perf_assign_events(constraints, FIXED_FROM);
      if (assignment === null) return;
      expect(assignment.every((counter, i) => constraints[i].mask & (1 << counter))).toBe(true);
      expect(new Set(assignment).size).toBe(constraints.length);
    }, 500);
  });

  test('is found for equal events up to the number of their counters, the fixed ones first', () => {
    forAll([constraint, fc.integer({ min: 1, max: 8 })], (one, count) => {
      const assignment = perf_assign_events(Array.from({ length: count }, () => one), FIXED_FROM);
      expect(assignment !== null).toBe(count <= hweight(one.mask));
      const fixed = assignment?.map((counter) => counter >= FIXED_FROM) ?? [];
      expect(fixed).toEqual([...fixed].sort((a, b) => Number(b) - Number(a)));
    });
  });

  test('without fixed counters and overlaps is the one of v3.2', () => {
    forAll([fc.array(fc.integer({ min: 1, max: 0x3f }), { maxLength: 6 })], (masks) => {
      expect(perf_assign_events(masks.map((mask) => ({ mask, overlap: false })), 6)).toEqual(lowest_free(masks));
    }, 500);
  });

  // Family 15h's event 0x02E, "PERF_CTL[3,0]", beside three that have PERF_CTL[2:0].
  const beside = (overlap: boolean) => [{ mask: 0b1001, overlap }, ...[1, 2, 3].map(() => ({ mask: 0b0111, overlap: false }))];

  test('goes back to an event whose set overlaps with others’ and gives it the next counter', () => {
    expect(perf_assign_events(beside(true), 6)).toEqual([3, 0, 1, 2]);
  });

  test('does not look back otherwise', () => {
    expect(perf_assign_events(beside(false), 6)).toBeNull();
  });
});
