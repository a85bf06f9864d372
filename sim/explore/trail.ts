/**
 * The steps on the way from the first state to the present one, each with what is needed to take it back. Columns of
 * numbers, so that a step allocates nothing.
 *
 * Reference: none.
 * Not modelled: branches; a step that is taken back is forgotten.
 */
import type { Point } from './automaton.ts';
import type { Schedule } from './schedule.ts';

export class Trail {
  length = 0;
  /** By step: who took it, and from where. */
  readonly contexts: number[] = [];
  readonly from: Point[] = [];
  /** The log of the memory and the halves of the hash before it. */
  readonly marks: number[] = [];
  readonly lows: number[] = [];
  readonly highs: number[] = [];
  /** Its operations that others could have come before. */
  readonly operations: number[] = [];

  push(context: number, from: Point, mark: number, low: number, high: number): void {
    const at = this.length++;
    this.contexts[at] = context;
    this.from[at] = from;
    this.marks[at] = mark;
    this.lows[at] = low;
    this.highs[at] = high;
    this.operations[at] = 1;
  }

  /** The steps after the first `length`, those that were taken together one by one. */
  schedule(length: number): Schedule {
    const schedule: number[] = [];
    for (let at = length; at < this.length; at++) {
      for (let i = 0; i < this.operations[at]; i++) schedule.push(this.contexts[at]);
    }
    return schedule;
  }
}
