/**
 * Which event goes on which counter.
 *
 * Reference: x86_schedule_events of arch/x86/kernel/cpu/perf_event.c, v3.1 and v3.2; section 8.3. __intel_shared_reg_get_constraints of
 * perf_event_intel.c for registers that events share.
 * Not modelled: northbridge events, whose constraints depend on other CPUs.
 */
import type { PerfEvent } from '../structs/index.ts';

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

/** The fast path: the first `n` events keep the counters that they had before, if all of them can. */
export function can_keep_previous(events: readonly PerfEvent[], n: number): boolean {
  let used = 0;
  for (let i = 0; i < n; i++) {
    const { idx, constraint } = events[i].hw;
    const bit = 1 << idx;
    if (idx === -1 || (constraint & bit) === 0 || (used & bit) !== 0) return false;
    used |= bit;
  }
  return true;
}

/** Whether there is an OFFCORE_RSP register for each filter that the events ask for, and LBR_SELECT for their branches; equal ones share it. */
export function have_shared_regs(events: readonly PerfEvent[], offcore_registers: number): boolean {
  const filters = new Set(events.flatMap(({ hw }) => (hw.offcore ? [hw.config] : [])));
  const branches = new Set(events.flatMap(({ hw: { branch_reg } }) => branch_reg?.config ?? []));
  return filters.size <= offcore_registers && branches.size <= 1;
}

/** Number of counters in a constraint. */
function weight(constraint: number): number {
  let count = 0;
  for (let rest = constraint; rest !== 0; rest &= rest - 1) count++;
  return count;
}
