/**
 * How far an exploration goes, and what kept it from going further.
 *
 * Reference: Musuvathi and Qadeer, "Iterative Context Bounding for Systematic Testing of Multithreaded Programs" (2007),
 * for preemptions.
 * Not modelled: bounds on delays, or on the number of contexts.
 */

export interface Bounds {
  /** States after which the search gives up. */
  readonly budget?: number;
  /** Preemptions of one schedule: changes of context while the one that ran could have gone on. */
  readonly preemptions?: number;
  /** Told now and then how many states (or schedules drawn) there are so far; true ends the exploration. There is no clock here. */
  readonly expired?: (states: number) => boolean;
}

/**
 * Why schedules are missing from an exploration: it ended with a violation, it was bounded, somebody spins and was not
 * followed for ever, or schedules were only drawn.
 */
export type Cut = 'violation' | 'budget' | 'time' | 'preemptions' | 'spinning' | 'drawn';

export const DEFAULT_BUDGET = 5_000_000;

/** States or schedules between two questions whether time is up. */
export const BETWEEN_LOOKS = 256;
