/** The verdict table: every scenario on every kernel gives the answer that is recorded, by a complete search. */
import { describe, expect, test } from '@jest/globals';
import { expectedOn, explainWord, explore, worldsOf } from '../../kernel/explore/scenario.ts';
import { KERNELS } from '../../kernel/index.ts';
import { SCENARIOS } from '../../scenarios/index.ts';

describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))('%s', (_, scenario) => {
  test.each(KERNELS.map((kernel) => [kernel.variant.name, kernel] as const))('on %s', (_name, kernel) => {
    const worlds = worldsOf(scenario, kernel);
    const { verdict, kind, complete, schedule } = explore(scenario, kernel, {}, worlds);
    expect(kind ?? verdict).toBe(expectedOn(scenario, kernel));
    expect(complete).toBe(kind === null);
    if (schedule !== null) expect(explainWord(worlds, schedule)?.violation?.kind).toBe(kind);
  });
});

test('a scenario names only kernels that there are', () => {
  const names = KERNELS.map(({ variant }) => variant.name);
  const named = SCENARIOS.flatMap(({ since, expected }) => [since, ...expected.flatMap(({ from, until = [] }) => [from, ...until])]);
  expect(named.filter((name) => name !== undefined && !names.includes(name))).toEqual([]);
});
