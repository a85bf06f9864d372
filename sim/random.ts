/**
 * Seeded randomness, one named stream per consumer: adding a consumer disturbs no other.
 *
 * Reference: Marsaglia, "Xorshift RNGs" (2003), the generator of 128 bits, seeded as the package seedrandom does it.
 * Not modelled: nothing; the streams are inputs of the simulation, not part of it.
 */

/** Numbers that are thrown away after seeding. */
const WARM_UP = 64;

/** Numbers that a stream draws ahead, once it has been asked for as many: what hands them out is short, and compiled into its callers. */
const MOST_AHEAD = 64;

export class RandomStream {
  #x = 0;
  #y = 0;
  #z = 0;
  #w = 0;
  /** What has been drawn, and how much of it has been handed out. */
  #drawn = new Float64Array(1);
  #used = 1;

  constructor(seed: string) {
    for (let i = 0; i < seed.length + WARM_UP; i++) {
      this.#x ^= seed.charCodeAt(i) | 0;
      this.#next();
    }
  }

  /** 32 bits. */
  #next(): number {
    const t = this.#x ^ (this.#x << 11);
    this.#x = this.#y;
    this.#y = this.#z;
    this.#z = this.#w;
    return (this.#w ^= (this.#w >>> 19) ^ t ^ (t >>> 8));
  }

  #draw(): void {
    if (this.#drawn.length < MOST_AHEAD) this.#drawn = new Float64Array(2 * this.#drawn.length);
    for (let i = 0; i < this.#drawn.length; i++) this.#drawn[i] = (this.#next() >>> 0) / 2 ** 32;
    this.#used = 0;
  }

  /** A number in [0, 1). */
  unit(): number {
    if (this.#used === this.#drawn.length) this.#draw();
    return this.#drawn[this.#used++];
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
