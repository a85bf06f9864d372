/** The suite as a value: its subtests as runs, and what comes of them. */
import type { RunResult, RunSpec } from '../../perf/run-spec.ts';
import { InputError } from '../../perf/input-error.ts';
import { differences, type Baseline } from './baseline.ts';
import { contradiction, judge, type Deviation } from './judge.ts';
import { precise } from './range.ts';
import type { Scenario } from './scenario.ts';
import { deviationsOf } from './timed-scenario.ts';
import { grid, title, type FileSetting, type Setting } from './variation.ts';

/** One combination of what a scenario varies, on one kernel. */
export interface Subtest {
  scenario: Scenario;
  title: string;
  /** All that the command line does not say, kernel included. */
  settings: readonly Setting[];
  spec: RunSpec;
}

export interface SeedVerdict {
  seed: string;
  result: RunResult;
  deviations: Deviation[];
}

export interface SubtestVerdict {
  subtest: Subtest;
  seeds: SeedVerdict[];
  /** What differs from the recorded counts. */
  changes: string[];
  isOk: boolean;
}

export interface ScenarioVerdict {
  scenario: Scenario;
  subtests: SubtestVerdict[];
  isOk: boolean;
  /** The same on the parent of a kernel of the user's own; empty and null if there is none. */
  parentSubtests: SubtestVerdict[];
  isParentOk: boolean | null;
  /** Whether the scenario says that this kernel fails. */
  isKnownToFail: boolean;
}

/** Reads a command line with these settings in place of its own. */
export type ReadCommand = (command: string, settings: readonly Setting[]) => Promise<RunSpec>;

/** The subtests of a scenario on that kernel, or on the one that it is about; checked. */
export async function subtests(scenario: Scenario, kernel: string, read: ReadCommand): Promise<Subtest[]> {
  return Promise.all(grid(scenario.vary).map(async (varied) => {
    const settings = [
      ...scenario.settings,
      { option: 'kernel', value: scenario.kernel ?? kernel, path: ['kernel'] },
      ...varied.map((setting) => ({ ...setting, path: ['vary', setting.option] })),
    ];
    const spec = await checked(scenario, settings, read);
    const found = contradiction(scenario.expect, spec.record.events.length);
    if (found !== null) throw scenario.error(['expect', ...found.path], found.why);
    return { scenario, title: varied.map(title).join(' '), settings, spec };
  }));
}

/** The run that the file describes. What is wrong with it stands where the first words are that make it wrong. */
async function checked(scenario: Scenario, settings: readonly FileSetting[], read: ReadCommand): Promise<RunSpec> {
  const { command } = scenario;
  const spec = await orError(() => read(command, settings));
  if (!(spec instanceof InputError)) return spec;
  const sentence = spec.message.replace(/\.$/, '');
  for (let count = 0; count < settings.length; count++) {
    const found = await orError(() => read(command, settings.slice(0, count)));
    if (found instanceof InputError) throw scenario.error(count === 0 ? ['command'] : settings[count - 1].path, sentence);
  }
  throw scenario.error(settings.at(-1)?.path ?? ['command'], sentence);
}

async function orError<Result>(action: () => Promise<Result>): Promise<Result | InputError> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

/** All runs of the subtests, in the order in which `verdicts` takes their results. */
export function runs(all: readonly Subtest[]): RunSpec[] {
  return all.flatMap(({ scenario, spec }) => scenario.seeds.map((seed) => ({ ...spec, seed })));
}

export function verdict(subtest: Subtest, results: readonly RunResult[], baseline: Baseline): SubtestVerdict {
  const { scenario, spec } = subtest;
  const seeds = scenario.seeds.map((seed, i) => ({ seed, result: results[i], deviations: deviations(scenario, { ...spec, seed }, results[i]) }));
  const changes = differences(baseline, subtest, seeds);
  return { subtest, seeds, changes, isOk: changes.length === 0 && seeds.every(({ deviations }) => deviations.length === 0) };
}

function deviations({ name, expect, check }: Scenario, spec: RunSpec, result: RunResult): Deviation[] {
  const found = judge(expect, result, spec.record.mmap_pages);
  if (check === null) return found;
  try {
    return [...found, ...deviationsOf(check, spec, result)];
  } catch (error) {
    throw new InputError(`the check of '${name}' fails: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

export function scenarioVerdict(scenario: Scenario, kernel: string, found: SubtestVerdict[], parentSubtests: SubtestVerdict[] = []): ScenarioVerdict {
  const areOk = (all: readonly SubtestVerdict[]): boolean => all.every(({ isOk }) => isOk);
  const isParentOk = parentSubtests.length === 0 ? null : areOk(parentSubtests);
  return { scenario, subtests: found, isOk: areOk(found), parentSubtests, isParentOk, isKnownToFail: scenario.fails_on.includes(scenario.kernel ?? kernel) };
}

/** What is not as expected, each number once, with its spread over the seeds that show it. */
export function summaries({ seeds, changes }: SubtestVerdict): string[] {
  const byNumber = new Map<string, { found: number[]; expected: string; seed: string }>();
  for (const { seed, deviations } of seeds) {
    for (const { what, found, expected } of deviations) {
      const entry = byNumber.get(what) ?? { found: [], expected, seed };
      byNumber.set(what, entry);
      entry.found.push(found);
    }
  }
  const unexpected = [...byNumber].map(([what, { found, expected, seed }]) => {
    const [least, most] = [Math.min(...found), Math.max(...found)];
    const count = Object.is(least, most) ? precise(least) : `${precise(least)}..${precise(most)}`;
    return `${what}: ${count}, expected ${expected} (${found.length} of ${seeds.length} seeds, such as ${seed})`;
  });
  return [...unexpected, ...changes];
}

/** What is to be said of a subtest that has failed, and the command that does it again. */
export function failure(verdict: SubtestVerdict, replay: (failed: SubtestVerdict) => string): string[] {
  return [...summaries(verdict), `replay: ${replay(verdict)}`];
}

/** The one command that does a failing run again. */
export function replay({ subtest, seeds }: SubtestVerdict, words: (settings: readonly Setting[]) => string): string {
  const failing = seeds.find(({ deviations }) => deviations.length > 0) ?? seeds[0];
  return `perfsim ${words([...subtest.settings, { option: 'seed', value: failing.seed }])}`;
}
