/**
 * Seeded randomness, one named stream per consumer: adding a consumer disturbs no other.
 *
 * Reference: seedrandom's xor128 (Marsaglia 2003, "Xorshift RNGs").
 * Not modelled: nothing; the streams are inputs of the simulation, not part of it.
 */
import seedrandom from 'seedrandom';

export class RandomStream {
  readonly #next: () => number;

  constructor(seed: string) {
    this.#next = seedrandom.xor128(seed);
  }

  /** A number in [0, 1). */
  unit(): number {
    return this.#next();
  }

  /** A number in [from, to). */
  between(from: number, to: number): number {
    return from + (to - from) * this.#next();
  }

  /** A number in [from, to), even in its logarithm: for durations known only to their order of magnitude. */
  logBetween(from: number, to: number): number {
    return from * (to / from) ** this.#next();
  }

  /** An integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.#next() * n);
  }

  /** An element of a non-empty list. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
}

export class Random {
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** The stream of that name: the same seed and name give the same numbers, whatever else was drawn. */
  stream(name: string): RandomStream {
    return new RandomStream(`${this.#seed}/${name}`);
  }
}
