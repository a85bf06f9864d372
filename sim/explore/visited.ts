/**
 * The states that have been visited: a set of 64-bit hashes, or of whole states for those who do not trust hashes.
 *
 * With n states, two of them share a hash with a probability of about n²/2⁶⁵: 3·10⁻⁸ for a million. The exact set takes
 * some twenty times the memory and time.
 *
 * Reference: Wolper and Leroy, "Reliable Hashing without Collision Detection" (1993).
 * Not modelled: states on disk.
 */
import type { Store } from './store.ts';

export interface Visited {
  readonly size: number;
  /** The number of the state that the store is in, with `extra`, a small number, as one more part of it; ~number if it is new. */
  enter(store: Store, extra: number): number;
}

const INITIAL_CAPACITY = 1 << 14;
const MAX_LOAD = 0.7;
const GROWTH = 2;

export class HashedStates implements Visited {
  size = 0;
  #mask = INITIAL_CAPACITY - 1;
  /** Three words per slot: the halves of the hash, and the state's number plus one. */
  #slots = new Int32Array(3 * INITIAL_CAPACITY);

  enter(store: Store, extra: number): number {
    const low = store.low ^ extra;
    const { high } = store;
    const slots = this.#slots;
    let slot = (low & this.#mask) * 3;
    for (let number; (number = slots[slot + 2]!) !== 0; slot = slot + 3 === slots.length ? 0 : slot + 3) {
      if (slots[slot] === low && slots[slot + 1] === high) return number - 1;
    }
    slots[slot] = low;
    slots[slot + 1] = high;
    slots[slot + 2] = ++this.size;
    if (this.size > MAX_LOAD * (this.#mask + 1)) this.#grow();
    return ~(this.size - 1);
  }

  #grow(): void {
    const old = this.#slots;
    this.#mask = GROWTH * (this.#mask + 1) - 1;
    const slots = new Int32Array(3 * (this.#mask + 1));
    for (let at = 0; at < old.length; at += 3) {
      const number = old[at + 2];
      if (number === 0) continue;
      const low = old[at];
      let slot = (low & this.#mask) * 3;
      while (slots[slot + 2] !== 0) slot = slot + 3 === slots.length ? 0 : slot + 3;
      slots[slot] = low;
      slots[slot + 1] = old[at + 1];
      slots[slot + 2] = number;
    }
    this.#slots = slots;
  }
}

export class ExactStates implements Visited {
  readonly #numbers = new Map<string, number>();
  readonly #positions: () => readonly number[];

  /** `positions` are the points of the contexts. */
  constructor(positions: () => readonly number[]) {
    this.#positions = positions;
  }

  get size(): number {
    return this.#numbers.size;
  }

  enter(store: Store, extra: number): number {
    const key = `${extra};${this.#positions().join()};${store.key()}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#numbers.size);
    return ~(this.#numbers.size - 1);
  }
}
