/**
 * What the reduction rests on: which cells two contexts touch, and which ever change. Both are learnt while exploring;
 * what was explored on an assumption that proved wrong is explored again.
 *
 * Reference: docs/EXPLORER.md, "The reduction".
 * Not modelled: cells that are private to one context after another.
 */

const NOBODY = -1;
const SEVERAL = -2;

export class Sharing {
  /** Counts what has been learnt: answers that rest on an older number may be wrong. */
  lessons = 0;
  /** By cell: the context that alone has touched it, and whether its value ever changed. */
  readonly #owner: number[] = [];
  readonly #varies: boolean[] = [];

  /** Whether it matters who comes first to the cell. */
  isShared(cell: number): boolean {
    return this.#owner[cell] === SEVERAL && this.#varies[cell];
  }

  varies(cell: number): boolean {
    return this.#varies[cell] ?? false;
  }

  /** `context` touches the cell; true if that makes it shared. */
  touch(cell: number, context: number, changed: boolean): boolean {
    const wasShared = this.isShared(cell);
    const owner = this.#owner[cell] ?? NOBODY;
    if (owner === NOBODY) this.#owner[cell] = context;
    else if (owner !== context) this.#owner[cell] = SEVERAL;
    if (changed) this.#varies[cell] = true;
    return !wasShared && this.isShared(cell);
  }
}
