/**
 * One question about all interleavings of a few programs, and what the answer is for a kernel.
 *
 * Reference: docs/EXPLORER.md.
 * Not modelled: nothing.
 */
import type { Violation } from '../../sim/explore/model.ts';
import type { Cut } from '../../sim/explore/bounds.ts';
import type { Chooser } from '../../sim/explore/choosers.ts';
import { draw, type DrawOptions } from '../../sim/explore/draw.ts';
import { encodeSchedule, type Schedule } from '../../sim/explore/schedule.ts';
import { search, type SearchOptions } from '../../sim/explore/search.ts';
import { shortest } from '../../sim/explore/shortest.ts';
import { World } from '../../sim/explore/world.ts';
import type { KernelClass } from '../variant.ts';
import { Setup } from './setup.ts';

export interface Scenario {
  readonly name: string;
  /** What is asked, as a sentence. */
  readonly question: string;
  /** By kernel: the kind of violation that is found, as recorded. In kernels that are not named it never happens, unless
   * they concern counting only: then they do as their parents. */
  readonly expected: Readonly<Record<string, string>>;
  build(setup: Setup): void;
}

/** The answer for one scenario and kernel. Plain data. */
export interface Verdict {
  readonly scenario: string;
  readonly kernel: string;
  /** `never` is only said of a search that is complete. */
  readonly verdict: 'never' | 'sometimes' | 'unknown';
  readonly kind: string | null;
  readonly message: string | null;
  readonly complete: boolean;
  /** Why the search is not complete. */
  readonly cut: Cut | null;
  readonly states: number;
  readonly transitions: number;
  readonly schedules: bigint;
  /** Leads to the violation, with as few preemptions and steps as possible. */
  readonly schedule: string | null;
}

/** The recorded answer for a kernel: its own, or if it concerns counting only its parent's. */
export function expectedOn(scenario: Scenario, kernel: KernelClass): string | undefined {
  let ancestor = kernel;
  while (ancestor.variant.counting_only) ancestor = Object.getPrototypeOf(ancestor) as KernelClass;
  return scenario.expected[ancestor.variant.name];
}

/** The first state. What is learnt of the programs while it is explored serves whoever explores it next. */
export function worldOf(scenario: Scenario, kernel: KernelClass): World {
  const setup = new Setup(kernel);
  scenario.build(setup);
  return new World(setup.model());
}

/** Every schedule that the bounds allow is tried; with a chooser, those that it draws. */
export interface ExploreOptions extends SearchOptions, DrawOptions {
  readonly chooser?: Chooser;
}

export function explore(scenario: Scenario, kernel: KernelClass, options: ExploreOptions = {}, world = worldOf(scenario, kernel)): Verdict {
  const found = options.chooser === undefined ? search(world, options) : draw(world, options.chooser, options);
  const shown = found.violation === null ? null : (shortest(world, options.expired) ?? { violation: found.violation, schedule: found.schedule! });
  const { complete, cut, states, transitions, schedules } = found;
  return {
    scenario: scenario.name,
    kernel: kernel.variant.name,
    verdict: shown !== null ? 'sometimes' : complete ? 'never' : 'unknown',
    ...violationOf(shown),
    complete, cut, states, transitions, schedules,
  };
}

function violationOf(shown: { violation: Violation; schedule: Schedule } | null): Pick<Verdict, 'kind' | 'message' | 'schedule'> {
  if (shown === null) return { kind: null, message: null, schedule: null };
  const { violation, schedule } = shown;
  return { kind: violation.kind, message: violation.message, schedule: encodeSchedule(schedule) };
}
