/** Bounds and choosers: what a bounded search covers, and that it never claims more. */
import { describe, expect, test } from '@jest/globals';
import { READ_ONCE, WRITE_ONCE } from '../../../kernel/primitives.ts';
import { PctChooser, RandomChooser, type Chooser } from '../../../sim/explore/choosers.ts';
import { draw } from '../../../sim/explore/draw.ts';
import { Violation, type Model } from '../../../sim/explore/model.ts';
import { shortest } from '../../../sim/explore/shortest.ts';
import { RandomStream } from '../../../sim/random.ts';
import { World } from '../../../sim/explore/world.ts';
import { cells, explored, tasks, type Program } from './programs.ts';

/** Tasks of so many steps each, on cells of their own. */
const independent = (...lengths: number[]) => (): Model =>
  tasks(lengths.map((length): Program => {
    const [cell] = cells(1);
    return () => {
      for (let i = 1; i <= length; i++) WRITE_ONCE(cell, i);
    };
  }));

/** A defect that shows only if the second task runs whole between two given steps of the first, `times` over. */
const hidden = (times: number) => (): Model => {
  const [turn] = cells(1);
  return tasks([
    () => {
      for (let i = 0; i < times; i++) {
        WRITE_ONCE(turn, 2 * i + 1);
        if (READ_ONCE(turn) !== 2 * i + 2) return;
      }
      throw new Violation('found', 'each time');
    },
    () => {
      for (let i = 0; i < times; i++) if (READ_ONCE(turn) === 2 * i + 1) WRITE_ONCE(turn, 2 * i + 2);
    },
  ]);
};

describe('a bound on preemptions', () => {
  // With p preemptions, task A of m steps and B of n: A's run is cut p times or so; counted by hand for small p.
  test.each([
    [0, 2], // AB, BA
    [1, 2 + 2 + 2], // one of A's two inner places, one of B's
  ])('of %d leaves %s schedules of two tasks of 3 steps', (preemptions, schedules) => {
    expect(explored(independent(3, 3), { reduce: false, preemptions })).toMatchObject({ cut: 'preemptions', complete: false, schedules });
  });

  test('that is never met leaves the search complete, over the same states and schedules', () => {
    const unbounded = explored(independent(3, 3), { reduce: false });
    const { complete, states, schedules } = unbounded;
    expect({ complete, states, schedules }).toEqual({ complete: true, states: 16, schedules: 20 });
    expect(explored(independent(3, 3), { reduce: false, preemptions: 5 })).toMatchObject({ complete, states, schedules });
  });

  test.each([1, 2, 3])('finds what takes %d runs of another within a task exactly from that bound on', (times) => {
    const found = (preemptions: number): string | undefined => explored(hidden(times), { preemptions }).violation?.kind;
    const needed = [0, 1, 2, 3, 4, 5, 6, 7].findIndex((preemptions) => found(preemptions) === 'found');
    const { schedule } = shortest(new World(hidden(times)()))!;
    const switches = schedule.filter((context, i) => i > 0 && context !== schedule[i - 1]).length;
    expect(needed).toBeGreaterThan(0);
    // Every switch but those after a task's end is a preemption here.
    expect(switches - needed).toBeLessThanOrEqual(1);
  });
});

describe('what cuts a search', () => {
  test('states', () => {
    expect(explored(independent(50, 50), { reduce: false, budget: 100 })).toMatchObject({ cut: 'budget', complete: false, states: 101 });
  });

  test('time, which is somebody else\'s to tell', () => {
    expect(explored(independent(50, 50), { reduce: false, expired: (states) => states > 500 })).toMatchObject({ cut: 'time', complete: false });
  });

  test('a violation; the schedules that came before it are counted', () => {
    expect(explored(hidden(1), { reduce: false })).toMatchObject({ cut: 'violation', complete: false, schedules: expect.any(Number) });
  });
});

describe('schedules are counted, exactly or to many digits', () => {
  test('of two tasks of 60 steps there are C(120, 60)', () => {
    let binomial = 1;
    for (let i = 1; i <= 60; i++) binomial = (binomial * (60 + i)) / i;
    expect(explored(independent(60, 60), { reduce: false }).schedules / binomial).toBeCloseTo(1, 12);
  });
});

describe('choosers', () => {
  const chooser = (name: string, seed: string, depth = 3): Chooser => (name === 'pct' ? new PctChooser(new RandomStream(seed), depth) : new RandomChooser(new RandomStream(seed)));

  test.each(['random', 'pct'])('%s draws as many schedules as it is told, and proves nothing', (name) => {
    expect(draw(new World(independent(4, 4)()), chooser(name, 'a'), { schedules: 100 })).toMatchObject({ cut: 'drawn', complete: false, schedules: 100, violation: null });
  });

  test.each(['random', 'pct'])('%s draws the same for the same seed', (name) => {
    const drawn = (seed: string): unknown => draw(new World(hidden(2)()), chooser(name, seed, 5), { schedules: 10_000 });
    expect(drawn('a')).toEqual(drawn('a'));
    expect(drawn('a')).toMatchObject({ cut: 'violation', violation: { kind: 'found' } });
    expect(drawn('a')).not.toEqual(drawn('b'));
  });

  test('random reaches every schedule of two tasks of 2 steps', () => {
    const seen = new Set<string>();
    const random = new RandomChooser(new RandomStream('all'));
    for (let i = 0; i < 200; i++) {
      const left = [2, 2];
      let word = '';
      while (left[0] + left[1] > 0) {
        const context = random.choose((left[0] > 0 ? 1 : 0) | (left[1] > 0 ? 2 : 0));
        left[context]--;
        word += context;
      }
      seen.add(word);
    }
    expect([...seen].sort()).toEqual(['0011', '0101', '0110', '1001', '1010', '1100']);
  });

  test('pct of depth d changes contexts at most d − 1 times before their ends', () => {
    for (const depth of [1, 2, 4]) {
      const pct = new PctChooser(new RandomStream(`${depth}`), depth);
      for (let run = 0; run < 50; run++) {
        pct.begin(3);
        const left = [5, 5, 5];
        let [preemptions, last] = [0, -1];
        for (let choices; (choices = left.reduce((mask, n, i) => (n > 0 ? mask | (1 << i) : mask), 0)) !== 0;) {
          const context = pct.choose(choices);
          if (last >= 0 && context !== last && left[last] > 0) preemptions++;
          left[context]--;
          last = context;
        }
        expect(preemptions).toBeLessThanOrEqual(depth - 1);
      }
    }
  });

  // n = 2 contexts, k = 4 steps, d = 3 constraints at most: at least 1 schedule in 2·4² = 32.
  test('pct finds a defect of depth 3 as often as its paper promises', () => {
    let found = 0;
    const runs = 400;
    for (let i = 0; i < runs; i++) {
      const pct = new PctChooser(new RandomStream(`pct ${i}`), 3);
      if (draw(new World(hidden(1)()), pct, { schedules: 2 }).violation !== null) found++;
    }
    expect(found / runs).toBeGreaterThan(1 / 32);
  });
});
