/**
 * The steps on the way from the first state to the present one, and places to which they are taken back. Rows of integers,
 * so that a step allocates nothing.
 *
 * Reference: none.
 * Not modelled: branches; a step that is taken back is forgotten.
 */
import { grown } from './grown.ts';
import type { Schedule } from './schedule.ts';
import type { Standing } from './standing.ts';
import type { Store } from './store.ts';

// The parts of a row: who took the step, at which point, and its operations that others could have come before.
const CONTEXT = 0;
const FROM = 1;
const OPERATIONS = 2;
const PARTS = 3;

const FIRST_CAPACITY = 1 << 14;

/** A place to come back to: the steps that lead there, and what holds there of memory and of all contexts. */
export class Place {
  length = 0;
  mark = 0;
  low = 0;
  high = 0;
  idle = 0;
  barred = 0;
  spinning = 0;
}

export class Trail {
  length = 0;
  #rows = new Int32Array(FIRST_CAPACITY);
  readonly #store: Store;
  readonly #standing: Standing;

  constructor(store: Store, standing: Standing) {
    this.#store = store;
    this.#standing = standing;
  }

  /** The context is about to take a step from the point `from`. */
  push(context: number, from: number, operations: number): void {
    const row = this.length++ * PARTS;
    if (row + PARTS > this.#rows.length) this.#rows = grown(this.#rows);
    const rows = this.#rows;
    rows[row + CONTEXT] = context;
    rows[row + FROM] = from;
    rows[row + OPERATIONS] = operations;
  }

  /** Makes `place` the place where the trail has come to. */
  mark(place: Place): Place {
    const { mark, low, high } = this.#store;
    const { idle, barred, spinning } = this.#standing;
    place.length = this.length;
    place.mark = mark;
    place.low = low;
    place.high = high;
    place.idle = idle;
    place.barred = barred;
    place.spinning = spinning;
    return place;
  }

  /** Takes back all steps that came after `place`. */
  rewind({ length, mark, low, high, idle, barred, spinning }: Place): void {
    if (this.length === length) return;
    const rows = this.#rows;
    const standing = this.#standing;
    for (let row = (this.length - 1) * PARTS; row >= length * PARTS; row -= PARTS) standing.back(rows[row + CONTEXT], rows[row + FROM]);
    standing.idle = idle;
    standing.barred = barred;
    standing.spinning = spinning;
    this.#store.undo(mark, low, high);
    this.length = length;
  }

  /** The point from which the last step began. */
  get last(): number {
    return this.#rows[(this.length - 1) * PARTS + FROM];
  }

  /** The operations of the last step that others could have come before. */
  set operations(operations: number) {
    this.#rows[(this.length - 1) * PARTS + OPERATIONS] = operations;
  }

  /** The steps after the first `length`, those that were taken together one by one. */
  schedule(length: number): Schedule {
    const rows = this.#rows;
    const schedule: number[] = [];
    for (let row = length * PARTS; row < this.length * PARTS; row += PARTS) {
      for (let i = 0; i < rows[row + OPERATIONS]; i++) schedule.push(rows[row + CONTEXT]);
    }
    return schedule;
  }
}
