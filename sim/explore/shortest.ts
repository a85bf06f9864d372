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
import type { SearchResult } from './search.ts';
import { SPINNING, lowest } from './standing.ts';
import { HashedStates } from './visited.ts';
import { Place } from './trail.ts';
import type { World } from './world.ts';

/** How far the search goes. */
export interface Effort {
  /** Preemptions of a schedule; without a bound unless given. */
  readonly preemptions?: number;
  /** States beyond which it gives up if nothing has been found. */
  readonly states?: number;
  /** See Bounds. */
  readonly expired?: ((states: number) => boolean) | undefined;
}

/** States beyond which it gives up in any case. */
const MOST_STATES = 1_000_000;

export interface Shortest extends SearchResult {
  readonly violation: Violation;
  readonly schedule: Schedule;
}

/** Null if there is none, or the effort was not enough. */
export function shortest(world: World, { preemptions = Infinity, states = MOST_STATES, expired = () => false }: Effort = {}): Shortest | null {
  const { reducing } = world;
  world.reducing = false;
  const sum = { states: 0, transitions: 0, schedules: 0 };
  let found: Found | null = null;
  for (let most = 0; most <= preemptions && found === null; most++) {
    const round = new Round(world, most, (more, isFound) => sum.states + more > (isFound ? MOST_STATES : states) || expired(sum.states + more));
    const complete = round.run();
    sum.states += round.states;
    sum.transitions += round.transitions;
    sum.schedules += round.schedules;
    found = round.found;
    if (!complete || !round.isBounded) break;
  }
  world.reducing = reducing;
  return found === null ? null : { cut: 'violation', complete: false, ...sum, ...found };
}

type Found = Pick<Shortest, 'violation' | 'schedule'>;

/** A state on the way to the present one. */
class Frame {
  /** Contexts whose steps have not been taken, one bit each: first those that preempt, then the others. */
  preempting = 0;
  others = 0;
  preemptions = 0;
  /** Where it is on the way. */
  readonly place = new Place();
}

/** In place of a context. */
const NOBODY = -1;

/** All schedules with at most so many preemptions. */
class Round {
  found: Found | null = null;
  transitions = 0;
  /** Schedules that have come to their ends. */
  schedules = 0;
  /** Some schedule was left because it had another preemption. */
  isBounded = false;
  readonly #world: World;
  readonly #most: number;
  readonly #enough: (states: number, isFound: boolean) => boolean;
  readonly #start: Place;
  readonly #visited = new HashedStates();
  /** Frames are made once and used again: the stack is the first `#depth` of them. */
  readonly #frames: Frame[] = [];
  #depth = 0;
  /** Steps from which another would make a schedule no shorter than what has been found. */
  #bound = Number.MAX_SAFE_INTEGER;
  #nextLook = 0;

  constructor(world: World, most: number, enough: (states: number, isFound: boolean) => boolean) {
    this.#world = world;
    this.#most = most;
    this.#enough = enough;
    this.#start = world.here();
  }

  get states(): number {
    return this.#visited.size;
  }

  /** False if the search was given up. */
  run(): boolean {
    const world = this.#world;
    this.#follow(this.#enter(NOBODY, 0), 0);
    while (this.#depth > 0 && !this.#isEnough()) {
      const frame = this.#frames[this.#depth - 1];
      const { preempting, others, preemptions } = frame;
      world.rewind(frame.place);
      if (preempting !== 0) {
        frame.preempting = preempting & (preempting - 1);
        this.#follow(lowest(preempting), preemptions + 1);
      } else if (others !== 0) {
        frame.others = others & (others - 1);
        this.#follow(lowest(others), preemptions);
      } else this.#depth--;
    }
    world.rewind(this.#start);
    return this.#depth === 0;
  }

  #isEnough(): boolean {
    if (this.states < this.#nextLook) return false;
    this.#nextLook = this.states + BETWEEN_LOOKS;
    return this.#enough(this.states, this.found !== null);
  }

  /** Takes a step of `context`, and all that are forced after it. */
  #follow(context: number, preemptions: number): void {
    const world = this.#world;
    let next = context;
    while (next !== NOBODY && world.length < this.#bound) {
      world.step(next);
      this.transitions++;
      next = this.#judged(world.wrong(next)) ? NOBODY : this.#enter(next, preemptions);
    }
  }

  /** Comes to a state by a step of `context`. Who steps next if there is no choice; if there is, a frame holds it. */
  #enter(context: number, preemptions: number): number {
    const world = this.#world;
    const choices = world.choices(SPINNING);
    if (choices === 0) {
      this.schedules++;
      this.#judged(world.judge());
      return NOBODY;
    }
    const goesOn = context !== NOBODY && (choices & (1 << context)) !== 0;
    if (this.#visited.enter(world.store, (goesOn ? context + 1 : 0) + (preemptions << 5)) >= 0) return NOBODY;
    const others = goesOn ? 1 << context : choices;
    let preempting = choices & ~others;
    if (preempting !== 0 && preemptions === this.#most) {
      this.isBounded = true;
      preempting = 0;
    }
    if (preempting === 0 && (others & (others - 1)) === 0) return lowest(others);
    const frame = (this.#frames[this.#depth++] ??= new Frame());
    frame.preempting = preempting;
    frame.others = others;
    frame.preemptions = preemptions;
    world.here(frame.place);
    return NOBODY;
  }

  #judged(violation: Violation | null): boolean {
    if (violation === null) return false;
    this.found = { violation, schedule: this.#world.schedule(this.#start) };
    this.#bound = this.#world.length - 1;
    return true;
  }
}
