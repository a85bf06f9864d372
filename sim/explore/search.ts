/**
 * Exhaustive search: every state that any schedule leads to, depth first, each state once.
 *
 * Reference: Holzmann, "The Model Checker SPIN" (1997); Clarke, Grumberg and Peled, "Model Checking" (1999).
 * Not modelled: liveness beyond endless loops; fairness beyond the patience with a context that spins.
 */
import type { Violation } from './model.ts';
import type { Schedule } from './schedule.ts';
import { ExactStates, HashedStates, type Visited } from './visited.ts';
import { World } from './world.ts';
import type { Model } from './model.ts';

export interface SearchOptions {
  /** Takes operations on cells that no two contexts share together with those before them. Default: yes. */
  readonly reduce?: boolean;
  /** Compares whole states instead of hashes. Default: no. */
  readonly exact?: boolean;
  /** States after which the search gives up. */
  readonly budget?: number;
  /** Operations that one run of a context may take while others can go on. */
  readonly patience?: number;
  /** Goes on after a violation, to count all states. Default: no. */
  readonly exhaust?: boolean;
  /** Called for every state in which no context can step. */
  readonly onEnd?: (world: World) => void;
}

export interface SearchResult {
  /** Every schedule is covered. */
  readonly complete: boolean;
  readonly states: number;
  readonly transitions: number;
  /** Schedules from the first state to an end, as many as the states found stand for. */
  readonly schedules: number;
  readonly violation: Violation | null;
  /** The first schedule that leads to it. */
  readonly schedule: Schedule | null;
}

export const DEFAULT_BUDGET = 5_000_000;
export const DEFAULT_PATIENCE = 200;

/** Of a state whose successors are being explored. */
const OPEN = -1;

/** Explores `model` until nothing is left, or a violation is found, or the budget is spent. */
export function search(make: () => Model, options: SearchOptions = {}): SearchResult {
  const world = new World(make(), options.reduce ?? true);
  for (;;) {
    world.misjudged = false;
    const result = new Search(world, options).run();
    // What was private is not: the steps that were taken together must be taken apart.
    if (!world.misjudged || (result.violation !== null && options.exhaust !== true)) return result;
  }
}

/** The contexts that can step; one that has lost everybody's patience only when nobody else can. */
export function candidates(world: World, patience: number, into: number[]): void {
  into.length = 0;
  let spins = false;
  for (let context = 0; context < world.contexts.length; context++) {
    if (!world.enabled(context)) continue;
    if (world.points[context].depth < patience) into.push(context);
    else spins = true;
  }
  if (into.length > 0 || !spins) return;
  for (let context = 0; context < world.contexts.length; context++) if (world.enabled(context)) into.push(context);
}

class Search {
  readonly #world: World;
  readonly #options: SearchOptions;
  readonly #patience: number;
  readonly #visited: Visited;
  /** By state: how many schedules lead from it to an end; OPEN while that is being found out. */
  #schedules = new Float64Array(1 << 12);
  #transitions = 0;
  #violation: Violation | null = null;
  #schedule: Schedule | null = null;
  readonly #path: number[] = [];

  constructor(world: World, options: SearchOptions) {
    this.#world = world;
    this.#options = options;
    this.#patience = options.patience ?? DEFAULT_PATIENCE;
    this.#visited = options.exact === true ? new ExactStates(() => world.points.map(({ id }) => id)) : new HashedStates();
  }

  run(): SearchResult {
    const start = this.#world.place();
    const complete = this.#explore();
    this.#world.back(start);
    return {
      complete: complete && (this.#violation === null || this.#options.exhaust === true),
      states: this.#visited.size,
      transitions: this.#transitions,
      schedules: this.#schedules[0],
      violation: this.#violation,
      schedule: this.#schedule,
    };
  }

  /** True if nothing is left. The depth first search keeps its own stack: schedules are longer than JavaScript's. */
  #explore(): boolean {
    const world = this.#world;
    const budget = this.#options.budget ?? DEFAULT_BUDGET;
    this.#visited.enter(world.store, 0);
    const stack = [this.#frame(0)];
    while (stack.length > 0) {
      const frame = stack.at(-1)!;
      if (frame.next === frame.choices.length) {
        this.#schedules[frame.state] = frame.schedules;
        stack.pop();
        this.#path.pop();
        const parent = stack.at(-1);
        if (parent !== undefined) {
          parent.schedules += frame.schedules;
          world.back(parent.place);
        }
        continue;
      }
      const context = frame.choices[frame.next++];
      this.#path.push(context);
      world.step(context);
      this.#transitions++;
      const entered = this.#check(context) ? this.#visited.enter(world.store, 0) : null;
      if (entered !== null && entered < 0) {
        stack.push(this.#frame(~entered));
        if (this.#visited.size > budget) return false;
      } else {
        if (entered !== null) frame.schedules += this.#schedulesFrom(entered, context);
        this.#path.pop();
        world.back(frame.place);
      }
      if (this.#violation !== null && this.#options.exhaust !== true) return false;
    }
    return true;
  }

  #frame(state: number): { state: number; place: ReturnType<World['place']>; choices: number[]; next: number; schedules: number } {
    const choices: number[] = [];
    candidates(this.#world, this.#patience, choices);
    if (state >= this.#schedules.length) {
      const grown = new Float64Array(2 * this.#schedules.length);
      grown.set(this.#schedules);
      this.#schedules = grown;
    }
    this.#schedules[state] = OPEN;
    if (choices.length === 0) {
      this.#options.onEnd?.(this.#world);
      this.#found(this.#world.judge());
    }
    return { state, place: this.#world.place(), choices, next: 0, schedules: choices.length === 0 ? 1 : 0 };
  }

  /** Whether the step that was just taken leads on. */
  #check(context: number): boolean {
    const world = this.#world;
    const tooLong = world.points[context].depth > 2 * this.#patience;
    this.#found(world.violation ?? (tooLong ? world.endless(context) : null));
    return world.violation === null && !tooLong;
  }

  /** A state that is met again while its successors are explored closes a cycle. */
  #schedulesFrom(state: number, context: number): number {
    const schedules = this.#schedules[state];
    if (schedules !== OPEN) return schedules;
    this.#found(this.#world.endless(context));
    return 0;
  }

  #found(violation: Violation | null): void {
    if (violation === null || this.#violation !== null) return;
    this.#violation = violation;
    this.#schedule = this.#path.slice();
  }
}
