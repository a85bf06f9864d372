/**
 * One question about all interleavings of a few programs, and what the answer is for a kernel.
 *
 * Reference: docs/EXPLORER.md.
 * Not modelled: nothing.
 */
import type { Cut } from '../../sim/explore/bounds.ts';
import type { Chooser } from '../../sim/explore/choosers.ts';
import { draw, type DrawOptions } from '../../sim/explore/draw.ts';
import { explain, type Explanation } from '../../sim/explore/explain.ts';
import { decodeSchedule, encodeSchedule, type Schedule } from '../../sim/explore/schedule.ts';
import { search, type SearchOptions, type SearchResult } from '../../sim/explore/search.ts';
import { shortest } from '../../sim/explore/shortest.ts';
import { World } from '../../sim/explore/world.ts';
import type { KernelConfig } from '../base.ts';
import type { KernelClass } from '../variant.ts';
import { Setup } from './setup.ts';

/** A violation that is found on a kernel and its descendants, but not on those kernels that repair it and theirs. */
export interface Expectation {
  readonly kind: string;
  /** Absent: all. */
  readonly from?: string;
  readonly until?: readonly string[];
}

export interface Scenario {
  readonly name: string;
  /** What is asked, as a sentence. */
  readonly question: string;
  /** The first kernel that has what the question is about; those before it are not asked. */
  readonly since?: string;
  readonly config?: Partial<KernelConfig>;
  /** The question is asked for each of these values: of what, and which. */
  readonly cases?: { readonly of: string; readonly values: readonly number[] };
  /** What is found, and where. In all other kernels it never happens. */
  readonly expected: readonly Expectation[];
  /** `value` is that of the case; 0 if there are none. */
  build(setup: Setup, value: number): void;
}

/** The answer for one scenario and kernel. Plain data. */
export interface Verdict {
  readonly scenario: string;
  readonly kernel: string;
  /** `never` is only said of a search that is complete; `n/a` of a kernel older than the question. */
  readonly verdict: 'never' | 'sometimes' | 'unknown' | 'n/a';
  readonly kind: string | null;
  readonly message: string | null;
  readonly complete: boolean;
  /** Why the search is not complete. */
  readonly cut: Cut | null;
  /** Of the searches that came to the verdict; schedules that are drawn count no states. */
  readonly states: number;
  readonly transitions: number;
  readonly schedules: number;
  /** Leads to the violation, with as few preemptions and steps as possible. */
  readonly schedule: string | null;
}

const ONE_CASE = { of: '', values: [0] };

/** The word that is recorded for a kernel: the kind of what is found there, or a verdict. */
export function expectedOn({ since, expected }: Scenario, kernel: KernelClass): string {
  if (!descends(kernel, since)) return 'n/a';
  const found = expected.find(({ from, until = [] }) => descends(kernel, from) && !until.some((repaired) => descends(kernel, repaired)));
  return found?.kind ?? 'never';
}

/** Whether the kernel is the one of that name, or descends from it. */
function descends(kernel: KernelClass, name: string | undefined): boolean {
  if (name === undefined) return true;
  for (let at = kernel; typeof at.variant === 'object'; at = Object.getPrototypeOf(at) as KernelClass) if (at.variant.name === name) return true;
  return false;
}

/** The first state of a case, by its index; undefined if there is no such case. */
export type Worlds = (index: number) => World | undefined;

/** What is learnt of the programs while a world is explored serves whoever explores it next. */
export function worldsOf(scenario: Scenario, kernel: KernelClass): Worlds {
  const { values } = scenario.cases ?? ONE_CASE;
  const worlds: World[] = [];
  return (index) => (values[index] === undefined ? undefined : (worlds[index] ??= worldOf(scenario, kernel, values[index])));
}

export function worldOf(scenario: Scenario, kernel: KernelClass, value = (scenario.cases ?? ONE_CASE).values[0]): World {
  const setup = new Setup(kernel, scenario.config);
  scenario.build(setup, value);
  return new World(setup.model());
}

/** What is tried before a search: nearly all defects show with one preemption at most, where there are few states. */
const FIRST_PREEMPTIONS = 1;
const FIRST_STATES = 20_000;

/** Every schedule that the bounds allow is tried; with a chooser, those that it draws. */
export interface ExploreOptions extends SearchOptions, DrawOptions {
  readonly chooser?: Chooser;
}

/** What the searches of all cases so far come to. */
type Figures = Pick<Verdict, 'complete' | 'cut' | 'states' | 'transitions' | 'schedules'>;

export function explore(scenario: Scenario, kernel: KernelClass, options: ExploreOptions = {}, worlds = worldsOf(scenario, kernel)): Verdict {
  const { of, values } = scenario.cases ?? ONE_CASE;
  const head = { scenario: scenario.name, kernel: kernel.variant.name };
  let figures: Figures = { complete: true, cut: null, states: 0, transitions: 0, schedules: 0 };
  if (!descends(kernel, scenario.since)) return { ...head, verdict: 'n/a', ...NO_VIOLATION, ...figures };
  for (const [i, value] of values.entries()) {
    const world = worlds(i)!;
    const first = options.chooser === undefined && options.preemptions === undefined ? simple(world, options) : null;
    const found = first ?? (options.chooser === undefined ? search(world, options) : draw(world, options.chooser, options));
    figures = {
      complete: figures.complete && found.complete,
      cut: figures.cut ?? found.cut,
      states: figures.states + found.states,
      transitions: figures.transitions + found.transitions,
      schedules: figures.schedules + found.schedules,
    };
    if (found.violation === null) continue;
    const { violation, schedule } = first ?? shortest(world, { expired: options.expired }) ?? found;
    const { kind, message } = violation!;
    const inCase = values.length === 1 ? message : `${message} (${of}: ${value})`;
    return { ...head, verdict: 'sometimes', kind, message: inCase, schedule: wordFor(i, schedule!), ...figures };
  }
  return { ...head, verdict: figures.complete ? 'never' : 'unknown', ...NO_VIOLATION, ...figures };
}

/** A violation that needs no search: the simplest there is, for which the search of all schedules would have to look afterwards. */
function simple(world: World, { budget = FIRST_STATES, expired }: SearchOptions): SearchResult | null {
  return shortest(world, { preemptions: FIRST_PREEMPTIONS, states: Math.min(budget, FIRST_STATES), expired });
}

const NO_VIOLATION = { kind: null, message: null, schedule: null };

/** A schedule's word says in front which case it is of, if it is not the first. */
function wordFor(index: number, schedule: Schedule): string {
  return `${index === 0 ? '' : index}${encodeSchedule(schedule)}`;
}

/** What the schedule does, step by step; null if it does not fit. */
export function explainWord(worlds: Worlds, word: string): Explanation | null {
  const [, index, letters] = /^(\d*)(.*)$/s.exec(word)!;
  const world = worlds(Number(index));
  const schedule = decodeSchedule(letters);
  return world === undefined || schedule === null ? null : explain(world, schedule);
}
