/**
 * Which event goes on which counter, since v3.3: fixed counters first, and a second try where constraints overlap.
 *
 * Reference: perf_assign_events of arch/x86/kernel/cpu/perf_event.c, v3.4, with its struct perf_sched; section 8.3.
 * Counter positions stand for the kernel's indices: those from `fixed_from` on are the fixed ones.
 * Not modelled: counters that the threads of a core share or exclude each other from (since v4.1).
 */
import type { Assignment } from './schedule-events.ts';

/** The counters that may hold an event, as a mask of positions. */
export interface EventConstraint {
  readonly mask: number;
  /** The set contains part of another one, so that the first choice may be the wrong one. It has no fixed counter. */
  readonly overlap: boolean;
}

/** Where the search stands: which event is next, and what is taken. */
interface SchedState {
  weight: number;
  event: number;
  counter: number;
  unassigned: number;
  used: number;
}

/** Choices that are remembered; more would be too slow. */
const SCHED_STATES_MAX = 2;

export function perf_assign_events(constraints: readonly EventConstraint[], fixed_from: number): Assignment {
  if (constraints.length === 0) return [];
  const sched = new PerfSched(constraints, fixed_from);
  const assign = constraints.map(() => -1);
  do {
    if (!sched.find_counter()) break;
    assign[sched.state.event] = sched.state.counter;
  } while (sched.next_event());
  return sched.state.unassigned === 0 ? assign : null;
}

class PerfSched {
  readonly #constraints: readonly EventConstraint[];
  readonly #weights: readonly number[];
  readonly #max_weight: number;
  readonly #fixed_from: number;
  readonly #saved: SchedState[] = [];
  state: SchedState;

  constructor(constraints: readonly EventConstraint[], fixed_from: number) {
    this.#constraints = constraints;
    this.#weights = constraints.map(({ mask }) => hweight(mask));
    this.#max_weight = Math.max(...this.#weights);
    this.#fixed_from = fixed_from;
    const weight = Math.min(...this.#weights);
    this.state = { weight, event: this.#weights.indexOf(weight), counter: 0, unassigned: constraints.length, used: 0 };
  }

  /** Selects a counter for the present event, going back to an earlier choice if there is none. */
  find_counter(): boolean {
    while (!this.#find_counter()) if (!this.#restore_state()) return false;
    return true;
  }

  #find_counter(): boolean {
    const { state } = this;
    if (state.unassigned === 0) return false;
    const { mask, overlap } = this.#constraints[state.event];
    const free = mask & ~state.used;
    const fixed = (free >>> this.#fixed_from) << this.#fixed_from;
    const general = free & ~fixed & -(1 << state.counter);
    const candidates = fixed === 0 ? general : fixed;
    if (candidates === 0) return false;
    state.counter = lowest_bit(candidates);
    state.used |= 1 << state.counter;
    if (overlap && this.#saved.length < SCHED_STATES_MAX) this.#saved.push({ ...state });
    return true;
  }

  /** Goes back to the last choice that was remembered, and on to the counter after it. */
  #restore_state(): boolean {
    const saved = this.#saved.pop();
    if (saved === undefined) return false;
    this.state = saved;
    saved.used &= ~(1 << saved.counter);
    saved.counter++;
    return true;
  }

  /** The next event: all of one weight in their order, then those of the next. */
  next_event(): boolean {
    const { state } = this;
    if (--state.unassigned === 0) return false;
    do {
      state.event++;
      if (state.event >= this.#constraints.length) {
        state.event = 0;
        state.weight++;
        if (state.weight > this.#max_weight) return false;
      }
    } while (this.#weights[state.event] !== state.weight);
    state.counter = 0;
    return true;
  }
}

/** Number of counters in a mask. */
export function hweight(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function lowest_bit(mask: number): number {
  return Math.log2(mask & -mask);
}
