/**
 * Whether two lists of numbers differ by more than chance would have it.
 * Reference: permutation test of the difference of means (Fisher 1935), with the observed arrangement counted among
 * the permutations (Phipson and Smyth 2010); Holm 1979 for many comparisons at once.
 * Not modelled: that both lists come from the same seeds. Ignoring it makes the test cautious, not bold.
 */
import { permutationTest } from 'simple-statistics';
import { Random } from '../../sim/random.ts';

export const LEVEL = 0.05;
export const PERMUTATIONS = 10_000;

/** The two-sided probability of a difference as large as this one if both lists were drawn from one urn. */
export function probability(a: readonly number[], b: readonly number[]): number {
  const stream = new Random('permutations').stream(`${a.length}/${b.length}`);
  const share = permutationTest([...a], [...b], 'two_side', PERMUTATIONS, () => stream.unit());
  return (share * PERMUTATIONS + 1) / (PERMUTATIONS + 1);
}

/** Holm's adjusted probabilities, in the order given. */
export function holm(probabilities: readonly number[]): number[] {
  const order = probabilities.map((_, index) => index).sort((a, b) => probabilities[a] - probabilities[b]);
  const adjusted: number[] = [];
  let least = 0;
  order.forEach((index, rank) => {
    least = Math.max(least, Math.min(1, probabilities[index] * (order.length - rank)));
    adjusted[index] = least;
  });
  return adjusted;
}

/** The least probability that the test can give for two lists of `count` numbers: two arrangements of all are as extreme. */
export function leastProbability(count: number): number {
  let arrangements = 1;
  for (let i = 1; i <= count; i++) arrangements = (arrangements * (count + i)) / i;
  return Math.max(2 / arrangements, 1 / (PERMUTATIONS + 1));
}
