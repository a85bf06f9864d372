/** Every judge fires: a kernel that is broken in one place is found out, by the kind of its defect; the whole kernel is not. */
import { describe, expect, test } from '@jest/globals';
import type { KernelClass } from '../../kernel/index.ts';
import { explore, type Scenario } from '../../kernel/explore/scenario.ts';
import { BROKEN, Whole } from './broken-kernels.ts';

/** The kind of what is found. */
function found(kernel: KernelClass, scenario: Scenario): string {
  const { kind, verdict } = explore(scenario, kernel);
  return kind ?? verdict;
}

describe('a kernel is found out that has', () => {
  test.each(BROKEN)('%s: %s', (_, kind, scenario, kernel) => {
    expect(found(kernel, scenario)).toBe(kind);
  });
});

test('the whole kernel has none of that', () => {
  const scenarios = [...new Set(BROKEN.map(([, , scenario]) => scenario))].filter(({ name }) => name !== 'double-mmap');
  expect(scenarios.filter((scenario) => found(Whole, scenario) !== 'never').map(({ name }) => name)).toEqual([]);
});
