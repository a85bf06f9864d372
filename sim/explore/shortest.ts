/**
 * The simplest schedule that leads to a violation: fewest preemptions, and among those fewest steps.
 *
 * A preemption is a change of context while the one that ran could have gone on. States are visited in the order of
 * (preemptions, steps), so that the first violation met is the one; where a state is left for another, the world goes
 * back to where their schedules part, and from there to the other.
 *
 * Reference: Musuvathi and Qadeer, "Iterative Context Bounding for Systematic Testing of Multithreaded Programs" (2007).
 * Not modelled: fewest contexts; a violation that shows in fewer steps of some other kind counts as well.
 */
import { BETWEEN_LOOKS } from './bounds.ts';
import type { Model, Violation } from './model.ts';
import type { Schedule } from './schedule.ts';
import { HashedStates } from './visited.ts';
import { SPINNING, World, lowest } from './world.ts';

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

export function shortest(make: () => Model, expired: (states: number) => boolean = () => false): { violation: Violation; schedule: Schedule } | null {
  const world = new World(make(), false);
  const walker = new Walker(world);
  const visited = new HashedStates();
  // By preemptions. Of equal schedules the one comes first that was preempted earlier.
  const waiting: Level[] = [new Level()];
  waiting[0].goingOn.push([{ parent: null, context: -1, steps: 0 }]);
  for (let preemptions = 0; preemptions < waiting.length; preemptions++) {
    const level = waiting[preemptions];
    for (let steps = 0; steps < level.steps; steps++) {
      for (const reached of level.take(steps)) {
        walker.go(reached);
        if (visited.enter(world.store, reached.context + 1) >= 0) continue;
        if (visited.size > DEFAULT_EFFORT || (visited.size % BETWEEN_LOOKS === 0 && expired(visited.size))) return null;
        const choices = world.withPatience(world.choices(), SPINNING);
        const ended = choices === 0 ? world.judge() : null;
        if (ended !== null) return { violation: ended, schedule: walker.schedule };
        const goesOn = reached.context >= 0 && (choices & (1 << reached.context)) !== 0;
        for (let left = choices; left !== 0; left &= left - 1) {
          const context = lowest(left);
          world.step(context);
          const violation = world.wrong(context);
          if (violation !== null) return { violation, schedule: walker.schedule };
          world.rewind(world.length - 1);
          const preempts = goesOn && context !== reached.context;
          const { preempted, goingOn } = preempts ? (waiting[preemptions + 1] ??= new Level()) : level;
          ((preempts ? preempted : goingOn)[steps + 1] ??= []).push({ parent: reached, context, steps: steps + 1 });
        }
      }
    }
  }
  return null;
}

/** Takes a world from one state to another. */
class Walker {
  readonly #world: World;
  readonly #start: number;
  /** The states on the way to the present one, by steps. */
  readonly #way: Reached[] = [];

  constructor(world: World) {
    this.#world = world;
    this.#start = world.length;
  }

  get schedule(): Schedule {
    return this.#world.schedule(this.#start);
  }

  go(target: Reached): void {
    let at = target;
    const missing: Reached[] = [];
    for (; at.parent !== null && this.#way[at.steps] !== at; at = at.parent) missing.push(at);
    this.#way.length = at.steps + 1;
    this.#world.rewind(this.#start + at.steps);
    for (const next of missing.toReversed()) {
      this.#world.step(next.context);
      this.#way[next.steps] = next;
    }
  }
}
