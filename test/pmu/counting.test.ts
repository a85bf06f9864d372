import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { allEvents, eventSelect } from '../../pmu/chip.ts';
import { CHIPS, CHIP_NAMES, chipNamed } from '../../pmu/chips/index.ts';
import { location } from '../../pmu/location.ts';
import { forAll } from '../support/property.ts';
import { BOTH, Bench, CYCLES, INSTRUCTIONS, KERNEL, USER } from './bench.ts';

/** Quarters, so that sums of doubles are exact. */
const rate = fc.integer({ min: 0, max: 16 }).map((quarters) => quarters / 4);
const span = fc.integer({ min: 1, max: 1_000_000 });

/** What a counter has counted after 100 cycles of user code and 1000 cycles of kernel code. */
const gated = (user: boolean, os: boolean): number => {
  const bench = new Bench();
  bench.at(0, () => bench.count(0, CYCLES, 0, USER, { user, os, interrupt: true }));
  bench.at(100, () => bench.pmu.enter(KERNEL));
  return bench.read(0, 1100);
};

describe('a counter', () => {
  test('reads what the code has caused in the time that it ran', () => {
    forAll([rate, span, fc.integer({ min: -1_000_000_000, max: 0 })], (perCycle, cycles, start) => {
      const bench = new Bench();
      const code = location('user', 'code', 0, 4, { instructions: perCycle });
      bench.at(0, () => bench.count(0, INSTRUCTIONS, start, code, { ...BOTH, interrupt: false }));
      expect(bench.read(0, cycles)).toBe(Math.floor(start + perCycle * cycles));
    });
  });

  test('reads the same however often somebody has looked before', () => {
    forAll([rate, fc.array(span, { minLength: 1, maxLength: 20 })], (perCycle, looks) => {
      const bench = new Bench();
      const code = location('user', 'code', 0, 4, { instructions: perCycle });
      bench.at(0, () => bench.count(1, INSTRUCTIONS, 0, code));
      for (const time of looks) bench.at(time, () => bench.pmu.sync());
      expect(bench.read(1, 1_000_000)).toBe(Math.floor(perCycle * 1_000_000));
    });
  });

  test('adds up what different code causes', () => {
    const bench = new Bench();
    bench.at(0, () => bench.count(0, INSTRUCTIONS, 0, USER));
    bench.at(100, () => bench.pmu.enter(KERNEL));
    bench.at(300, () => bench.pmu.enter(USER));
    expect(bench.read(0, 400)).toBe(2 * 100 + 0.5 * 200 + 2 * 100);
  });

  test('counts user code unless it excludes it', () => expect(gated(true, false)).toBe(100));
  test('counts kernel code unless it excludes it', () => expect(gated(false, true)).toBe(1000));
  test('counts both when it excludes neither', () => expect(gated(true, true)).toBe(1100));
  test('counts nothing when it excludes both', () => expect(gated(false, false)).toBe(0));

  test('stands still while its enable bit is clear', () => {
    const bench = new Bench();
    bench.at(0, () => bench.count(0, CYCLES, 0));
    bench.at(100, () => bench.pmu.writeEnable(0, false));
    bench.at(200, () => bench.pmu.writeEnable(0, true));
    expect(bench.read(0, 300)).toBe(200);
  });

  test('holds every number that can be written to it: of its width in two’s complement, or of 32 bits, as on Intel before full-width writes', () => {
    for (const chip of CHIPS) {
      const half = chip.vendor === 'intel' && chip.fullWidthWrites !== true ? 2 ** 31 : 2 ** (chip.general.width - 1);
      forAll([fc.integer({ min: -half, max: half - 1 }), fc.nat(chip.general.count - 1)], (value, counter) => {
        const { pmu } = new Bench(chip);
        pmu.writeCounter(counter, value);
        expect(pmu.readCounter(counter)).toBe(value);
      }, 50);
    }
  });

  test('goes on from zero when it wraps', () => {
    const bench = new Bench();
    bench.at(0, () => bench.count(0, CYCLES, -1000));
    expect(bench.read(0, 1003)).toBe(3);
  });
});

describe('the global control register', () => {
  test('of a Nehalem stops all counters at once, and starts them where they were', () => {
    const bench = new Bench();
    bench.at(0, () => {
      bench.count(0, CYCLES, 0);
      bench.count(3, INSTRUCTIONS, 0);
    });
    bench.at(100, () => bench.pmu.writeGlobalCtrl(0));
    bench.at(150, () => bench.pmu.enter(KERNEL));
    bench.at(200, () => bench.pmu.writeGlobalCtrl(bench.pmu.allCounters));
    expect([bench.read(0, 300), bench.read(3, 300)]).toEqual([200, 250]);
  });

  test('of a Nehalem enables each counter by its bit', () => {
    const bench = new Bench();
    bench.at(0, () => {
      bench.count(0, CYCLES, 0);
      bench.count(1, CYCLES, 0);
      bench.pmu.writeGlobalCtrl(0b10);
    });
    expect([bench.read(0, 50), bench.read(1, 50)]).toEqual([0, 50]);
  });
});

describe('a chip', () => {
  test('has one event for each code of the event select register', () => {
    for (const { events } of CHIPS) expect(new Set(events.map(eventSelect)).size).toBe(events.length);
  });

  test('counts the same by one code, whatever the name of the event', () => {
    for (const chip of CHIPS) {
      const signals = new Map(chip.events.map((event) => [eventSelect(event), event.signal]));
      for (const event of allEvents(chip)) {
        if (event.offcore) continue;
        const code = eventSelect(event);
        expect([chip.name, code, event.signal]).toEqual([chip.name, code, signals.get(code) ?? event.signal]);
        signals.set(code, event.signal);
      }
    }
  });

  test('has a register for what goes beyond the core if it counts that', () => {
    for (const chip of CHIPS) expect([chip.name, chip.offcoreRegisters !== undefined]).toEqual([chip.name, allEvents(chip).some(({ offcore }) => offcore)]);
  });

  test('restricts events to counters that it has', () => {
    for (const chip of CHIPS) {
      const { general, fixed } = chip;
      for (const event of allEvents(chip)) {
        expect(event.counters ?? []).toEqual((event.counters ?? []).filter((counter) => counter < general.count));
        expect(event.fixed ?? -1).toBeLessThan(fixed.count);
      }
    }
  });

  test('is found by each of its names, which are no other’s', () => {
    expect(new Set(CHIP_NAMES).size).toBe(CHIP_NAMES.length);
    for (const name of CHIP_NAMES) expect([chipNamed(name)?.name, chipNamed(name)?.alias]).toContain(name);
    expect(chipNamed('amd64')).toBe(chipNamed('amd64-fam10h'));
  });

  test('codes events as the manual does: cmask, inv, umask and event from the left, AMD’s upper bits before them', () => {
    expect(eventSelect({ signal: 'stalled-cycles-backend', event: 0xb1, umask: 0x3f, cmask: 1, inv: true })).toBe(0x180_3fb1);
    expect(eventSelect({ signal: 'cycles', event: 0x1d6, umask: 0x02 })).toBe(0x1_0000_02d6);
  });

  test('numbers its fixed counters as the kernel does, behind the general ones', () => {
    const { pmu } = new Bench();
    expect(pmu.counters.map(({ index }) => index)).toEqual([0, 1, 2, 3, 32, 33, 34]);
    expect(pmu.counters.map(({ index }) => pmu.position(index))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});
