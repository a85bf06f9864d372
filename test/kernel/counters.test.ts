import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { amd64_fam10h } from '../../pmu/chips/amd64-fam10h.ts';
import { nehalem } from '../../pmu/chips/nehalem.ts';
import {
  PERF_COUNT_HW_CPU_CYCLES, PERF_COUNT_HW_INSTRUCTIONS, PERF_EVENT_STATE_ACTIVE, V3_2, type PerfEvent,
} from '../../kernel/index.ts';
import { lowest_free } from '../../kernel/x86/schedule-events.ts';
import { forAll } from '../support/property.ts';
import { Bench } from './bench.ts';

const CYCLES = BigInt(PERF_COUNT_HW_CPU_CYCLES);
const INSTRUCTIONS = BigInt(PERF_COUNT_HW_INSTRUCTIONS);

interface Setting {
  readonly watchdog: boolean;
  readonly chip?: typeof nehalem;
}

/** Opens events that count at once; the kernel's index of the counter that each is on, null for one that waits. */
function counters(configs: readonly bigint[], { watchdog, chip }: Setting): { of: () => (number | null)[]; bench: Bench } {
  const bench = new Bench(V3_2, {}, chip);
  if (watchdog) bench.kernel.watchdog_nmi_enable();
  const events = configs.map((config) => bench.event(bench.open({ config, disabled: false })));
  const { counters } = bench.hardware.pmu;
  const of = ({ state, hw }: PerfEvent): number | null => (state === PERF_EVENT_STATE_ACTIVE ? counters[hw.idx].index : null);
  return { of: () => events.map(of), bench };
}

const cycles = (count: number): bigint[] => Array.from({ length: count }, () => CYCLES);
const assigned = (configs: readonly bigint[], setting: Setting): (number | null)[] => counters(configs, setting).of();

describe('counters of a Nehalem', () => {
  test('go to three cycles events in order, after the watchdog’s', () => {
    expect(assigned(cycles(3), { watchdog: true })).toEqual([1, 2, 3]);
  });

  test('go to three cycles events in order, from the first without the watchdog', () => {
    expect(assigned(cycles(3), { watchdog: false })).toEqual([0, 1, 2]);
  });

  test('are general before fixed: the fifth cycles event gets the fixed one', () => {
    expect(assigned(cycles(5), { watchdog: false })).toEqual([0, 1, 2, 3, 33]);
    expect(assigned(cycles(4), { watchdog: true })).toEqual([1, 2, 3, 33]);
  });

  test('have none for a sixth cycles event, but one for instructions', () => {
    expect(assigned([...cycles(5), CYCLES, INSTRUCTIONS], { watchdog: false })).toEqual([0, 1, 2, 3, 33, null, null]);
    expect(assigned([...cycles(5), INSTRUCTIONS], { watchdog: false })).toEqual([0, 1, 2, 3, 33, 32]);
  });

  test('stay with their events when everything goes off and on again', () => {
    const { of, bench } = counters(cycles(3), { watchdog: true });
    const before = of();
    bench.kernel.sched_switch(bench.task, null);
    expect(of()).toEqual([null, null, null]);
    bench.kernel.sched_switch(null, bench.task);
    expect(of()).toEqual(before);
  });

  test('go round among the events that wait for them, tick by tick', () => {
    const { of, bench } = counters(cycles(7), { watchdog: true });
    const ticks = 70;
    const running = Array.from({ length: 7 }, () => 0);
    for (let i = 0; i < ticks; i++) {
      of().forEach((counter, event) => {
        if (counter !== null) running[event]++;
      });
      bench.hardware.now += 1_000_000;
      bench.kernel.perf_event_task_tick();
    }
    // Four of seven at a time, each for the same share of the ticks.
    expect(running).toEqual(Array.from({ length: 7 }, () => (ticks * 4) / 7));
  });
});

describe('counters of an AMD family 10h', () => {
  test('are four: three cycles events and the watchdog have one each', () => {
    expect(assigned(cycles(3), { watchdog: true, chip: amd64_fam10h })).toEqual([1, 2, 3]);
  });

  test('have none for a fifth event', () => {
    expect(assigned(cycles(5), { watchdog: false, chip: amd64_fam10h })).toEqual([0, 1, 2, 3, null]);
  });
});

describe('an assignment', () => {
  const constraint = fc.integer({ min: 1, max: 0b1111111 });

  test('gives every event a counter that it may use, and none to two', () => {
    forAll([fc.array(constraint, { maxLength: 7 })], (constraints) => {
      const assignment = lowest_free(constraints);
      if (assignment === null) return;
      expect(assignment.every((counter, i) => constraints[i] & (1 << counter))).toBe(true);
      expect(new Set(assignment).size).toBe(constraints.length);
    }, 500);
  });

  test('is found for any number of equal events up to the number of their counters', () => {
    forAll([constraint, fc.integer({ min: 1, max: 8 })], (mask, count) => {
      const weight = mask.toString(2).replaceAll('0', '').length;
      expect(lowest_free(Array.from({ length: count }, () => mask)) !== null).toBe(count <= weight);
    });
  });

  test('serves the event with the least choice first', () => {
    expect(lowest_free([0b111, 0b001, 0b011])).toEqual([2, 0, 1]);
  });
});
