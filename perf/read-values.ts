/**
 * What read(2) on an event returns, by name.
 * Reference: perf_event_open(2), "Reading results"; perf_read_one and perf_read_group of kernel/events/core.c.
 * Not modelled: nothing.
 */
import {
  PERF_FORMAT_GROUP, PERF_FORMAT_ID, PERF_FORMAT_LOST, PERF_FORMAT_TOTAL_TIME_ENABLED, PERF_FORMAT_TOTAL_TIME_RUNNING,
} from '../kernel/abi/index.ts';

export interface ReadValues {
  /** Nanoseconds; 0 if they were not asked for. */
  readonly enabled: number;
  readonly running: number;
  /** One event, or those of a group, its leader first. */
  readonly events: readonly { readonly value: number; readonly id?: number | undefined; readonly lost?: number | undefined }[];
}

export function readValues(words: readonly number[], read_format: number): ReadValues {
  let at = 0;
  const next = (): number => words[at++] ?? 0;
  const optional = (bit: number): number | undefined => (read_format & bit ? next() : undefined);
  const times = (): { enabled: number; running: number } => ({
    enabled: optional(PERF_FORMAT_TOTAL_TIME_ENABLED) ?? 0,
    running: optional(PERF_FORMAT_TOTAL_TIME_RUNNING) ?? 0,
  });
  if (read_format & PERF_FORMAT_GROUP) {
    const nr = next();
    const both = times();
    return { ...both, events: Array.from({ length: nr }, () => ({ value: next(), id: optional(PERF_FORMAT_ID), lost: optional(PERF_FORMAT_LOST) })) };
  }
  const value = next();
  const both = times();
  return { ...both, events: [{ value, id: optional(PERF_FORMAT_ID), lost: optional(PERF_FORMAT_LOST) }] };
}
