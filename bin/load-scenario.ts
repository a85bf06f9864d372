/** A scenario of the user's own: `perfsim explore ./mine.ts` names a file that exports one. */
import type { Scenario } from '../kernel/explore/scenario.ts';
import { InputError } from '../perf/input-error.ts';
import { loadModule } from './load-module.ts';

export async function loadScenario(path: string): Promise<Scenario> {
  const exported = await loadModule('scenario', path);
  const found = [exported['default'], ...Object.values(exported)].find(isScenario);
  if (found === undefined) {
    throw new InputError(`'${path}' exports no scenario: write 'export const scenario = { name, question, build(setup) { … } }'.`);
  }
  return { expected: [], ...found };
}

function isScenario(value: unknown): value is Omit<Scenario, 'expected'> & Partial<Scenario> {
  const { name, question, build } = (value ?? {}) as Partial<Scenario>;
  return typeof name === 'string' && typeof question === 'string' && typeof build === 'function';
}
