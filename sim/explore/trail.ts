/**
 * The steps on the way from the first state to the present one, each with what is needed to take it back. Rows of integers,
 * so that a step allocates nothing.
 *
 * Reference: none.
 * Not modelled: branches; a step that is taken back is forgotten.
 */
import { grown } from './grown.ts';
import type { Schedule } from './schedule.ts';
import type { Standing } from './standing.ts';
import type { Store } from './store.ts';

// The parts of a row: who took the step, at which point, and its operations that others could have come before; and what was
// before it of the memory's log and of the hash, and of all contexts.
const CONTEXT = 0;
const FROM = 1;
const OPERATIONS = 2;
const MARK = 3;
const LOW = 4;
const HIGH = 5;
const IDLE = 6;
const BARRED = 7;
const SPINNING = 8;
const PARTS = 9;

const FIRST_CAPACITY = 1 << 16;

export class Trail {
  length = 0;
  #rows = new Int32Array(FIRST_CAPACITY);

  /** The context is about to take a step from the point `from`. */
  push(context: number, from: number, operations: number, { mark, low, high }: Store, { idle, barred, spinning }: Standing): void {
    const row = this.length++ * PARTS;
    if (row + PARTS > this.#rows.length) this.#rows = grown(this.#rows);
    const rows = this.#rows;
    rows[row + CONTEXT] = context;
    rows[row + FROM] = from;
    rows[row + OPERATIONS] = operations;
    rows[row + MARK] = mark;
    rows[row + LOW] = low;
    rows[row + HIGH] = high;
    rows[row + IDLE] = idle;
    rows[row + BARRED] = barred;
    rows[row + SPINNING] = spinning;
  }

  /** Takes back all steps but the first `length`. */
  rewind(length: number, store: Store, standing: Standing): void {
    if (this.length === length) return;
    const rows = this.#rows;
    const first = length * PARTS;
    for (let row = (this.length - 1) * PARTS; row >= first; row -= PARTS) standing.back(rows[row + CONTEXT], rows[row + FROM]);
    standing.idle = rows[first + IDLE];
    standing.barred = rows[first + BARRED];
    standing.spinning = rows[first + SPINNING];
    store.undo(rows[first + MARK], rows[first + LOW], rows[first + HIGH]);
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
