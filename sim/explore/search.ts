/**
 * Exhaustive search: every state that any schedule leads to, depth first, each state once.
 *
 * Reference: Holzmann, "The Model Checker SPIN" (1997); Clarke, Grumberg and Peled, "Model Checking" (1999).
 * Not modelled: liveness beyond endless loops; fairness beyond that of `World.wrong`.
 */
import { BETWEEN_LOOKS, DEFAULT_BUDGET, type Bounds, type Cut } from './bounds.ts';
import { grown } from './grown.ts';
import type { Violation } from './model.ts';
import type { Schedule } from './schedule.ts';
import { SPINNING, lowest } from './standing.ts';
import { ExactStates, HashedStates, type Visited } from './visited.ts';
import { Place } from './trail.ts';
import type { World } from './world.ts';

export interface SearchOptions extends Bounds {
  /** Takes operations on cells that no two contexts share together with those before them. Default: yes. */
  readonly reduce?: boolean;
  /** Compares whole states instead of hashes. Default: no. */
  readonly exact?: boolean;
  /** Goes on after a violation, to count all states. Default: no. */
  readonly exhaust?: boolean;
  /** Called for every state in which no context can step. */
  readonly onEnd?: (world: World) => void;
}

export interface SearchResult {
  /** What kept the search from covering every schedule; null if it is complete. */
  readonly cut: Cut | null;
  /** Every schedule is covered. */
  readonly complete: boolean;
  readonly states: number;
  readonly transitions: number;
  /** The schedules that are covered, each from the first state to an end: exact up to 2⁵³, beyond that to 15 digits. */
  readonly schedules: number;
  readonly violation: Violation | null;
  /** The first schedule that leads to it. */
  readonly schedule: Schedule | null;
}

/** Operations of one run beyond which a context that spins is never followed while others can go on. */
const MOST_PATIENCE = 1_600;

/** A pass that rests on a wrong assumption goes on until it has seen so many times the states: there may be more to learn. */
const RESTART_AFTER = 2;

/** Explores the world until nothing is left, or a violation is found, or a bound is met; it is left as it was. */
export function search(world: World, options: SearchOptions = {}): SearchResult {
  world.reducing = options.reduce ?? true;
  for (let patience = SPINNING; ;) {
    world.misjudged = false;
    const result = new Search(world, options, patience).run();
    // What was private is not: the steps that were taken together must be taken apart.
    if (world.misjudged && result.cut !== 'violation') continue;
    if (result.cut !== 'spinning' || patience >= MOST_PATIENCE) return result;
    patience *= 2;
  }
}

const FIRST_CAPACITY = 1 << 12;

/** Of a state whose successors are being explored. */
const OPEN = -1;

/** A state on the way to the present one. */
class Frame {
  state = 0;
  /** Contexts whose steps have not been taken from here, one bit each. */
  left = 0;
  /** The context that led here if it can go on; -1 if it cannot. */
  goingOn = -1;
  preemptions = 0;
  schedules = 0;
  /** Where it is on the way. */
  readonly place = new Place();
}

class Search {
  readonly #world: World;
  readonly #options: SearchOptions;
  readonly #patience: number;
  readonly #budget: number;
  readonly #preemptions: number;
  readonly #visited: Visited;
  /** If what matters of a state is more than the state itself: the states themselves. */
  readonly #distinct: HashedStates | null;
  /** By state: how many schedules lead from it to an end; OPEN while that is being found out. */
  #schedules = new Float64Array(FIRST_CAPACITY);
  /** Frames are made once and used again: the stack is the first `#depth` of them. */
  readonly #frames: Frame[] = [];
  #depth = 0;
  #transitions = 0;
  #cut: Cut | null = null;
  #violation: Violation | null = null;
  #schedule: Schedule | null = null;
  readonly #start: Place;
  /** States when it came out that the pass must be repeated. */
  #misjudgedAt = 0;

  constructor(world: World, options: SearchOptions, patience: number) {
    this.#world = world;
    this.#options = options;
    this.#patience = patience;
    this.#budget = options.budget ?? DEFAULT_BUDGET;
    this.#preemptions = options.preemptions ?? Infinity;
    this.#visited = options.exact === true ? new ExactStates(() => world.points.map(({ id }) => id)) : new HashedStates();
    this.#distinct = options.preemptions === undefined ? null : new HashedStates();
    this.#start = world.here();
  }

