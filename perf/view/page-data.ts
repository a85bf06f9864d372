/**
 * What a page shows, as plain data: prepared here, drawn by bin/view/. Instants are nanoseconds since the page's zero.
 * Reference: docs/ARCHITECTURE.md, "A run is a value".
 */
import type { Series } from '../trace/run-trace.ts';

/** A step function; each instant and each value is the difference from the one before, which keeps the text short. */
export interface Points {
  readonly t: readonly number[];
  readonly v: readonly number[];
}

/** Something that happened, with a sentence that says exactly what. */
export interface Moment {
  readonly at: number;
  /** Its end, if it lasts. */
  readonly to?: number;
  readonly kind: 'woke' | 'awake' | 'lost' | 'read' | 'loss' | 'throttle' | 'silence';
  readonly text: string;
  /** A word or two, to stand next to its mark. */
  readonly label: string;
  /** The level of the buffer at that instant. */
  readonly level?: number;
}

export interface BufferView {
  readonly name: string;
  readonly size: number;
  readonly fill: Points;
  /** The level beyond which a wakeup is sent. */
  readonly mark: Points;
  readonly moments: readonly Moment[];
}

export interface EventView {
  readonly name: string;
  /** Samples that came through. */
  readonly kept: number;
  readonly samples: Points;
}

export interface SleepView {
  readonly from: number;
  readonly to: number;
  /** What ended it. */
  readonly by: string;
}

/** One run, simulated or recorded. What is not known of it is null or empty, and named in `unknown`. */
export interface RunView {
  readonly title: string;
  /** What one sees, in a sentence. */
  readonly headline: string;
  readonly good: boolean;
  readonly buffers: readonly BufferView[];
  readonly reader: { readonly name: string; readonly times: number; readonly sleeps: readonly SleepView[] } | null;
  readonly events: readonly EventView[];
  /** When a wakeup is sent, beside the level at which it is: `for every sample`. */
  readonly wakesAt: string | null;
  /** What was asked for, per event: samples over time. */
  readonly asked: Points | null;
  readonly askedText: string;
  /** Of a recording: what else happened. */
  readonly moments: readonly Moment[];
  readonly unknown: readonly string[];
}

export interface RunsPage {
  readonly kind: 'runs';
  readonly title: string;
  /** The command that made it. */
  readonly command: string;
  readonly intro: string;
  readonly end: number;
  readonly runs: readonly RunView[];
}

/** A series from `zero` on, as differences. */
export function points({ at, value }: Series, zero = 0): Points {
  const differences = (numbers: readonly number[], first: number): number[] => numbers.map((number, i) => number - (i === 0 ? first : numbers[i - 1]));
  return { t: differences(at, zero), v: differences(value, 0) };
}

/** 30014 → 30,014 */
export function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A duration in the unit that suits it. */
export function duration(ns: number): string {
  const [unit, size] = ([['s', 1e9], ['ms', 1e6], ['µs', 1e3], ['ns', 1]] as const).find(([, size]) => ns >= size) ?? ['ns', 1];
  return `${Number((ns / size).toPrecision(4))} ${unit}`;
}

/** An instant, to the microsecond. */
export function instant(ns: number): string {
  return `${(ns / 1e9).toFixed(6)} s`;
}
