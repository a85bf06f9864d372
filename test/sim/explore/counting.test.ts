/** The explorer is right by counting: programs whose numbers of schedules, states and outcomes are known. */
import { describe, expect, test } from '@jest/globals';
import { Mutex, READ_ONCE, WRITE_ONCE, mutex_lock, mutex_unlock, operate_when, xchg } from '../../../kernel/primitives.ts';
import type { Cell } from '../../../sim/memory.ts';
import { Violation, type Model } from '../../../sim/explore/model.ts';
import { shortest } from '../../../sim/explore/shortest.ts';
import { World } from '../../../sim/explore/world.ts';
import { cells, ends, explored, tasks, ticketLock, type Program } from './programs.ts';

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
      const result = explored(() => tasks([independent(m), independent(n)]), UNREDUCED);
      expect(result).toMatchObject({ complete: true, violation: null, schedules: schedules, states: (m + 1) * (n + 1) });
    });

  test('of 4, 3 and 2 steps have 9!/(4! 3! 2!) schedules', () => {
    const result = explored(() => tasks([independent(4), independent(3), independent(2)]), UNREDUCED);
    expect(result).toMatchObject({ schedules: 1260, states: 5 * 4 * 3 });
  });

  test('need no interleaving at all: the reduction takes all but their first steps together', () => {
    const result = explored(() => tasks([independent(10), independent(10)]), { exhaust: true });
    expect(result).toMatchObject({ complete: true, schedules: 2, states: 4 });
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
    expect(ends(make, { reduce: false })).toMatchObject({ ends: ['01', '10', '11'], schedules: 20 });
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
    const result = explored(() => tasks(dinner(count, false)), {
      ...UNREDUCED,
      onEnd: (world) => {
        if (world.contexts.some((_, i) => !world.hasEnded(i))) deadlocks++;
      },
    });
    expect(result).toMatchObject({ complete: true, violation: { kind: 'deadlock' } });
    expect(deadlocks).toBe(1);
  });

  test.each([2, 3, 4, 5, 6])('%d of them are in as many states as the forks allow, but one', (count) => {
    // A philosopher is in one of five places, and has the left fork in places 1 to 3, the right one in place 2. All states
    // in which no fork is in two hands are reached, except that all have put down the right fork: the last to take it
    // would have needed a left fork that its neighbour held. Counted as a trace of the matrix of neighbours.
    const allowed: number[][] = Array.from({ length: 5 }, (_, left) => Array.from({ length: 5 }, (__, right) => (left === 2 && right >= 1 && right <= 3 ? 0 : 1)));
    const times = (a: number[][]): number[][] => a.map((row) => row.map((_, j) => row.reduce((sum, x, k) => sum + x * allowed[k][j], 0)));
    let power = allowed;
    for (let i = 1; i < count; i++) power = times(power);
    const consistent = power.reduce((sum, row, i) => sum + row[i], 0);
    expect(explored(() => tasks(dinner(count, false)), UNREDUCED)).toMatchObject({ complete: true, states: consistent - 1 });
  });

  test.each([2, 3, 4, 5])('%d of them, one of whom takes the right fork first, all eat', (count) => {
    expect(explored(() => tasks(dinner(count, true)))).toMatchObject({ complete: true, violation: null });
  });
});

describe('a ticket lock', () => {
  test.each([2, 3, 4])('excludes %d tasks from each other', (count) => {
    expect(explored(() => tasks(ticketLock(count, false)), UNREDUCED)).toMatchObject({ complete: true, violation: null });
  });

  // n! orders of tickets; each is drawn before the four steps of its turn: C(5, n) / (4 + 1) interleavings (Fuss and Catalan).
  test.each([[1, 1], [2, 2 * 5], [3, 6 * 35], [4, 24 * 285]])('of %d tasks has %s schedules', (count, schedules) => {
    expect(explored(() => tasks(ticketLock(count, false)), UNREDUCED)).toMatchObject({ complete: true, schedules });
  });

  test('whose tickets are drawn in two steps is caught', () => {
    const { complete, violation } = explored(() => tasks(ticketLock(2, true)));
    expect(complete).toBe(false);
    expect(['mutual exclusion', 'deadlock']).toContain(violation?.kind);
  });
});

describe('a broken primitive is caught', () => {
  const exclusive = (lock: (cell: Cell<number>) => void): Program[] => {
    const [locked, inside] = cells(2);
    return [0, 1].map(() => () => {
      lock(locked);
      if (READ_ONCE(inside) !== 0) throw new Violation('mutual exclusion', 'two tasks are inside');
      WRITE_ONCE(inside, 1);
      WRITE_ONCE(inside, 0);
      WRITE_ONCE(locked, 0);
    });
  };
  const atomic = (cell: Cell<number>): void => {
    while (xchg(cell, 1) !== 0) operate_when(cell, (value) => value === 0);
  };
  const torn = (cell: Cell<number>): void => {
    for (;;) {
      const old = READ_ONCE(cell);
      WRITE_ONCE(cell, 1);
      if (old === 0) return;
      operate_when(cell, (value) => value === 0);
    }
  };

  test('a lock on xchg excludes', () => {
    expect(explored(() => tasks(exclusive(atomic)))).toMatchObject({ complete: true, violation: null });
  });

  test.each([['an xchg that reads and writes in two steps', torn], ['a mutex that takes itself for free', () => {}]] as const)('%s does not', (_, lock) => {
    expect(shortest(new World(tasks(exclusive(lock))))).toMatchObject({ violation: { kind: 'mutual exclusion' } });
    expect(explored(() => tasks(exclusive(lock)))).toMatchObject({ complete: false, cut: 'violation' });
  });
});

test('a condition that looks at a cell that it does not watch is refused', () => {
  const [watched, other] = cells(2);
  const waits: Program = () => void operate_when(watched, (value) => value + other.v > 0);
  expect(() => explored(() => tasks([waits, () => WRITE_ONCE(other, 1)]))).toThrow('T1 waits for a condition that looks at more than its cell');
});

describe('an endless loop', () => {
  test('is one that goes on when nobody else can', () => {
    const [x] = cells(1);
    const result = explored(() => tasks([
      () => {
        while (READ_ONCE(x) === 0);
      },
      () => WRITE_ONCE(x, READ_ONCE(x)),
    ]));
    expect(result).toMatchObject({ violation: { kind: 'endless loop' } });
  });

  test('is none that another task ends; but how long it may spin before that is not known', () => {
    const result = explored(() => {
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
    expect(explored(long, UNREDUCED)).toMatchObject({ complete: true, violation: null, schedules: 1, states: 901 });
    const both = explored(() => tasks([independent(450), independent(3)]), UNREDUCED);
    expect(both).toMatchObject({ complete: true, violation: null, states: 451 * 4, schedules: (453 * 452 * 451) / 6 });
  });

  test('of two that wait for each other is found when they have spun in turn', () => {
    const [x, y] = cells(2);
    const waits = (forThis: Cell<number>, then: Cell<number>): Program => () => {
      while (READ_ONCE(forThis) === 0);
      WRITE_ONCE(then, 1);
    };
    expect(explored(() => tasks([waits(x, y), waits(y, x)]))).toMatchObject({ complete: false, violation: { kind: 'endless loop' } });
  });
});
