/** One cell of the verdict table as a job: what is asked is plain data, and so is the answer, steps and source lines included. */
import { basename } from 'node:path';
import type { Scenario, Verdict, Worlds } from '../../kernel/explore/scenario.ts';
import type { KernelClass } from '../../kernel/variant.ts';
import { InputError } from '../../perf/input-error.ts';
import type { Row } from '../counterexample.ts';
import { loadKernel } from '../load-kernel.ts';
import { isModuleFile, isOf, moduleFailure } from '../load-module.ts';
import { loadScenario } from '../load-scenario.ts';
import { uptime } from '../progress.ts';

export interface CellJob {
  /** A scenario by its name, or a file of the user's own. */
  readonly scenario: string;
  /** A kernel by its name, or a file of the user's own. */
  readonly kernel: string;
  readonly bounds: CellBounds;
  /** Whether the steps of a counterexample are wanted, which take longer to tell than to find. */
  readonly steps: boolean;
}

export interface CellBounds {
  readonly budget: number;
  /** Seconds after which the search gives up. */
  readonly time: number | null;
  readonly preemptions: number | null;
  readonly chooser: { readonly name: 'random' | 'pct'; readonly seed: string; readonly schedules: number; readonly depth: number } | null;
}

export interface CellAnswer {
  readonly question: string;
  readonly verdict: Verdict;
  /** As recorded for this cell; of a kernel of the user's own, for its parent. */
  readonly expected: string;
  /** The kernel that this one changes. */
  readonly parent: string | null;
  /** The counterexample. */
  readonly rows: readonly Row[];
}

/** The part of the job that is code of the user's own, if any. */
export function ownPart({ scenario, kernel }: CellJob): string | null {
  if (isModuleFile(kernel)) return `the kernel '${kernel}'`;
  return isModuleFile(scenario) ? `the scenario '${scenario}'` : null;
}

const files = new Map<string, Promise<unknown>>();

/** `onStates` is called now and then with the number of states or schedules seen. */
export async function exploreCell(job: CellJob, onStates: (states: number) => void): Promise<CellAnswer> {
  const [{ expectedOn, explainWord, explore, worldsOf }, { REMEMBERS }] = await Promise.all([import('../../kernel/explore/scenario.ts'), import('../../sim/explore/automaton.ts')]);
  const { scenario, kernel } = await partsOf(job);
  const { time, budget, preemptions, chooser } = job.bounds;
  const end = time === null ? Infinity : uptime() + 1000 * time;
  const expired = (states: number): boolean => {
    onStates(states);
    return uptime() > end;
  };
  const options = { budget, expired, ...(preemptions === null ? {} : { preemptions }), ...(chooser === null ? {} : await drawing(job, chooser)) };
  return usersOwn(job, async () => {
    const worlds = worldsOf(scenario, kernel);
    const verdict = explore(scenario, kernel, options, worlds);
    if (verdict.schedule !== null && ownPart(job) !== null && explainWord(worldsOf(scenario, kernel), verdict.schedule)?.violation?.kind !== verdict.kind) {
      throw new InputError(`${ownPart(job)} fails: ${REMEMBERS}.`);
    }
    const rows = verdict.schedule === null || !job.steps ? [] : ((await explained(worlds, verdict.schedule, false))?.rows ?? []);
    return { question: scenario.question, verdict: { ...verdict, kernel: shownName(job.kernel, verdict.kernel) }, expected: expectedOn(scenario, kernel), parent: kernel.variant.parent, rows };
  });
}

/** Kernels in files that do not say what they are called are told apart by where they are. */
function shownName(asked: string, name: string): string {
  return isModuleFile(asked) && name === basename(asked) ? asked.replace(/^\.\//, '') : name;
}

/** What one schedule does, step by step, and what is wrong in the end. */
export interface Replay {
  readonly rows: readonly Row[];
  readonly kind: string | null;
  readonly message: string | null;
}

export async function replayCell(job: CellJob, word: string): Promise<Replay> {
  const { scenario, kernel } = await partsOf(job);
  const { worldsOf } = await import('../../kernel/explore/scenario.ts');
  return usersOwn(job, async () => {
    const replayed = await explained(worldsOf(scenario, kernel), word, true);
    if (replayed === null) throw new InputError(`the schedule '${word}' does not fit ${scenario.name} on ${kernel.variant.name}.`);
    return replayed;
  });
}

/** Null if the schedule does not fit. */
async function explained(worlds: Worlds, word: string, all: boolean): Promise<Replay | null> {
  const [{ explainWord }, { rows }] = await Promise.all([import('../../kernel/explore/scenario.ts'), import('../counterexample.ts')]);
  const explanation = explainWord(worlds, word);
  if (explanation === null) return null;
  const { violation } = explanation;
  return { rows: rows(explanation, all), kind: violation?.kind ?? null, message: violation?.message ?? null };
}

async function drawing({ scenario, kernel }: CellJob, { name, seed, schedules, depth }: NonNullable<CellBounds['chooser']>): Promise<object> {
  const [{ PctChooser, RandomChooser }, { Random }] = await Promise.all([import('../../sim/explore/choosers.ts'), import('../../sim/random.ts')]);
  const random = new Random(seed).stream(`${scenario}/${kernel}`);
  return { schedules, chooser: name === 'pct' ? new PctChooser(random, depth) : new RandomChooser(random) };
}

/** The scenario and the kernel that the job names. */
export async function partsOf({ scenario, kernel }: CellJob): Promise<{ scenario: Scenario; kernel: KernelClass }> {
  const [{ SCENARIOS }, { KERNELS }] = await Promise.all([import('../../scenarios/index.ts'), import('../../kernel/variants/index.ts')]);
  return {
    scenario: isModuleFile(scenario) ? await once(scenario, loadScenario) : SCENARIOS.find(({ name }) => name === scenario)!,
    kernel: isModuleFile(kernel) ? await once(kernel, loadKernel) : KERNELS.find(({ variant }) => variant.name === kernel)!,
  };
}

/** Files are loaded once per thread. */
function once<T>(path: string, load: (path: string) => Promise<T>): Promise<T> {
  const loaded = (files.get(path) as Promise<T> | undefined) ?? load(path);
  files.set(path, loaded);
  return loaded;
}

/** What a kernel or scenario of the user's own throws is the user's to put right. */
export async function usersOwn<T>({ scenario, kernel }: CellJob, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isModuleFile(scenario) && (!isModuleFile(kernel) || isOf(scenario, error))) throw moduleFailure('scenario', scenario, error);
    if (isModuleFile(kernel)) throw moduleFailure('kernel', kernel, error);
    throw error;
  }
}
