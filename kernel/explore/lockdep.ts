/**
 * The order in which locks are taken: two classes that are taken within each other both ways can deadlock, whether or
 * not this schedule did.
 *
 * A lock's class is the field that it is. What a context has taken within what is a function of its history, and so is a
 * pair that two contexts have taken the other way round a function of the state.
 *
 * Reference: Documentation/lockdep-design.txt.
 * Not modelled: readers and writers; locks taken with interrupts on (every spinlock here turns them off).
 */
import { Violation } from '../../sim/explore/model.ts';

/** A lock's class; of two locks of one class the one with the lower rank is to be taken first. */
export interface LockClass {
  readonly name: string;
  readonly rank: number;
}

/** Pairs `outer → inner` that have been taken, sorted, one a line. */
export type LockOrder = string;

const ARROW = ' → ';

/** The locks that one context holds, and the pairs that it has taken so far. */
export class HeldLocks {
  order: LockOrder = '';
  readonly #held: LockClass[] = [];
  readonly #pairs = new Set<string>();

  take(lock: LockClass): void {
    for (const outer of this.#held) this.#pairs.add(outer.name === lock.name ? ranked(outer, lock) : outer.name + ARROW + lock.name);
    this.#held.push(lock);
    this.order = [...this.#pairs].sort().join('\n');
  }

  release(lock: LockClass): void {
    const at = this.#held.findLastIndex(({ name, rank }) => name === lock.name && rank === lock.rank);
    if (at !== -1) this.#held.splice(at, 1);
  }
}

/** Two locks of one class count as two classes: the first and the second by rank. */
function ranked(outer: LockClass, inner: LockClass): string {
  const names = [`first ${outer.name}`, `second ${outer.name}`];
  if (outer.rank >= inner.rank) names.reverse();
  return names.join(ARROW);
}

/** Judges orders, each of them once. */
export class LockDependencies {
  readonly #circles = new Map<string, string | null>();

  /** Throws if the orders of several contexts, taken together, go in a circle. */
  judge(orders: readonly LockOrder[]): void {
    const key = [...new Set(orders)].sort().join('\n');
    let circle = this.#circles.get(key);
    if (circle === undefined) this.#circles.set(key, (circle = circleIn(key)));
    if (circle !== null) throw new Violation('lock order', circle);
  }
}

function circleIn(order: LockOrder): string | null {
  const pairs = [...new Set(order.split('\n'))].filter((line) => line !== '').map((line) => line.split(ARROW));
  const reaches = (from: string, to: string, seen: Set<string>): boolean =>
    pairs.some(([outer, inner]) => outer === from && (inner === to || (!seen.has(inner) && reaches(inner, to, seen.add(inner)))));
  const circular = pairs.find(([outer, inner]) => reaches(inner, outer, new Set([inner])));
  return circular === undefined ? null : `${circular[1]} is taken with ${circular[0]} held, and the other way round`;
}
