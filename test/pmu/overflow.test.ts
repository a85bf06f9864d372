import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { amd64_fam10h } from '../../pmu/chips/amd64-fam10h.ts';
import { chipNamed } from '../../pmu/chips/index.ts';
import { location } from '../../pmu/location.ts';
import { forAll } from '../support/property.ts';
import { BOTH, Bench, CYCLES, INSTRUCTIONS, KERNEL, USER } from './bench.ts';

/** Cycles between an overflow and its interrupt. */
const SKID = { from: 10, to: 200 };
const LONG = 1_000_000;

const seed = fc.nat(10_000).map(String);

/** The PMIs of counters that have `left` cycles to go, one each. */
function pmisOf(left: readonly number[], seed: string): Bench {
  const bench = new Bench(undefined, seed);
  bench.at(0, () => left.forEach((cycles, counter) => bench.count(counter, CYCLES, -cycles)));
  bench.onPmi = () => {
    bench.pmu.writeGlobalOvfCtrl(bench.pmu.readGlobalStatus());
    bench.pmu.writeLvtpc();
  };
  bench.run(LONG);
  return bench;
}

describe('an overflow', () => {
  test('interrupts a skid after the cycle in which the last event of the period happened', () => {
    const period = fc.integer({ min: 1, max: 100_000 });
    forAll([seed, period, fc.integer({ min: 1, max: 16 })], (seed, events, quarters) => {
      const bench = new Bench(undefined, seed);
      const code = location('user', 'code', 0, 4, { instructions: quarters / 4 });
      bench.at(500, () => bench.count(2, INSTRUCTIONS, -events, code));
      bench.run(LONG);
      const overflow = 500 + Math.ceil(events / (quarters / 4));
      expect(bench.pmis.length).toBe(1);
      expect(bench.pmis[0].at).toBeGreaterThanOrEqual(overflow + SKID.from);
      expect(bench.pmis[0].at).toBeLessThanOrEqual(overflow + SKID.to);
    });
  });

  test('shares its interrupt with counters that overflow within the shortest skid', () => {
    forAll([seed, fc.nat(SKID.from), fc.nat(SKID.from)], (seed, second, third) => {
      const { pmis } = pmisOf([1000, 1000 + second, 1000 + third], seed);
      expect(pmis.map(({ status }) => status)).toEqual([0b111]);
    });
  });

  test('has an interrupt of its own when the longest skid has passed', () => {
    forAll([seed, fc.integer({ min: SKID.to + 1, max: 5000 })], (seed, apart) => {
      const { pmis } = pmisOf([1000, 1000 + apart], seed);
      expect(pmis.map(({ status }) => status)).toEqual([0b01, 0b10]);
    });
  });

  test('raises none where the interrupt is not enabled, but sets its status bit', () => {
    const bench = new Bench();
    bench.at(0, () => bench.count(0, CYCLES, -100, USER, { ...BOTH, interrupt: false }));
    bench.run(LONG);
    expect(bench.pmis).toEqual([]);
    bench.at(LONG, () => expect(bench.pmu.readGlobalStatus()).toBe(1));
    bench.run(LONG);
    expect.assertions(2);
  });

  test('comes when the counter says so after it has been written anew', () => {
    const bench = new Bench();
    bench.at(0, () => bench.count(0, CYCLES, -1000));
    bench.at(900, () => bench.pmu.writeCounter(0, -50_100));
    bench.run(LONG);
    expect(bench.pmis.map(({ at }) => Math.floor(at / 1000))).toEqual([51]);
  });

  test('does not come while the counters are stopped', () => {
    const bench = new Bench();
    bench.at(0, () => bench.count(0, CYCLES, -1000));
    bench.at(900, () => bench.pmu.writeGlobalCtrl(0));
    bench.at(5000, () => bench.pmu.writeGlobalCtrl(bench.pmu.allCounters));
    bench.run(LONG);
    expect(bench.pmis.length).toBe(1);
    expect(bench.pmis[0].at).toBeGreaterThanOrEqual(5100 + SKID.from);
  });
});

describe('the interrupt', () => {
  test('is masked by its own delivery until the handler unmasks it', () => {
    const bench = new Bench();
    bench.at(0, () => {
      bench.count(0, CYCLES, -1000);
      bench.count(1, CYCLES, -10_000);
    });
    bench.run(LONG);
    expect(bench.pmis.map(({ status }) => status)).toEqual([0b01]);
  });

  test('comes in where a handler works, and reports that handler’s code', () => {
    const bench = new Bench();
    bench.at(0, () => bench.count(0, CYCLES, -1000));
    bench.at(900, () => {
      bench.pmu.enter(KERNEL);
      bench.cpu.charge(1000);
      bench.pmu.enter(USER);
    });
    bench.run(LONG);
    expect(bench.pmis).toEqual([{ at: 1900, symbol: 'entry', status: 1 }]);
  });

  test('reports the code that ran at its time when the CPU’s clock has passed it by', () => {
    const bench = new Bench();
    bench.at(0, () => bench.count(0, CYCLES, -1000));
    bench.at(900, () => {
      bench.cpu.clock = 3000;
      bench.pmu.enter(KERNEL);
      bench.cpu.charge(10);
    });
    bench.run(LONG);
    expect(bench.pmis).toEqual([{ at: 3010, symbol: 'loop', status: 1 }]);
  });
});

describe('the global status register', () => {
  test('of a Nehalem names the counters that have overflowed until it is cleared bit by bit', () => {
    const bench = pmisOf([100, 100], '1');
    const { pmu } = bench;
    bench.at(LONG, () => {
      bench.count(5, CYCLES, -10);
      bench.count(0, CYCLES, -10);
      bench.cpu.charge(10);
      expect(pmu.readGlobalStatus()).toBe(0b100001);
      pmu.writeGlobalOvfCtrl(0b1);
      expect(pmu.readGlobalStatus()).toBe(0b100000);
    });
    bench.run(LONG);
    expect.assertions(2);
  });

  test('does not exist on AMD, where a clear sign bit is the only sign of an overflow', () => {
    const bench = new Bench(amd64_fam10h);
    bench.at(0, () => bench.count(3, CYCLES, -1000));
    bench.onPmi = () => expect(bench.pmu.readCounter(3)).toBeGreaterThanOrEqual(0);
    bench.run(LONG);
    expect(bench.pmis.map(({ status }) => status)).toEqual([0]);
    expect.assertions(2);
  });
});

describe('a write to a counter', () => {
  test.each([
    ['nehalem', -(2 ** 31), -(2 ** 31)],
    ['nehalem', -(2 ** 31) - 1, 2 ** 31 - 1],
    ['sandybridge', -(2 ** 31) - 1, -(2 ** 31) - 1],
    ['amd64', -(2 ** 31) - 1, -(2 ** 31) - 1],
  ])('of a %s: %d leaves %d there', (name, written, found) => {
    const bench = new Bench(chipNamed(name));
    bench.pmu.writeCounter(0, written);
    expect(bench.pmu.readCounter(0)).toBe(found);
  });
});
