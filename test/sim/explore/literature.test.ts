/**
 * Programs of the literature on partial order reduction, with their numbers of Mazurkiewicz traces: schedules that differ
 * in more than the order of operations that have nothing to do with each other. The cells here remember who has touched
 * them between which writes, so that two schedules end in one state just if they are one trace.
 *
 * Programs and numbers: Flanagan and Godefroid, "Dynamic Partial-Order Reduction for Model Checking Software" (POPL 2005);
 * Abdulla, Aronis, Jonsson and Sagonas, "Optimal Dynamic Partial Order Reduction" (POPL 2014).
 */
import { describe, expect, test } from '@jest/globals';
import { Cell, operate, type Operation } from '../../../sim/memory.ts';
import { ends, type Program } from './programs.ts';

/** A value and who touched it; equal ones are one object. */
interface Remembered {
  readonly value: number;
  /** Writers in their order, and between them the readers, sorted. */
  readonly history: string;
}

class Memory {
  readonly #known = new Map<string, Remembered>();
  readonly #cells: Cell<Remembered>[] = [];

  cells(count: number): Cell<Remembered>[] {
    const made = Array.from({ length: count }, () => new Cell(this.remembered(0, ''), null, 'x'));
    this.#cells.push(...made);
    return made;
  }

  remembered(value: number, history: string): Remembered {
    const key = `${value} ${history}`;
    const known = this.#known.get(key) ?? { value, history };
    this.#known.set(key, known);
    return known;
  }

  look(): string {
    return this.#cells.map((cell) => `${cell.v.value} ${cell.v.history}`).join(';');
  }

  // What one task does with the cells.
  of(task: number): { read: (cell: Cell<Remembered>) => number; write: (cell: Cell<Remembered>, value: number) => void; cas: (cell: Cell<Remembered>, old: number, value: number) => boolean; lock: (cell: Cell<Remembered>) => void } {
    const wrote = (history: string): string => `${history}|${task}|`;
    const READ: Operation<Remembered, null, number> = {
      name: 'read',
      apply: (cell) => {
        const { value, history } = cell.v;
        const [readers, ...before] = history.split('|').toReversed();
        const sorted = [...readers.split(',').filter(Boolean), String(task)].sort().join(',');
        cell.v = this.remembered(value, [...before.toReversed(), sorted].join('|'));
        return value;
      },
    };
    const WRITE: Operation<Remembered, number, void> = {
      name: 'write',
      apply: (cell, value) => {
        cell.v = this.remembered(value, wrote(cell.v.history));
      },
    };
    const CAS: Operation<Remembered, readonly [number, number], boolean> = {
      name: 'cas',
      apply: (cell, [old, value]) => {
        const swaps = cell.v.value === old;
        cell.v = this.remembered(swaps ? value : cell.v.value, wrote(cell.v.history));
        return swaps;
      },
    };
    const LOCK: Operation<Remembered, null, void> = {
      name: 'lock',
      ready: (cell) => cell.v.value === 0,
      apply: (cell) => {
        cell.v = this.remembered(1, wrote(cell.v.history));
      },
    };
    return {
      read: (cell) => operate(READ, cell, null),
      write: (cell, value) => operate(WRITE, cell, value),
      cas: (cell, old, value) => operate(CAS, cell, [old, value]),
      lock: (cell) => operate(LOCK, cell, null),
    };
  }
}

type Make = () => { programs: Program[]; look: () => string };

function traces(make: Make, reduce: boolean): number {
  const { ends: found, complete } = ends(make, { reduce });
  expect(complete).toBe(true);
  return found.length;
}

function program(build: (memory: Memory) => Program[]): Make {
  return () => {
    const memory = new Memory();
    return { programs: build(memory), look: () => memory.look() };
  };
}

/** Each writes its own flag and reads the other's. */
const storeBuffering = program((memory) => {
  const [x, y] = memory.cells(2);
  return [[x, y], [y, x]].map(([mine, other], task) => () => {
    const { read, write } = memory.of(task);
    write(mine, 1);
    read(other);
  });
});

/** Task 0 looks for the last zero of an array, in which all others write. */
const lastZero = (n: number): Make => program((memory) => {
  const array = memory.cells(n + 1);
  return array.map((cell, task) => () => {
    const { read, write } = memory.of(task);
    if (task > 0) {
      write(cell, read(array[task - 1]) + 1);
      return;
    }
    for (let i = n; read(array[i]) !== 0;) i--;
  });
});

/** Each task puts four messages into a hash table. */
const indexer = (tasks: number): Make => program((memory) => {
  const table = memory.cells(128);
  return Array.from({ length: tasks }, (_, task) => () => {
    const { cas } = memory.of(task);
    for (let m = 1; m <= 4; m++) {
      const message = 11 * m + task;
      for (let h = (7 * message) % 128; !cas(table[h], 0, message);) h = (h + 1) % 128;
    }
  });
});

/** Each task gives its inode a free block. */
const filesystem = (tasks: number): Make => program((memory) => {
  const [inodes, blocks] = [32, 26];
  const [inodeLocks, inode] = [memory.cells(inodes), memory.cells(inodes)];
  const [busyLocks, busy] = [memory.cells(blocks), memory.cells(blocks)];
  return Array.from({ length: tasks }, (_, task) => () => {
    const { read, write, lock } = memory.of(task);
    const i = task % inodes;
    lock(inodeLocks[i]);
    if (read(inode[i]) === 0) {
      let b = (2 * i) % blocks;
      for (; ; b = (b + 1) % blocks) {
        lock(busyLocks[b]);
        if (read(busy[b]) === 0) break;
        write(busyLocks[b], 0);
      }
      write(busy[b], 1);
      write(inode[i], b + 1);
      write(busyLocks[b], 0);
    }
    write(inodeLocks[i], 0);
  });
});

describe.each([[true], [false]])('reduced: %s', (reduce) => {
  // Each read comes before or after the write that it may see: four ways, of which "both before" is a circle.
  test('store buffering has 3 traces', () => {
    expect(traces(storeBuffering, reduce)).toBe(3);
  });

  // The zero is found at 0 or n: the n − 1 pairs of neighbours are free. Found in between, one of them is determined.
  test.each([[2, 5], [5, 64], [7, 320]])('last-zero of %d has (n + 3)·2ⁿ⁻² = %d traces', (n, count) => {
    expect(traces(lastZero(n), reduce)).toBe(count);
    expect(count).toBe((n + 3) * 2 ** (n - 2));
  });
});

// Tasks 0 and 11 meet at three places of the table.
test.each([[2, 1], [11, 1], [12, 8]])('the indexer of %d tasks has %d traces', (tasks, count) => {
  expect(traces(indexer(tasks), true)).toBe(count);
});

// Tasks 0 and 13 want the same block.
test.each([[2, 1], [13, 1], [14, 2]])('the filesystem of %d tasks has %d traces', (tasks, count) => {
  expect(traces(filesystem(tasks), true)).toBe(count);
});
