/** The verdict table: every scenario on every kernel gives the answer that is recorded, by a complete search. */
import { describe, expect, test } from '@jest/globals';
import { explain } from '../../sim/explore/explain.ts';
import { decodeSchedule } from '../../sim/explore/schedule.ts';
import { expectedOn, explore, worldOf, type Scenario } from '../../kernel/explore/scenario.ts';
import { KERNELS, type KernelClass } from '../../kernel/index.ts';
import { SCENARIOS } from '../../scenarios/index.ts';

/** What following the schedule ends in. */
function replayed(scenario: Scenario, kernel: KernelClass, word: string): string | undefined {
  return explain(worldOf(scenario, kernel), decodeSchedule(word)!)?.violation?.kind;
}

describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))('%s', (_, scenario) => {
  test.each(KERNELS.map((kernel) => [kernel.variant.name, kernel] as const))('on %s', (_name, kernel) => {
    const { verdict, kind, complete, schedule } = explore(scenario, kernel);
    const expected = expectedOn(scenario, kernel);
    expect({ verdict, kind, complete }).toEqual(expected === undefined
      ? { verdict: 'never', kind: null, complete: true }
      : { verdict: 'sometimes', kind: expected, complete: false });
    if (schedule !== null) expect(replayed(scenario, kernel, schedule)).toBe(kind);
  });
});

test('a scenario names only kernels that there are', () => {
  const names = KERNELS.map(({ variant }) => variant.name);
  expect(SCENARIOS.flatMap(({ expected }) => Object.keys(expected)).filter((name) => !names.includes(name))).toEqual([]);
});
