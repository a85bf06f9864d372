/**
 * How long the tool and its child take for what they wait for: ranges in nanoseconds.
 *
 * Reference: section 12.5 of kernel.md for the model's own values; a run may give others (RunSpec.latencies).
 * Not modelled: a disk whose speed depends on how much is written.
 */
import type { DurationRange } from '../run-spec.ts';

export const TOOL_DURATIONS_NS = {
  /**
   * From the child's release to its exec's success: between a warm cache and a search of the whole PATH on a cold one.
   * Drawn evenly in its logarithm, as its order of magnitude is all that is known.
   */
  child_startup: [20_000, 1_000_000],
  /** How long write(2) sleeps, with the data still in the buffer: not at all while the page cache takes everything. */
  write: [0, 0],
} as const satisfies Record<string, DurationRange>;

export type ToolDurations = Readonly<Record<keyof typeof TOOL_DURATIONS_NS, DurationRange>>;
