/**
 * Which event goes on which counter.
 *
 * Reference: x86_schedule_events of arch/x86/kernel/cpu/perf_event.c, v3.1 and v3.2; section 8.3.
 * Not modelled: constraints that depend on other events (northbridge, shared registers).
 */
import type { PerfEvent } from '../structs.ts';

/** The counters that an event may use, by position, ascending: general ones before fixed ones. */
export type Constraint = readonly number[];

/** A counter position for each event, or null if not all find one. */
export type Assignment = readonly number[] | null;

/**
 * v3.1 to v3.3. Every event keeps its counter if it can; otherwise all are placed anew, the most constrained first, each
 * on the lowest free counter that it may use, so that general counters go before the fixed one.
 */
export function x86_schedule_events(events: readonly PerfEvent[], constraints: readonly Constraint[]): Assignment {
  return keep_previous(events, constraints) ?? lowest_free(constraints);
}

function keep_previous(events: readonly PerfEvent[], constraints: readonly Constraint[]): Assignment {
  let used = 0;
  const assignment: number[] = [];
  for (let i = 0; i < events.length; i++) {
    const { idx } = events[i]!.hw;
    if (idx === -1 || !constraints[i]!.includes(idx) || used & (1 << idx)) return null;
    used |= 1 << idx;
    assignment.push(idx);
  }
  return assignment;
}

/** Places all events on the lowest free counter that each may use, the most constrained first. */
export function lowest_free(constraints: readonly Constraint[]): Assignment {
  let used = 0;
  const assignment: number[] = Array.from({ length: constraints.length }, () => -1);
  const heaviest = Math.max(0, ...constraints.map((constraint) => constraint.length));
  for (let weight = 1; weight <= heaviest; weight++) {
    for (let i = 0; i < constraints.length; i++) {
      if (constraints[i]!.length !== weight) continue;
      const free = constraints[i]!.find((position) => (used & (1 << position)) === 0);
      if (free === undefined) return null;
      used |= 1 << free;
      assignment[i] = free;
    }
  }
  return assignment.includes(-1) ? null : assignment;
}
