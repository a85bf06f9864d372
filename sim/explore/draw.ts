/**
 * Schedules drawn one by one, for systems that are too large to search: what is found is real, what is not proves nothing.
 *
 * Reference: see choosers.ts.
 * Not modelled: avoiding a schedule that has been drawn before.
 */
import { BETWEEN_LOOKS, type Bounds, type Cut } from './bounds.ts';
import type { Chooser } from './choosers.ts';
import type { Violation } from './model.ts';
import type { SearchResult } from './search.ts';
import { SPINNING } from './standing.ts';
import { HashedStates } from './visited.ts';
import type { World } from './world.ts';

export const DEFAULT_SCHEDULES = 10_000;

/** Steps of a schedule that does not end. */
const LONGEST_SCHEDULE = 100_000;

export interface DrawOptions extends Pick<Bounds, 'expired'> {
  /** How many are drawn. */
  readonly schedules?: number;
}

export function draw(world: World, chooser: Chooser, options: DrawOptions = {}): SearchResult {
  const { schedules = DEFAULT_SCHEDULES } = options;
  world.reducing = true;
  const start = world.here();
  const judged = new HashedStates();
  let transitions = 0;
  let drawn = 0;
  const result = (cut: Cut, violation: Violation | null): SearchResult => {
    const schedule = violation === null ? null : world.schedule(start);
    world.rewind(start);
    return { cut, complete: false, states: 0, transitions, schedules: drawn, violation, schedule };
  };
  while (drawn < schedules) {
    if (drawn % BETWEEN_LOOKS === 0 && options.expired?.(drawn) === true) return result('time', null);
    const violation = follow(world, chooser, judged);
    transitions += world.length - start.length;
    drawn++;
    if (violation !== null) return result('violation', violation);
    world.rewind(start);
  }
  return result('drawn', null);
}

/** Follows the chooser until nobody can step, or something is wrong. Where it ends is `judged` once. */
function follow(world: World, chooser: Chooser, judged: HashedStates): Violation | null {
  chooser.begin(world.contexts.length);
  const end = world.length + LONGEST_SCHEDULE;
  for (let choices; (choices = world.choices(SPINNING)) !== 0;) {
    const context = chooser.choose(choices);
    world.step(context);
    const violation = world.wrong(context) ?? (world.length > end ? world.endless(context) : null);
    if (violation !== null) return violation;
  }
  return judged.enter(world.store, 0) < 0 ? world.judge() : null;
}
