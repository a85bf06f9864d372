/**
 * A list that stays short however much is offered: when it is full, every second entry goes, and from then on only
 * every second (fourth, eighth …) that is offered comes in. What is left is spread evenly over all that came.
 *
 * Reference: none; systematic sampling with a stride that doubles.
 */
import type { Kept } from './run-trace.ts';

export class Thinned<T> {
  readonly #limit: number;
  readonly entries: T[] = [];
  seen = 0;
  #stride = 1;

  constructor(limit: number) {
    this.#limit = limit;
  }

  offer(entry: T): void {
    if (this.seen++ % this.#stride !== 0) return;
    this.entries.push(entry);
    if (this.entries.length <= this.#limit) return;
    this.#stride *= 2;
    let kept = 0;
    for (let i = 0; i < this.entries.length; i += 2) this.entries[kept++] = this.entries[i];
    this.entries.length = kept;
  }

  kept(what: string): Kept {
    return { what, how: 'evenly spread', seen: this.seen, kept: this.entries.length };
  }
}
