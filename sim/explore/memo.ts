/**
 * What steps did, so that they need not be performed again: a function of what the cells held that they looked at.
 *
 * All is rows of integers, one for each step that has been performed: a search or a walk reads one at each step it takes.
 *
 * Reference: Michie, "'Memo' Functions and Machine Learning" (1968).
 * Not modelled: steps that look at anything but cells; they are performed each time.
 */
import { grown } from './grown.ts';
import { NONE } from './standing.ts';

/** What one step did, by the numbers of points, cells and values. */
export interface Outcome {
  /** Where its context stood before, and what the cell held of the operation there; 0 if it was none. */
  readonly from: number;
  readonly held: number;
  /** Where its context stands afterwards; and where the step ended, which is elsewhere if the context begins again. */
  readonly next: number;
  readonly reached: number;
  /** Its operations that others could have come before. */
  readonly operations: number;
  /** What it did to the hash of the state. */
  readonly low: number;
  readonly high: number;
  /** The other cells that it looked at, each followed by what it held. */
  readonly looks: readonly number[];
  /** The cells that it changed, each followed by what it holds now. */
  readonly changes: readonly number[];
}

// The parts of a row. Behind them come the looks, and behind those the changes.
const FROM = 0;
const HELD = 1;
export const NEXT = 2;
export const REACHED = 3;
export const OPERATIONS = 4;
export const LOW = 5;
export const HIGH = 6;
/** How long the looks are, and the changes. */
const LOOKS = 7;
const CHANGES = 8;
const PARTS = 9;

/** In place of a row. */
export const UNKNOWN = 0;

const FIRST_CAPACITY = 1 << 16;
const FIRST_PLACES = 1 << 12;
const MAX_LOAD = 0.5;

/** Integers beyond which all is forgotten: a system with more to remember seldom does the same again. */
const LARGEST = 1 << 24;

/** Places between those where the steps of neighbouring points are looked for first. */
const SPREAD = 61;

export class Memo {
  rows = new Int32Array(FIRST_CAPACITY);
  #used = 1;
  /** Where the rows begin, by a hash of what their steps begin with. */
  #places = new Int32Array(FIRST_PLACES);
  #size = 0;

  /** The row of the step that begins at the point `from`, where its `cell` is operated on, if memory holds what it holds now. */
  find(from: number, cell: number, memory: Int32Array): number {
    const { rows } = this;
    const places = this.#places;
    const held = cell === NONE ? 0 : memory[cell];
    for (let place = from * SPREAD + held; ; place++) {
      const row = places[place & (places.length - 1)];
      if (row === UNKNOWN) return row;
      if (rows[row + FROM] !== from || rows[row + HELD] !== held) continue;
      let at = row + PARTS;
      const end = at + rows[row + LOOKS];
      while (at < end && memory[rows[at]] === rows[at + 1]) at += 2;
      if (at === end) return row;
    }
  }

  /** Where the changes of the row begin, and where they end. */
  changes(row: number): number {
    return row + PARTS + this.rows[row + LOOKS];
  }

  end(row: number): number {
    return this.changes(row) + this.rows[row + CHANGES];
  }

  learn({ from, held, next, reached, operations, low, high, looks, changes }: Outcome): void {
    if (this.#used > LARGEST) this.forget();
    const row = [from, held, next, reached, operations, low, high, looks.length, changes.length, ...looks, ...changes];
    if (this.#used + row.length > this.rows.length) this.rows = grown(this.rows, this.#used + row.length);
    this.rows.set(row, this.#used);
    this.#place(this.#used);
    this.#used += row.length;
    if (++this.#size > MAX_LOAD * this.#places.length) this.#spread();
  }

  #place(row: number): void {
    const places = this.#places;
    let place = this.rows[row + FROM] * SPREAD + this.rows[row + HELD];
    while (places[place & (places.length - 1)] !== UNKNOWN) place++;
    places[place & (places.length - 1)] = row;
  }

  #spread(): void {
    const rows = this.#places.filter((row) => row !== UNKNOWN);
    this.#places = new Int32Array(2 * this.#places.length);
    rows.forEach((row) => this.#place(row));
  }

  forget(): void {
    this.#used = 1;
    this.#size = 0;
    this.#places.fill(UNKNOWN);
  }
}
