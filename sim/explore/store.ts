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
import { grown } from './grown.ts';

// Looked up once: within a sandbox (a test runner's), every look at a global is a call out of it.
const { imul } = Math;

/** Integers up to this one are their own number. */
const SMALL = 1 << 24;

const FIRST_CAPACITY = 256;

export class Store implements MemoryHook {
  readonly cells: Cell[] = [];
  /** The number of what each cell holds. The cells themselves follow when somebody looks at them: see `settleAll`. */
  held = new Int32Array(FIRST_CAPACITY);
  /** The contexts that wait for each to change, one bit each; and those that waited for what has been changed since `woken` was 0. */
  watchers = new Int32Array(FIRST_CAPACITY);
  woken = 0;
  /** The state's hash, in two halves. */
  low = 0;
  high = 0;
  /** Called for every cell that is operated on. */
  onTouch: (index: number, changed: boolean) => void = () => {};
  /** The position up to which the log must be undone to come back here. */
  mark = 0;
  readonly #index = new Map<Cell, number>();
  readonly #first: number[] = [];
  /** What each cell itself holds. */
  readonly #settled: number[] = [];
  readonly #numbers = new Map<unknown, number>();
  readonly #values: unknown[] = [];
  /** The cells that were changed, each followed by the number of what it held before. */
  readonly #log: number[] = [];

  indexOf(cell: Cell): number {
    let index = this.#index.get(cell);
    if (index === undefined) {
      if (typeof cell !== 'object') throw new Error(`an operation is on '${String(cell)}', which is no Cell: a shared field changes by WRITE_ONCE and its like, not by an assignment`);
      index = this.cells.push(cell) - 1;
      this.#index.set(cell, index);
      const number = this.number(cell.v);
      if (index === this.held.length) {
        this.held = grown(this.held);
        this.watchers = grown(this.watchers);
      }
      this.held[index] = number;
      this.#first.push(number);
      this.#settled.push(number);
    }
    return index;
  }

  /** The integer that stands for `value`. */
  number(value: unknown): number {
    if (typeof value === 'number' && value >= 0 && value < SMALL && (value | 0) === value) return value;
    let known = this.#numbers.get(value);
    if (known === undefined) {
      known = SMALL + this.#values.push(value) - 1;
      this.#numbers.set(value, known);
    }
    return known;
  }

  /** Makes the cells themselves hold what they are said to, for whoever is going to look at them. */
  settleAll(): void {
    const { held } = this;
    const settled = this.#settled;
    for (let index = 0; index < settled.length; index++) if (settled[index] !== held[index]) this.settle(index);
  }

  settle(index: number): void {
    const number = this.held[index];
    this.#settled[index] = number;
    this.cells[index].v = number < SMALL ? number : this.#values[number - SMALL];
  }

  /** Gives cells other values, as pairs of numbers in `rows` say, and changes the hash by the halves. */
  change(rows: Int32Array, from: number, to: number, low: number, high: number): void {
    const { held, watchers } = this;
    const log = this.#log;
    let { mark, woken } = this;
    for (let at = from; at < to; at += 2) {
      const index = rows[at];
      log[mark++] = index;
      log[mark++] = held[index];
      held[index] = rows[at + 1];
      woken |= watchers[index];
    }
    this.mark = mark;
    this.woken = woken;
    this.low ^= low;
    this.high ^= high;
  }

  /** Takes back every change since `mark`, when the hash was `low` and `high`. */
  undo(mark: number, low: number, high: number): void {
    const { held } = this;
    const log = this.#log;
    for (let at = this.mark - 2; at >= mark; at -= 2) held[log[at]] = log[at + 1];
    this.mark = mark;
    this.low = low;
    this.high = high;
  }

  /** The cells that have changed since `mark`, each as often as it has. */
  changedSince(mark: number): number[] {
    return this.#log.slice(mark, this.mark).filter((_, i) => i % 2 === 0);
  }

  /** What the cell held at `mark`. */
  heldAt(mark: number, index: number): number {
    for (let at = mark; at < this.mark; at += 2) if (this.#log[at] === index) return this.#log[at + 1];
    return this.held[index];
  }

  /** The cells that differ from their first value, with the numbers of what they hold: a key that no other state has. */
  key(): string {
    return this.#first.flatMap((number, index) => (this.held[index] === number ? [] : [`${index}:${this.held[index]}`])).join(' ');
  }

  // As a hook it performs operations at once, on cells that are settled; they can be undone.

  operate<T, A, R>(operation: Operation<T, A, R>, cell: Cell<T>, operand: A): R {
    const index = this.indexOf(cell);
    const before = this.held[index];
    const answer = operation.apply(cell, operand);
    const after = this.number(cell.v);
    if (after !== before) {
      const slot = index + CONTEXT_SLOTS;
      this.change(new Int32Array([index, after]), 0, 2, low(slot, before) ^ low(slot, after), high(slot, before) ^ high(slot, after));
      this.#settled[index] = after;
    }
    this.onTouch(index, after !== before);
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
