/**
 * Where the contexts of a system stand, and which of them can step.
 *
 * What holds of a context at a point is written down in a row of integers when the point is found; whom it waits for is
 * found out again only when the cell of its operation changes.
 *
 * Reference: Godefroid (1996), chapter 3 (enabled transitions).
 * Not modelled: more than 26 contexts.
 */
import type { Point } from './automaton.ts';
import { grown } from './grown.ts';
import type { ContextSpec } from './model.ts';
import type { Store } from './store.ts';

const { clz32 } = Math;

// The parts of a point's row: what holds there; the other contexts that it keeps from stepping, one bit each; and the number
// of a value of the cell for which the operation is ready, and of one for which it is not.
const FLAGS = 0;
const BARS = 1;
const READY_FOR = 2;
const WAITS_FOR = 3;
const PARTS = 4;

// Of a context at the point: it has ended; its operation may have to wait, and watches other cells, too; it has taken so many
// operations that it may spin.
const ENDED = 1;
const WAITS = 2;
const WATCHES = 4;
const SPINS = 8;

/** In place of a cell, and of the number of a value. */
export const NONE = -1;

/** Operations of one run after which a context is taken to spin: it waits for another, or for ever. */
export const SPINNING = 200;

const FIRST_CAPACITY = 1 << 14;

export class Standing {
  /** All points of all contexts, by their numbers. */
  readonly points: Point[] = [];
  /** By context: the number of the point where it stands. */
  readonly at: Int32Array;
  // One bit for each context: who can do nothing at its point; who is kept from stepping by others; who may spin.
  idle = 0;
  barred = 0;
  spinning = 0;
  readonly #contexts: readonly ContextSpec[];
  readonly everybody: number;
  readonly #store: Store;
  /** By point: the cell of its operation; NONE if there is no operation. */
  cells = new Int32Array(FIRST_CAPACITY);
  #rows = new Int32Array(PARTS * FIRST_CAPACITY);

  constructor(contexts: readonly ContextSpec[], store: Store) {
    this.#contexts = contexts;
    this.everybody = 2 ** contexts.length - 1;
    this.#store = store;
    this.at = new Int32Array(contexts.length);
  }

  /** The contexts that can step, one bit each. */
  get able(): number {
    return this.everybody & ~(this.idle | this.barred);
  }

  /** The contexts begin at these points. */
  begin(roots: readonly Point[]): void {
    roots.forEach(({ id }, context) => {
      this.at[context] = id;
      this.#watch(context, id);
      this.#flag(context, id);
    });
  }

  /** A point of the context has been found, and what is done there. */
  add(context: number, point: Point): void {
    this.points.push(point);
    const row = point.id * PARTS;
    if (row >= this.#rows.length) {
      this.#rows = grown(this.#rows);
      this.cells = grown(this.cells);
    }
    const { kind, operation, cellIndex, watched, depth } = point;
    const flags = [kind === 'end' && ENDED, operation?.ready !== undefined && WAITS, watched.length > 0 && WATCHES, depth >= SPINNING && SPINS];
    this.#rows.set([flags.reduce<number>((all, flag) => all | Number(flag), 0), this.#bars(context, point), NONE, NONE], row);
    this.cells[point.id] = cellIndex;
  }

  /** What is active stops what is not above it, on its processor; and keeps interrupts from beginning that it masks. */
  #bars(context: number, { parent, kind, status }: Point): number {
    const { processor, level } = this.#contexts[context];
    const isActive = level > 0 && parent !== null && kind !== 'end';
    return this.#contexts.reduce((bars, other, i) => {
      const isBarred = isActive ? other.level <= level : other.level > level && other.level <= status.masks;
      return i !== context && other.processor === processor && isBarred ? bars | (1 << i) : bars;
    }, 0);
  }

  /** The context stands at that point from now on. */
  stand(context: number, point: number): void {
    const rows = this.#rows;
    const { at } = this;
    const from = at[context] * PARTS;
    const to = point * PARTS;
    if ((rows[from + FLAGS] | rows[to + FLAGS]) === 0) at[context] = point;
    else {
      this.back(context, point);
      this.#flag(context, point);
    }
    if (rows[from + BARS] === rows[to + BARS]) return;
    let barred = 0;
    for (let other = 0; other < at.length; other++) barred |= rows[at[other] * PARTS + BARS];
    this.barred = barred;
  }

  /** The context stands where it stood before: what holds of all contexts is the caller's to restore. */
  back(context: number, point: number): void {
    const rows = this.#rows;
    const { at } = this;
    const from = at[context];
    at[context] = point;
    if (((rows[from * PARTS + FLAGS] | rows[point * PARTS + FLAGS]) & WAITS) === 0) return;
    this.#watch(context, from);
    this.#watch(context, point);
  }

  /** The context begins to watch the cells on which it depends whether it can go on from the point, or ceases to. */
  #watch(context: number, point: number): void {
    const rows = this.#rows;
    const row = point * PARTS;
    const flags = rows[row + FLAGS];
    const { watchers } = this.#store;
    if ((flags & WAITS) !== 0) watchers[this.cells[point]] ^= 1 << context;
    if ((flags & WATCHES) !== 0) for (const index of this.points[point].watched) watchers[index] ^= 1 << context;
  }

  /** Whether these contexts can do something at their points may have changed with the cells that they watch. */
  wake(contexts: number): void {
    for (let left = contexts; left !== 0; left &= left - 1) {
      const context = lowest(left);
      this.#flag(context, this.at[context]);
    }
  }

  #flag(context: number, point: number): void {
    const bit = 1 << context;
    const flags = this.#rows[point * PARTS + FLAGS];
    const isIdle = (flags & ENDED) !== 0 || ((flags & WAITS) !== 0 && !this.isReady(point));
    this.idle = isIdle ? this.idle | bit : this.idle & ~bit;
    this.spinning = (flags & SPINS) === 0 ? this.spinning & ~bit : this.spinning | bit;
  }

  /** Whether the operation of the point, which may have to wait, can be done: a function of what it watches. */
  isReady(point: number): boolean {
    const rows = this.#rows;
    const row = point * PARTS;
    const held = this.#store.held[this.cells[point]];
    if ((rows[row + FLAGS] & WATCHES) === 0) {
      if (held === rows[row + READY_FOR]) return true;
      if (held === rows[row + WAITS_FOR]) return false;
    }
    const { operation, cell, cellIndex, watched, operand } = this.points[point];
    for (const index of [cellIndex, ...watched]) this.#store.settle(index);
    const isReady = operation!.ready!(cell!, operand);
    rows[row + (isReady ? READY_FOR : WAITS_FOR)] = held;
    return isReady;
  }

  /** A context that is taken to wait for what it watches and need not, in memory that is settled; NONE if there is none. */
  get astray(): number {
    return this.at.findIndex((point, context) => {
      const { operation, cell, operand } = this.points[point];
      return (this.idle & (1 << context)) !== 0 && operation?.ready?.(cell!, operand) === true;
    });
  }
}

/** The number of the lowest bit that is set. */
export function lowest(bits: number): number {
  return 31 - clz32(bits & -bits);
}
