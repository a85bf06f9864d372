/** The explorer is right by counting: programs whose numbers of schedules, states and outcomes are known. */
import { describe, expect, test } from '@jest/globals';
import { Mutex, READ_ONCE, WRITE_ONCE, mutex_lock, mutex_unlock } from '../../../kernel/primitives.ts';
import type { Cell } from '../../../sim/memory.ts';
import type { Model } from '../../../sim/explore/model.ts';
import { search } from '../../../sim/explore/search.ts';
import { cells, ends, tasks, ticketLock, type Program } from './programs.ts';

const UNREDUCED = { reduce: false, exhaust: true };

/** A task that writes its own cell `steps` times. */
const independent = (steps: number): Program => {
  const [cell] = cells(1);
  return () => {
    for (let i = 1; i <= steps; i++) WRITE_ONCE(cell, i);
  };
};

describe('independent tasks', () => {
  test.each([[1, 1, 2], [3, 2, 10], [5, 5, 252], [10, 10, 184_756], [20, 20, 137_846_528_820]])(
    'of %d and %d steps have C(m+n, n) = %d schedules over (m+1)(n+1) states', (m, n, schedules) => {
      const result = search(() => tasks([independent(m), independent(n)]), UNREDUCED);
      expect(result).toMatchObject({ complete: true, violation: null, schedules: BigInt(schedules), states: (m + 1) * (n + 1) });
    });

  test('of 4, 3 and 2 steps have 9!/(4! 3! 2!) schedules', () => {
    const result = search(() => tasks([independent(4), independent(3), independent(2)]), UNREDUCED);
    expect(result).toMatchObject({ schedules: 1260n, states: 5 * 4 * 3 });
  });

  test('need no interleaving at all: the reduction takes all but their first steps together', () => {
    const result = search(() => tasks([independent(10), independent(10)]), { exhaust: true });
    expect(result).toMatchObject({ complete: true, schedules: 2n, states: 4 });
  });
});

describe('store buffering under sequential consistency', () => {
  test('ends in three of the four outcomes: not both tasks read 0', () => {
    const make = (): { programs: Program[]; look: () => string } => {
      const [x, y, r1, r2] = cells(4);
      return {
        programs: [
          () => {
            WRITE_ONCE(x, 1);
            WRITE_ONCE(r1, READ_ONCE(y));
          },
          () => {
            WRITE_ONCE(y, 1);
            WRITE_ONCE(r2, READ_ONCE(x));
          },
        ],
        look: () => `${r1.v}${r2.v}`,
      };
    };
    expect(ends(make).ends).toEqual(['01', '10', '11']);
    expect(ends(make, { reduce: false })).toMatchObject({ ends: ['01', '10', '11'], schedules: 20n });
  });
});

describe('dining philosophers', () => {
  const dinner = (count: number, polite: boolean): Program[] => {
    const forks = Array.from({ length: count }, () => new Mutex());
    return forks.map((_, i) => () => {
      const [left, right] = [forks[i], forks[(i + 1) % count]];
      const [first, second] = polite && i === count - 1 ? [right, left] : [left, right];
      mutex_lock(first);
      mutex_lock(second);
      mutex_unlock(second);
      mutex_unlock(first);
    });
  };

  test.each([2, 3, 4, 5])('%d of them, each taking the left fork first, starve in one state', (count) => {
    let deadlocks = 0;
    const result = search(() => tasks(dinner(count, false)), {
      ...UNREDUCED,
      onEnd: (world) => {
        if (world.contexts.some((_, i) => !world.hasEnded(i))) deadlocks++;
      },
    });
    expect(result).toMatchObject({ complete: true, violation: { kind: 'deadlock' } });
    expect(deadlocks).toBe(1);
  });

  test.each([2, 3, 4, 5])('%d of them, one of whom takes the right fork first, all eat', (count) => {
    expect(search(() => tasks(dinner(count, true)))).toMatchObject({ complete: true, violation: null });
  });
});

describe('a ticket lock', () => {
  test.each([2, 3, 4])('excludes %d tasks from each other', (count) => {
    expect(search(() => tasks(ticketLock(count, false)), UNREDUCED)).toMatchObject({ complete: true, violation: null });
  });

  test('of three tasks has 3! orders of tickets', () => {
    expect(search(() => tasks(ticketLock(3, false)), UNREDUCED).schedules % 6n).toBe(0n);
  });

  test('whose tickets are drawn in two steps is caught', () => {
    const { complete, violation } = search(() => tasks(ticketLock(2, true)));
    expect(complete).toBe(false);
    expect(['mutual exclusion', 'deadlock']).toContain(violation?.kind);
  });
});

describe('an endless loop', () => {
  test('is one that goes on when nobody else can', () => {
    const [x] = cells(1);
    const result = search(() => tasks([
      () => {
        while (READ_ONCE(x) === 0);
      },
      () => WRITE_ONCE(x, READ_ONCE(x)),
    ]));
    expect(result).toMatchObject({ violation: { kind: 'endless loop' } });
  });

  test('is none that another task ends; but how long it may spin before that is not known', () => {
    const result = search(() => {
      const [x] = cells(1);
      return tasks([
        () => {
          while (READ_ONCE(x) === 0);
        },
        () => WRITE_ONCE(x, 1),
      ]);
    });
    expect(result).toMatchObject({ complete: false, cut: 'spinning', violation: null });
  });

  test('is none that is only long', () => {
    const long = (): Model => tasks([independent(900)]);
    expect(search(long, UNREDUCED)).toMatchObject({ complete: true, violation: null, schedules: 1n, states: 901 });
    const both = search(() => tasks([independent(450), independent(3)]), UNREDUCED);
    expect(both).toMatchObject({ complete: true, violation: null, states: 451 * 4, schedules: (453n * 452n * 451n) / 6n });
  });

  test('of two that wait for each other is found when they have spun in turn', () => {
    const [x, y] = cells(2);
    const waits = (forThis: Cell<number>, then: Cell<number>): Program => () => {
      while (READ_ONCE(forThis) === 0);
      WRITE_ONCE(then, 1);
    };
    expect(search(() => tasks([waits(x, y), waits(y, x)]))).toMatchObject({ complete: false, violation: { kind: 'endless loop' } });
  });
});