  run(): SearchResult {
    this.#explore();
    const cut = this.#cut;
    let schedules = 0;
    for (let i = 0; i < this.#depth; i++) schedules += this.#frames[i].schedules;
    this.#world.rewind(this.#start);
    return {
      cut,
      complete: cut === null,
      states: (this.#distinct ?? this.#visited).size,
      transitions: this.#transitions,
      schedules,
      violation: this.#violation,
      schedule: this.#schedule,
    };
  }

  /** Depth first, with a stack of its own: schedules are longer than JavaScript's. The first frame stays, for its sum. */
  #explore(): void {
    const world = this.#world;
    this.#enter(-1, 0);
    while (!this.#isOver()) {
      const frame = this.#frames[this.#depth - 1];
      if (frame.left === 0) {
        if (this.#depth === 1) return;
        this.#leave(frame);
        continue;
      }
      world.rewind(frame.place);
      const context = lowest(frame.left);
      frame.left &= frame.left - 1;
      world.step(context);
      this.#transitions++;
      const preemptions = frame.goingOn === -1 || context === frame.goingOn ? frame.preemptions : frame.preemptions + 1;
      if (!this.#found(world.wrong(context))) this.#enter(context, preemptions);
    }
  }

  #isOver(): boolean {
    if (this.#cut === 'violation') return true;
    const { size } = this.#visited;
    if (size > this.#budget) this.#cut = 'budget';
    else if (this.#options.expired !== undefined && this.#transitions % BETWEEN_LOOKS === 0 && this.#options.expired(size)) this.#cut = 'time';
    else if (this.#world.misjudged) return size > RESTART_AFTER * (this.#misjudgedAt ||= size);
    else return false;
    return true;
  }

  /** Comes to a state by a step of `context`. If it is new, its successors are to be explored. */
  #enter(context: number, preemptions: number): void {
    if (this.#distinct !== null) {
      this.#enterBounded(this.#distinct, context, preemptions);
      return;
    }
    const state = this.#visited.enter(this.#world.store, 0);
    if (state >= 0) this.#meet(state, context);
    else this.#push(~state, this.#choices(), -1, 0);
  }

  /** The same where it matters who came here, and by how many preemptions. */
  #enterBounded(distinct: HashedStates, context: number, preemptions: number): void {
    const { store } = this.#world;
    let choices = this.#choices();
    const goingOn = context !== -1 && (choices & (1 << context)) !== 0 ? context : -1;
    const state = this.#visited.enter(store, (goingOn + 1) + (preemptions << 5));
    distinct.enter(store, 0);
    if (state >= 0) {
      this.#meet(state, context);
      return;
    }
    if (preemptions === this.#preemptions && goingOn !== -1 && choices !== 1 << goingOn) {
      choices = 1 << goingOn;
      this.#isCutBy('preemptions');
    }
    this.#push(~state, choices, goingOn, preemptions);
  }

  #choices(): number {
    const choices = this.#world.choices(this.#patience);
    if (this.#world.postpones) this.#isCutBy('spinning');
    return choices;
  }

  #push(state: number, choices: number, goingOn: number, preemptions: number): void {
    const frame = (this.#frames[this.#depth++] ??= new Frame());
    frame.state = state;
    frame.left = choices;
    frame.goingOn = goingOn;
    frame.preemptions = preemptions;
    frame.schedules = 0;
    this.#world.here(frame.place);
    if (state >= this.#schedules.length) this.#schedules = grown(this.#schedules);
    this.#schedules[state] = OPEN;
    if (choices !== 0) return;
    frame.schedules = 1;
    this.#world.store.settleAll();
    this.#options.onEnd?.(this.#world);
    this.#found(this.#world.judge());
  }

  #leave({ state, schedules }: Frame): void {
    this.#schedules[state] = schedules;
    this.#depth--;
    this.#frames[this.#depth - 1].schedules += schedules;
  }

  /** A state that is met again while its successors are explored closes a cycle. */
  #meet(state: number, context: number): void {
    const schedules = this.#schedules[state];
    if (schedules === OPEN) this.#found(this.#world.endless(context));
    else this.#frames[this.#depth - 1].schedules += schedules;
  }

  #isCutBy(cut: Cut): void {
    this.#cut ??= cut;
  }

  #found(violation: Violation | null): boolean {
    if (violation === null) return false;
    if (this.#violation === null) {
      this.#violation = violation;
      this.#schedule = this.#world.schedule(this.#start);
    }
    if (this.#options.exhaust !== true) this.#cut = 'violation';
    return true;
  }
}
