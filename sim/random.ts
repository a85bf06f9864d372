/**
 * Seeded randomness, one named stream per consumer: adding a consumer disturbs no other.
 *
 * Reference: seedrandom's xor128 (Marsaglia 2003, "Xorshift RNGs").
 * Not modelled: nothing; the streams are inputs of the simulation, not part of it.
 */
import seedrandom from 'seedrandom';

/** Numbers that a stream draws ahead, once it has been asked for as many: drawn together they cost a third. */
const MOST_AHEAD = 64;

export class RandomStream {
  readonly #generate: () => number;
  /** What has been drawn, and how much of it has been handed out. */
  #drawn = new Float64Array(1);
  #used = 1;

  constructor(seed: string) {
    this.#generate = seedrandom.xor128(seed);
  }

  /** A number in [0, 1). */
  unit(): number {
    if (this.#used === this.#drawn.length) this.#draw();
    return this.#drawn[this.#used++];
  }

  #draw(): void {
    const { length } = this.#drawn;
    if (length < MOST_AHEAD) this.#drawn = new Float64Array(2 * length);
    // No `map`, into which V8 does not copy what it calls.
    for (let i = 0; i < this.#drawn.length; i++) this.#drawn[i] = this.#generate();
    this.#used = 0;
  }

  /** A number in [from, to). */
  between(from: number, to: number): number {
    return from + (to - from) * this.unit();
  }

  /** A number in [from, to), even in its logarithm: for durations known only to their order of magnitude. */
  logBetween(from: number, to: number): number {
    return from * (to / from) ** this.unit();
  }

  /** An integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.unit() * n);
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
