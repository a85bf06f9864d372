/** Where the scenarios of the suite are, and reading those that were named. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../perf/input-error.ts';
import { unknownName } from '../perf/nearest.ts';
import { loadScenario, type Scenario } from '../scenarios/suite/load.ts';
import { systemReason } from './system-reason.ts';

/** Beside the folder into which this module is bundled, or in which it stands. */
export const SCENARIOS = fileURLToPath(new URL('../scenarios/timed/', import.meta.url));

/** Each scenario with its number in the suite; files of the user's own are counted on. */
export function readScenarios(names: readonly string[]): { number: number; scenario: Scenario }[] {
  const suite = readdirSync(SCENARIOS).filter((file) => file.endsWith('.yaml')).sort().map((file) => file.replace(/\.yaml$/, ''));
  const wanted = names.length === 0 ? suite : names;
  let own = suite.length;
  return wanted.map((name) => {
    if (/\.ya?ml$/.test(name)) return { number: ++own, scenario: read(name) };
    if (!suite.includes(name)) throw unknownName('scenario', name, suite, 'perfsim test --list');
    return { number: suite.indexOf(name) + 1, scenario: read(join(SCENARIOS, `${name}.yaml`), `${name}.yaml`) };
  });
}

function read(path: string, shown = path): Scenario {
  if (!existsSync(path)) throw new InputError(`cannot read the scenario '${path}': no such file.`);
  try {
    return loadScenario(shown, readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`cannot read the scenario '${path}': ${systemReason(error)}.`);
  }
}
