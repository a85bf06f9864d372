/** The reduction leaves out interleavings, never an outcome: it ends in as many states as the search without it. */
import { describe, expect, test } from '@jest/globals';
import { search } from '../../sim/explore/search.ts';
import type { World } from '../../sim/explore/world.ts';
import { worldOf } from '../../kernel/explore/scenario.ts';
import { KERNELS } from '../../kernel/index.ts';
import { SCENARIOS } from '../../scenarios/index.ts';

/** How many states there are in which nobody can step, and what is wrong with the first bad one. */
function ends(scenario: string, kernel: string, reduce: boolean): { complete: boolean; ends: number; violated: boolean } {
  const start = worldOf(SCENARIOS.find(({ name }) => name === scenario)!, KERNELS.find(({ variant }) => variant.name === kernel)!);
  let seen = new Set<string>();
  let world: World | null = null;
  const result = search(start, {
    reduce,
    exhaust: true,
    onEnd: (at) => {
      if (world !== at) seen = new Set();
      world = at;
      seen.add(`${at.store.key()} ${at.points.map(({ id }) => id).join()}`);
    },
  });
  return { complete: result.complete, ends: seen.size, violated: result.violation !== null };
}

describe.each(['three-events', 'poll-vs-set-output', 'set-output-twice', 'wake-vs-enqueue', 'double-mmap', 'two-unmappers', 'refresh-at-limit', 'exit-of-polled', 'signal-window', 'munmap-of-output', 'child-wakeup'])('%s', (scenario) => {
  test.each(['v3.1', 'no-mmap-mutex', 'v3.2', 'v3.10', 'v5.19'])('on %s', (kernel) => {
    expect(ends(scenario, kernel, true)).toEqual(ends(scenario, kernel, false));
  });
});
