/**
 * Which event goes on which counter.
 *
 * Reference: x86_schedule_events of arch/x86/kernel/cpu/perf_event.c, v3.1 and v3.2; section 8.3.
 * Not modelled: northbridge events, whose constraints depend on other CPUs.
 */
/** A counter position for each event, or null if not all find one. */
export type Assignment = readonly number[] | null;

/**
 * v3.1 and v3.2: events with these constraints are placed on the lowest free counter that each may use, the most
 * constrained first, so that general counters go before the fixed ones.
 */
export function lowest_free(constraints: readonly number[]): Assignment {
  let used = 0;
  const assignment = constraints.map(() => -1);
  const weights = constraints.map(weight);
  for (let w = 1; w <= Math.max(0, ...weights); w++) {
    for (let i = 0; i < constraints.length; i++) {
      if (weights[i] !== w) continue;
      const free = constraints[i] & ~used;
      if (free === 0) return null;
      const lowest = free & -free;
      used |= lowest;
      assignment[i] = Math.log2(lowest);
    }
  }
  return assignment.includes(-1) ? null : assignment;
}

/** Number of counters in a constraint. */
function weight(constraint: number): number {
  let count = 0;
  for (let rest = constraint; rest !== 0; rest &= rest - 1) count++;
  return count;
}
