/**
 * Who takes the next step, where not every choice can be tried: by lot, or by priorities that change at a few points.
 *
 * PCT gives every context a random priority and always lets the highest step that can; at depth − 1 steps, drawn
 * beforehand, the context that is about to step falls below all others. A defect that needs `depth` ordering
 * constraints among n contexts and k steps is found by one schedule with a probability of at least 1/(n·k^(depth−1)).
 *
 * Reference: Burckhardt, Kothari, Musuvathi and Nagarakatte, "A Randomized Scheduler with Probabilistic Guarantees of
 * Finding Bugs" (ASPLOS 2010).
 * Not modelled: k, which the paper takes for known: here it is the length of the longest schedule so far.
 */
import type { RandomStream } from '../random.ts';
import { lowest } from './standing.ts';

export interface Chooser {
  /** A schedule begins, of a system of so many contexts. */
  begin(contexts: number): void;
  /** One of `choices`, one bit for each context that can step. */
  choose(choices: number): number;
}

export class RandomChooser implements Chooser {
  readonly #random: RandomStream;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  begin(): void {}

  choose(choices: number): number {
    let left = choices;
    let count = 0;
    for (; left !== 0; left &= left - 1) count++;
    left = choices;
    for (let skipped = this.#random.below(count); skipped > 0; skipped--) left &= left - 1;
    return lowest(left);
  }
}

export class PctChooser implements Chooser {
  readonly #random: RandomStream;
  readonly #depth: number;
  /** By context: who is greater steps first. */
  readonly #priorities: number[] = [];
  /** The steps before which the one that would step falls, and how low. */
  #falls: number[] = [];
  #step = 0;
  #longest = 1;

  constructor(random: RandomStream, depth: number) {
    this.#random = random;
    this.#depth = depth;
  }

  begin(contexts: number): void {
    this.#longest = Math.max(this.#longest, this.#step);
    this.#step = 0;
    for (let context = 0; context < contexts; context++) {
      const other = this.#random.below(context + 1);
      this.#priorities[context] = this.#priorities[other];
      this.#priorities[other] = this.#depth + context;
    }
    this.#falls = Array.from({ length: this.#depth - 1 }, () => this.#random.below(this.#longest));
  }

  choose(choices: number): number {
    const lowered = this.#falls.indexOf(this.#step++);
    if (lowered >= 0) this.#priorities[this.#highest(choices)] = lowered;
    return this.#highest(choices);
  }

  #highest(choices: number): number {
    let highest = lowest(choices);
    for (let left = choices; left !== 0; left &= left - 1) {
      const context = lowest(left);
      if (this.#priorities[context] > this.#priorities[highest]) highest = context;
    }
    return highest;
  }
}
