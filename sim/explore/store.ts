/**
 * The memory of an exploration: every cell that has been touched, what it held before each change, and a hash of it all.
 *
 * Values are numbered, objects by identity, so that a state is a vector of small integers. The hash is updated with
 * each change (Zobrist), which makes it cost a few multiplications however large the memory
 * is. A cell that nobody has touched holds its first value and does not count.
 *
 * Reference: Zobrist, "A New Hashing Method with Application for Game Playing" (1970).
 * Not modelled: garbage; an object that no cell points to any more still counts.
 */
import type { Cell, MemoryHook, Operation } from '../memory.ts';

// Looked up once: within a sandbox (a test runner's), every look at a global is a call out of it.
const { imul } = Math;
const { is } = Object;

/** Integers up to this one are their own number. */
const SMALL = 1 << 24;

export class Store implements MemoryHook {
  readonly cells: Cell[] = [];
  /** The number of what each cell holds. */
  readonly held: number[] = [];
  /** The state's hash, in two halves. */
  low = 0;
  high = 0;
  /** Called for every cell that an effect touches. */
  onTouch: (index: number, changed: boolean) => void = () => {};
  readonly #index = new Map<Cell, number>();
  readonly #first: number[] = [];
  readonly #numbers = new Map<unknown, number>();
  #logged = 0;
  readonly #log: number[] = [];
  readonly #logHeld: number[] = [];
  readonly #logValues: unknown[] = [];

  /** The position up to which the log must be undone to come back here. */
  get mark(): number {
    return this.#logged;
  }

  indexOf(cell: Cell): number {
    let index = this.#index.get(cell);
    if (index === undefined) {
      index = this.cells.push(cell) - 1;
      this.#index.set(cell, index);
      this.held.push(this.number(cell.v));
      this.#first.push(this.number(cell.v));
    }
    return index;
  }

  /** The integer that stands for `value`. */
  number(value: unknown): number {
    if (typeof value === 'number' && value >= 0 && value < SMALL && (value | 0) === value) return value;
    let known = this.#numbers.get(value);
    if (known === undefined) {
      known = SMALL + this.#numbers.size;
      this.#numbers.set(value, known);
    }
    return known;
  }

  /** Gives a cell another value; the halves are what that does to the hash. */
  set(index: number, value: unknown, number: number, low: number, high: number): void {
    const cell = this.cells[index];
    const at = this.#logged++;
    this.#log[at] = index;
    this.#logHeld[at] = this.held[index];
    this.#logValues[at] = cell.v;
    cell.v = value;
    this.held[index] = number;
    this.low ^= low;
    this.high ^= high;
  }

  /** Takes back every change since `mark`, when the hash was `low` and `high`. */
  undo(mark: number, low: number, high: number): void {
    for (let at = this.#logged - 1; at >= mark; at--) {
      const index = this.#log[at];
      this.cells[index].v = this.#logValues[at];
      this.held[index] = this.#logHeld[at];
    }
    this.#logged = mark;
    this.low = low;
    this.high = high;
  }

  /** The cells that have changed since `mark`. */
  changedSince(mark: number): Cell[] {
    return this.#log.slice(mark, this.#logged).map((index) => this.cells[index]);
  }

  /** The cells that differ from their first value, with the numbers of what they hold: a key that no other state has. */
  key(): string {
    return this.held.flatMap((number, index) => (number === this.#first[index] ? [] : [`${index}:${number}`])).join(' ');
  }

  // As a hook it serves effects: their operations are done at once, and can be undone.

  operate<T, A, R>(operation: Operation<T, A, R>, cell: Cell<T>, operand: A): R {
    const index = this.indexOf(cell);
    const before = cell.v;
    const answer = operation.apply(cell, operand);
    const after = cell.v;
    const changed = !is(after, before);
    if (changed) {
      const [from, to] = [this.held[index], this.number(after)];
      const slot = index + CONTEXT_SLOTS;
      cell.v = before;
      this.set(index, after, to, low(slot, from) ^ low(slot, to), high(slot, from) ^ high(slot, to));
    }
    this.onTouch(index, changed);
    return answer;
  }

  effect<R>(run: () => R): R {
    return run();
  }

  allocate<T extends object>(make: () => T): T {
    return make();
  }
}

/** Components of the hash below this number belong to contexts, those above to cells. */
export const CONTEXT_SLOTS = 64;

/** What a component of the state (a cell's value, a context's point) contributes to the halves of the hash. */
export function low(slot: number, value: number): number {
  return finish(imul(slot + 1, 0x9e3779b1) ^ imul(finish(value + 0x7f4a7c15), 0x85ebca77));
}

export function high(slot: number, value: number): number {
  return finish(imul(slot + 1, 0xc2b2ae3d) ^ imul(finish(value + 0x165667b1), 0x27d4eb2f));
}

/** The finaliser of MurmurHash3: every bit of the input reaches every bit of the output. */
function finish(bits: number): number {
  let h = bits | 0;
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
