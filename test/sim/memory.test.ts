import { afterEach, describe, expect, test } from '@jest/globals';
import { Cell, allocate, effect, load, operate, setHook, shared, store, struct, type MemoryHook } from '../../sim/memory.ts';

class Point extends struct({ x: 1, y: 2, hits: shared(0), label: '' }) {}

/** Notes what passes through, and lets it. */
class Listener implements MemoryHook {
  readonly log: string[] = [];

  readonly operate: MemoryHook['operate'] = (operation, cell, operand) => {
    this.log.push(`${operation.name} ${cell.name}`);
    return operation.apply(cell, operand);
  };

  readonly effect: MemoryHook['effect'] = (run) => {
    this.log.push('effect');
    return run();
  };

  readonly allocate: MemoryHook['allocate'] = (make) => {
    this.log.push('allocate');
    return make();
  };
}

function heard(body: () => void): string[] {
  const listener = new Listener();
  const outer = setHook(listener);
  body();
  setHook(outer);
  return listener.log;
}

afterEach(() => {
  expect(setHook(null)).toBe(null);
});

describe('a struct', () => {
  test('starts with the values of its declaration, each instance with its own', () => {
    const one = new Point();
    const other = new Point();
    one.x = 10;
    expect([one.x, one.y, one.label, other.x]).toEqual([10, 2, '', 1]);
  });

  test('shows a shared field as its cell', () => {
    const point = new Point();
    expect(point.hits).toBeInstanceOf(Cell);
    expect(load(point.hits)).toBe(0);
  });

  test('names all its cells, in the order of declaration, and owns them', () => {
    const point = new Point();
    expect(point.cells.map(({ name }) => name)).toEqual(['x', 'y', 'hits', 'label']);
    expect(point.cells.every(({ owner }) => owner === point)).toBe(true);
  });

  test('reads and writes its fields through the hook', () => {
    const point = new Point();
    expect(heard(() => (point.y = point.x + 1))).toEqual(['load x', 'store y']);
    expect(point.y).toBe(2);
  });
});

describe('an operation', () => {
  const increment = { name: 'increment', apply: (cell: Cell<number>, by: number) => (cell.v += by) };

  test('is performed at once when nobody listens', () => {
    const cell = new Cell(1);
    expect([operate(increment, cell, 2), load(cell)]).toEqual([3, 3]);
  });

  test('goes through the hook when somebody does', () => {
    const cell = new Cell(1, null, 'count');
    const log = heard(() => {
      operate(increment, cell, 2);
      store(cell, load(cell) * 2);
      effect(() => {});
      allocate(() => new Point());
    });
    expect(log).toEqual(['increment count', 'load count', 'store count', 'effect', 'allocate']);
    expect(load(cell)).toBe(6);
  });
});
