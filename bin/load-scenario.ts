/** A scenario of the user's own: `perfsim explore ./mine.ts` names a file that exports one. */
import type { Scenario } from '../kernel/explore/scenario.ts';
import { InputError } from '../perf/input-error.ts';
import { unknownName } from '../perf/nearest.ts';
import { loadModule } from './load-module.ts';

/** What the user must say; nothing is on record of it. */
type OwnScenario = Omit<Scenario, 'expected'> & Partial<Scenario>;

export async function loadScenario(path: string): Promise<Scenario> {
  const [exported, { KERNELS }] = await Promise.all([loadModule('scenario', path), import('../kernel/variants/index.ts')]);
  const scenario = exportedScenario(exported, path);
  const names = KERNELS.map(({ variant }) => variant.name);
  if (scenario.since !== undefined && !names.includes(scenario.since)) throw unknownName('kernel', scenario.since, names, 'perfsim list kernels');
  return {
    expected: [],
    ...scenario,
    build(setup, value) {
      scenario.build(setup, value);
      if (setup.contexts.length === 0) throw new InputError(`the scenario '${path}' has no program, such as setup.poller('T1', event): nothing can happen in it.`);
    },
  };
}

/** The default export, or the only one that is a scenario. */
function exportedScenario(exported: Record<string, unknown>, path: string): OwnScenario {
  if (isScenario(exported['default'])) return exported['default'];
  const found = Object.entries(exported).filter((entry): entry is [string, OwnScenario] => isScenario(entry[1]));
  if (found.length === 0) throw new InputError(`'${path}' exports no scenario: write 'export const scenario = { name, question, build(setup) { … } }'.`);
  if (found.length > 1) throw new InputError(`'${path}' exports several scenarios, ${found.map(([name]) => name).join(' and ')}: make one of them the default export.`);
  return found[0][1];
}

function isScenario(value: unknown): value is OwnScenario {
  const { name, question, build } = (value ?? {}) as Partial<Scenario>;
  return typeof name === 'string' && typeof question === 'string' && typeof build === 'function';
}
