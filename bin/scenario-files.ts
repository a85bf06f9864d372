/** Where the scenarios of the suite are, and reading those that were named. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../perf/input-error.ts';
import { unknownName } from '../perf/nearest.ts';
import { baselineText, parseBaseline, type Baseline } from '../scenarios/suite/baseline.ts';
import { loadScenario, type Scenario } from '../scenarios/suite/load.ts';
import { systemReason } from './system-reason.ts';

/** Beside the folder into which this module is bundled, or in which it stands. */
export const SCENARIOS = fileURLToPath(new URL('../scenarios/timed/', import.meta.url));

export interface ScenarioFile {
  /** In the suite; files of the user's own are counted on. */
  number: number;
  scenario: Scenario;
  /** The recorded counts, and where they are. */
  baseline: Baseline;
  baselinePath: string;
}

export function readScenarios(names: readonly string[]): ScenarioFile[] {
  const suite = readdirSync(SCENARIOS).filter((file) => file.endsWith('.yaml')).sort().map((file) => file.replace(/\.yaml$/, ''));
  const wanted = names.length === 0 ? suite : names;
  let own = suite.length;
  return wanted.map((name) => {
    if (/\.ya?ml$/.test(name)) return file(++own, name, name);
    if (!suite.includes(name)) throw unknownName('scenario', name, suite, 'perfsim test --list');
    return file(suite.indexOf(name) + 1, join(SCENARIOS, `${name}.yaml`), `${name}.yaml`);
  });
}

export function writeBaseline(path: string, baseline: Baseline): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, baselineText(baseline));
  } catch (error) {
    throw new InputError(`cannot write '${path}': ${systemReason(error)}.`);
  }
}

/** Baselines are in a folder beside the scenarios, under the same names. */
function file(number: number, path: string, shown: string): ScenarioFile {
  const scenario = read(path, shown);
  const baselinePath = join(dirname(path), 'baseline', `${scenario.name}.yaml`);
  const baseline = existsSync(baselinePath) ? parseBaseline(baselinePath, readFileSync(baselinePath, 'utf8')) : {};
  return { number, scenario, baseline, baselinePath };
}

function read(path: string, shown: string): Scenario {
  if (!existsSync(path)) throw new InputError(`cannot read the scenario '${path}': no such file.`);
  try {
    return loadScenario(shown, readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`cannot read the scenario '${path}': ${systemReason(error)}.`);
  }
}
