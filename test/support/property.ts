/** Properties with a pinned seed: the same samples on every machine, on every day. */
import * as fc from 'fast-check';

/** The day on which the fix was written. */
const SEED = 20_111_126;

/** Checks that `law` throws for none of `runs` samples of `inputs`. */
export function forAll<I extends [unknown, ...unknown[]]>(
  inputs: { [K in keyof I]: fc.Arbitrary<I[K]> },
  law: (...input: I) => void,
  runs = 200,
): void {
  fc.assert(fc.property(...inputs, law as (...input: unknown[]) => void), { seed: SEED, numRuns: runs });
}
