/**
 * The simplest schedule that leads to a violation: fewest preemptions, and among those fewest steps.
 *
 * A preemption is a change of context while the one that ran could have gone on. States are visited in the order of
 * (preemptions, steps), so that the first violation met is the one; where a state is left for another, the world is
 * taken there by its schedule.
 *
 * Reference: Musuvathi and Qadeer, "Iterative Context Bounding for Systematic Testing of Multithreaded Programs" (2007).
 * Not modelled: fewest contexts; a violation that shows in fewer steps of some other kind counts as well.
 */
import type { Model, Violation } from './model.ts';
import type { Schedule } from './schedule.ts';
import { DEFAULT_PATIENCE, candidates, type SearchOptions } from './search.ts';
import { HashedStates } from './visited.ts';
import { World } from './world.ts';

/** States beyond which the search gives up, and the schedule that is already known has to do. */
const DEFAULT_EFFORT = 300_000;

/** A state by the step that leads to it. */
interface Reached {
  readonly parent: Reached | null;
  readonly context: number;
  readonly steps: number;
}

/** States with one number of preemptions, by steps: reached without another preemption, and by one. */
class Level {
  readonly goingOn: Reached[][] = [];
  readonly preempted: Reached[][] = [];

  get steps(): number {
    return Math.max(this.goingOn.length, this.preempted.length);
  }

  /** The states after `steps` steps, which are then forgotten. */
  take(steps: number): Reached[] {
    const taken = [...(this.goingOn[steps] ?? []), ...(this.preempted[steps] ?? [])];
    this.goingOn[steps] = [];
    this.preempted[steps] = [];
    return taken;
  }
}

export function shortest(make: () => Model, options: SearchOptions = {}): { violation: Violation; schedule: Schedule } | null {
  const world = new World(make(), false);
  const patience = options.patience ?? DEFAULT_PATIENCE;
  const start = world.place();
  const visited = new HashedStates();
  const choices: number[] = [];
  // By preemptions. Of equal schedules the one comes first that was preempted earlier.
  const waiting: Level[] = [new Level()];
  waiting[0].goingOn.push([{ parent: null, context: -1, steps: 0 }]);
  for (let preemptions = 0; preemptions < waiting.length; preemptions++) {
    const level = waiting[preemptions];
    for (let steps = 0; steps < level.steps; steps++) {
      for (const reached of level.take(steps)) {
        world.back(start);
        const schedule = scheduleOf(reached);
        for (const context of schedule) world.step(context);
        if (visited.enter(world.store, reached.context + 1) >= 0) continue;
        if (visited.size > DEFAULT_EFFORT) return null;
        candidates(world, patience, choices);
        const ended = choices.length === 0 ? world.judge() : null;
        if (ended !== null) return { violation: ended, schedule };
        const place = world.place();
        const goesOn = choices.includes(reached.context);
        for (const context of choices) {
          world.step(context);
          const tooLong = world.points[context].depth > 2 * patience;
          const violation = world.violation ?? (tooLong ? world.endless(context) : null);
          if (violation !== null) return { violation, schedule: [...schedule, context] };
          world.back(place);
          const preempts = goesOn && context !== reached.context;
          const { preempted, goingOn } = preempts ? (waiting[preemptions + 1] ??= new Level()) : level;
          ((preempts ? preempted : goingOn)[steps + 1] ??= []).push({ parent: reached, context, steps: steps + 1 });
        }
      }
    }
  }
  return null;
}

function scheduleOf(reached: Reached): number[] {
  const schedule: number[] = [];
  for (let at = reached; at.parent !== null; at = at.parent) schedule.push(at.context);
  return schedule.toReversed();
}
