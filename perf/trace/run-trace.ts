/**
 * What happened inside one run, as plain data: the input of timelines and pages.
 *
 * Bounded, however long the run: lists that grow with it are thinned evenly, series keep the extremes of equal spans of
 * time, and `kept` says of each what was seen and what is here. Instants and durations are simulated nanoseconds.
 * Reference: docs/ARCHITECTURE.md, "A run is a value".
 */

/** One counter: an event of the command line on one CPU. Its id is what SAMPLE records carry. */
export interface CounterTrace {
  readonly id: number;
  /** Index of the event on the command line. */
  readonly event: number;
  readonly cpu: number;
  /** Overflows in all; and samples of its buffer: stored and found no space. */
  readonly overflows: number;
  readonly stored: number;
  readonly dropped: number;
  /** Samples stored so far, over time; the programmed period likewise. */
  readonly samples: Series;
  readonly period: Series;
}

/** A step function: from `at[i]` on it is `value[i]`. */
export interface Series {
  readonly at: readonly number[];
  readonly value: readonly number[];
}

/** One ring buffer. Levels are bytes between tail and head. */
export interface BufferTrace {
  /** The counter whose mapping made it. */
  readonly counter: number;
  readonly cpu: number;
  readonly size: number;
  readonly watermark: number;
  readonly peak: number;
  readonly fill: Series;
  /** The level beyond which the next record posts a wakeup. */
  readonly mark: Series;
}

/** An overflow inside an NMI, and what became of its sample. */
export interface OverflowTrace {
  readonly counter: number;
  readonly at: number;
  readonly count: number;
  readonly period: number;
  /** When the record was given its place, where it ends in bytes ever written; null: no space. */
  readonly stored: { readonly at: number; readonly buffer: number; readonly head: number } | null;
}

export interface InterruptTrace {
  readonly cpu: number;
  readonly nmi: boolean;
  /** The handler's symbol. */
  readonly handler: string;
  readonly from: number;
  readonly to: number;
  readonly overflows: readonly OverflowTrace[];
}

/** A wakeup that a writer posted. */
export interface WakeupTrace {
  readonly at: number;
  readonly cpu: number;
  readonly buffer: number;
  readonly counter: number;
  /** Where the record ended that crossed the mark. */
  readonly head: number;
  /** How many bytes were unread then. */
  readonly level: number;
  /** When it was carried out; null: not before the run's end. */
  readonly run_at: number | null;
  /** `woke`: a sleeper. `awake`: nobody slept, and the next poll will see it. `lost`: the reader sleeps, and goes on to. */
  readonly outcome: 'woke' | 'awake' | 'lost';
}

/** A task on a CPU. */
export interface StintTrace {
  readonly cpu: number;
  readonly task: number;
  readonly from: number;
  readonly to: number;
}

export interface SleepTrace {
  readonly from: number;
  readonly to: number;
  /** When it was told to wake, and by what; null: never. */
  readonly woken: { readonly at: number; readonly by: string } | null;
}

/** A system call in which a task may sleep. */
export interface CallTrace {
  readonly task: number;
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly sleeps: readonly SleepTrace[];
}

/** A reader took all up to `tail` out of a buffer. */
export interface ReadTrace {
  readonly at: number;
  readonly task: number;
  readonly buffer: number;
  readonly tail: number;
  readonly bytes: number;
}

/** A stretch of time in which records found no space. */
export interface LossTrace {
  readonly buffer: number;
  readonly from: number;
  readonly to: number;
  readonly records: number;
}

export interface TaskTrace {
  readonly pid: number;
  readonly tgid: number;
  comm: string;
  /** Times that it has slept in poll(2), those included that are not in the list. */
  polls: number;
}

/** Of all wakeups, whether or not they are in the list. */
export interface WakeupCounts {
  readonly sent: number;
  readonly woke: number;
  readonly awake: number;
  readonly lost: number;
}

export interface Kept {
  /** What it is called in sentences. */
  readonly what: string;
  /** By which rule some were left out. */
  readonly how: 'evenly spread' | 'the extremes of equal spans of time';
  readonly seen: number;
  readonly kept: number;
}

export type KeptList =
  | 'quietNmis' | 'nmis' | 'quietInterrupts' | 'interrupts' | 'stints' | 'calls' | 'wakeups' | 'reads' | 'losses' | 'values';

export interface RunTrace {
  readonly cpus: number;
  readonly end: number;
  /** Names of the events, those of the command line first. */
  readonly events: readonly string[];
  readonly counters: readonly CounterTrace[];
  readonly buffers: readonly BufferTrace[];
  readonly tasks: readonly TaskTrace[];
  readonly interrupts: readonly InterruptTrace[];
  readonly stints: readonly StintTrace[];
  /** Nanoseconds of CPU time that the profiled tasks have had so far; straight from point to point. */
  readonly work: Series;
  readonly calls: readonly CallTrace[];
  readonly wakeups: readonly WakeupTrace[];
  readonly wakeupCounts: WakeupCounts;
  readonly reads: readonly ReadTrace[];
  readonly losses: readonly LossTrace[];
  readonly kept: Readonly<Record<KeptList, Kept>>;
}
