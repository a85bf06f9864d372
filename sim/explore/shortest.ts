/**
 * The simplest schedule that leads to a violation: fewest preemptions, and among those fewest steps.
 *
 * A preemption is a change of context while the one that ran could have gone on. All schedules without one are tried,
 * then all with at most one, and so on: depth first, each state once for each number of preemptions, until a violation
 * turns up; the rest of that round looks for one with fewer steps.
 *
 * Reference: Musuvathi and Qadeer, "Iterative Context Bounding for Systematic Testing of Multithreaded Programs" (2007).
 * Not modelled: fewest contexts; a violation that shows in fewer steps of some other kind counts as well.
 */
import { BETWEEN_LOOKS } from './bounds.ts';
import type { Violation } from './model.ts';
import type { Schedule } from './schedule.ts';
import { HashedStates } from './visited.ts';
import { SPINNING, lowest, type World } from './world.ts';

/** States beyond which the search gives up, and the schedule that is already known has to do. */
const DEFAULT_EFFORT = 1_000_000;

export interface Shortest {
  readonly violation: Violation;
  readonly schedule: Schedule;
}

export function shortest(world: World, expired: (states: number) => boolean = () => false): Shortest | null {
  const { reducing } = world;
  world.reducing = false;
  let effort = 0;
  let found: Shortest | null = null;
  for (let preemptions = 0; found === null; preemptions++) {
    const round = new Round(world, preemptions, (states) => effort + states > DEFAULT_EFFORT || expired(effort + states));
    const complete = round.run();
    effort += round.states;
    found = round.found;
    if (!complete || !round.isBounded) break;
  }
  world.reducing = reducing;
  return found;
}

interface Frame {
  /** Contexts whose steps have not been taken, one bit each: first those that preempt, then the others. */
  preempting: number;
  others: number;
  readonly preemptions: number;
}

/** All schedules with at most so many preemptions. */
class Round {
  found: Shortest | null = null;
  /** Some schedule was left because it had another preemption. */
  isBounded = false;
  readonly #world: World;
  readonly #most: number;
  readonly #enough: (states: number) => boolean;
  readonly #start: number;
  readonly #visited = new HashedStates();
  readonly #frames: Frame[] = [];

  constructor(world: World, most: number, enough: (states: number) => boolean) {
    this.#world = world;
    this.#most = most;
    this.#enough = enough;
    this.#start = world.length;
  }

  get states(): number {
    return this.#visited.size;
  }

  /** False if the search was given up. */
  run(): boolean {
    const world = this.#world;
    const frames = this.#frames;
    this.#enter(-1, 0);
    while (frames.length > 0) {
      const frame = frames.at(-1)!;
      const preempts = frame.preempting !== 0;
      const context = lowest(preempts ? frame.preempting : frame.others);
      if (preempts) frame.preempting &= frame.preempting - 1;
      else if (frame.others !== 0) frame.others &= frame.others - 1;
      else {
        frames.pop();
        if (frames.length > 0) world.rewind(world.length - 1);
        continue;
      }
      if (this.#isLonger()) continue;
      world.step(context);
      if (this.#judged(world.wrong(context)) || !this.#enter(context, frame.preemptions + (preempts ? 1 : 0))) world.rewind(world.length - 1);
      if (this.states % BETWEEN_LOOKS === 0 && this.#enough(this.states)) {
        world.rewind(this.#start);
        return false;
      }
    }
    return true;
  }

  /** Another step would make it no shorter than what has been found. */
  #isLonger(): boolean {
    return this.found !== null && this.#world.length - this.#start + 1 >= this.found.schedule.length;
  }

  /** Comes to a state by a step of `context`; true if its successors are to be tried. */
  #enter(context: number, preemptions: number): boolean {
    const world = this.#world;
    const choices = world.choices(SPINNING);
    if (choices === 0) {
      this.#judged(world.judge());
      return false;
    }
    const goesOn = context >= 0 && (choices & (1 << context)) !== 0;
    if (this.#visited.enter(world.store, (goesOn ? context + 1 : 0) + (preemptions << 5)) >= 0) return false;
    const others = goesOn ? 1 << context : choices;
    let preempting = choices & ~others;
    if (preempting !== 0 && preemptions === this.#most) {
      this.isBounded = true;
      preempting = 0;
    }
    this.#frames.push({ preempting, others, preemptions });
    return true;
  }

  #judged(violation: Violation | null): boolean {
    if (violation !== null) this.found = { violation, schedule: this.#world.schedule(this.#start) };
    return violation !== null;
  }
}
