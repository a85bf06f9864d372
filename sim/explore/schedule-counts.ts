/**
 * By state: how many schedules lead from it to an end. Exact: they pass 2⁵³ soon, in the few states near the beginning.
 *
 * Reference: none.
 * Not modelled: nothing.
 */

const FIRST_CAPACITY = 1 << 12;

/** Of a state whose successors are being explored. */
const OPEN = -1;

/** Of a state whose number does not fit here: it is among the large ones. */
const LARGE = -2;

export class ScheduleCounts {
  #small = new Float64Array(FIRST_CAPACITY);
  readonly #large = new Map<number, bigint>();

  open(state: number): void {
    if (state >= this.#small.length) {
      const grown = new Float64Array(2 * this.#small.length);
      grown.set(this.#small);
      this.#small = grown;
    }
    this.#small[state] = OPEN;
  }

  isOpen(state: number): boolean {
    return this.#small[state] === OPEN;
  }

  set(state: number, schedules: number | bigint): void {
    if (typeof schedules === 'number') {
      this.#small[state] = schedules;
    } else {
      this.#small[state] = LARGE;
      this.#large.set(state, schedules);
    }
  }

  get(state: number): number | bigint {
    const small = this.#small[state];
    return small === LARGE ? this.#large.get(state)! : small;
  }
}

/** The exact sum; numbers while they are exact, which is almost always. */
export function plus(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number' && a + b <= Number.MAX_SAFE_INTEGER) return a + b;
  return BigInt(a) + BigInt(b);
}
