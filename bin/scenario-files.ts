/** Where the scenarios of the suite are, and reading those that were named. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../perf/input-error.ts';
import { unknownName } from '../perf/nearest.ts';
import { baselineText, parseBaseline, type Baseline } from '../scenarios/suite/baseline.ts';
import { loadScenario, typedScenario } from '../scenarios/suite/load.ts';
import type { Scenario } from '../scenarios/suite/scenario.ts';
import type { TimedScenario } from '../scenarios/suite/timed-scenario.ts';
import { TIMED } from '../scenarios/timed/index.ts';
import { loadModule } from './load-module.ts';
import { packageRoot } from './places.ts';
import { systemReason } from './system-reason.ts';

export const SCENARIOS = join(packageRoot(), 'scenarios/timed/');

export interface ScenarioFile {
  /** In the suite; files of the user's own are counted on. */
  number: number;
  scenario: Scenario;
  /** The recorded counts, and where they are. */
  baseline: Baseline;
  baselinePath: string;
}

/** All scenarios of the suite, or those that were named: by their names, or as files of the user's own. */
export async function readScenarios(names: readonly string[]): Promise<ScenarioFile[]> {
  const suite = suiteNames();
  const own = names.filter(isFile);
  return Promise.all((names.length === 0 ? suite : names).map(async (name) => {
    if (isFile(name)) return withBaseline(suite.length + 1 + own.indexOf(name), await ownScenario(name), dirname(name));
    if (!suite.includes(name)) throw unknownName('scenario', name, suite, 'perfsim test --list');
    return withBaseline(suite.indexOf(name) + 1, suiteScenario(name), SCENARIOS);
  }));
}

function suiteNames(): string[] {
  const yaml = readdirSync(SCENARIOS).filter((file) => file.endsWith('.yaml')).map((file) => file.replace(/\.yaml$/, ''));
  return [...yaml, ...Object.keys(TIMED)].sort();
}

function isFile(name: string): boolean {
  return /\.(ya?ml|ts)$/.test(name);
}

function suiteScenario(name: string): Scenario {
  return Object.hasOwn(TIMED, name) ? typedScenario(`${name}.ts`, TIMED[name]) : read(join(SCENARIOS, `${name}.yaml`), `${name}.yaml`);
}

async function ownScenario(path: string): Promise<Scenario> {
  if (!path.endsWith('.ts')) return read(path, path);
  const { default: exported } = await loadModule('scenario', path);
  if (typeof exported !== 'object' || exported === null) throw new InputError(`'${path}' exports no scenario: write 'export default { title: …, command: …, expect: { … } }'.`);
  return typedScenario(path, exported as TimedScenario);
}

export function writeBaseline(path: string, baseline: Baseline): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, baselineText(baseline));
  } catch (error) {
    throw new InputError(`cannot write '${path}': ${systemReason(error)}.`);
  }
}

/** Baselines are in a folder beside the scenarios, under the same names; workload files are named as seen from there. */
function withBaseline(number: number, { settings, ...rest }: Scenario, folder: string): ScenarioFile {
  const scenario = { ...rest, settings: settings.map((setting) => (setting.option === 'workload' ? { ...setting, value: join(folder, String(setting.value)) } : setting)) };
  const baselinePath = join(folder, 'baseline', `${scenario.name}.yaml`);
  return { number, scenario, baseline: readBaseline(baselinePath), baselinePath };
}

function readBaseline(path: string): Baseline {
  return existsSync(path) ? parseBaseline(path, readText(path, 'baseline')) : {};
}

function readText(path: string, kind: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(`cannot read the ${kind} '${path}': ${systemReason(error)}.`);
  }
}

function read(path: string, shown: string): Scenario {
  if (!existsSync(path)) throw new InputError(`cannot read the scenario '${path}': no such file.`);
  return loadScenario(shown, readText(path, 'scenario'));
}
