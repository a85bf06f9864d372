/**
 * How long a workload takes: for progress, and to know when a run must be over.
 *
 * Reference: pmu/workload.ts.
 * Not modelled: waiting for a CPU, and interrupts; hence two answers, between which the truth lies on any machine.
 */
import type { Phase } from './workload.ts';

/** Nanoseconds that handling a page fault takes, at most. */
const FAULT_NS = 10_000;

/** Nanoseconds at `khz`, if each thread has a CPU of its own. */
export function shortest_ns(phases: readonly Phase[], khz: number): number {
  let at = 0;
  let end = 0;
  for (const phase of phases) {
    if (isOther(phase)) end = Math.max(end, at + shortest_ns(phase.phases, khz));
    else at += own_ns(phase, khz, shortest_ns);
  }
  return Math.max(at, end);
}

/** Nanoseconds at `khz`, if all threads share one CPU. */
export function longest_ns(phases: readonly Phase[], khz: number): number {
  return phases.reduce((sum, phase) => sum + (isOther(phase) ? longest_ns(phase.phases, khz) : own_ns(phase, khz, longest_ns)), 0);
}

type Others = Extract<Phase, { does: 'clone' | 'fork' }>;

/** Whether the phase is done by a thread of its own. */
function isOther(phase: Phase): phase is Others {
  return phase.does === 'clone' || phase.does === 'fork';
}

function own_ns(phase: Exclude<Phase, Others>, khz: number, of: (phases: readonly Phase[], khz: number) => number): number {
  switch (phase.does) {
    case 'run': {
      const { amount } = phase;
      if ('cpu_ns' in amount) return amount.cpu_ns;
      return 'alarm_ns' in amount ? amount.alarm_ns : (amount.cycles / khz) * 1e6;
    }
    case 'sleep':
      return phase.ns;
    case 'fault':
      return phase.count * FAULT_NS;
    default:
      return phase.times * of(phase.phases, khz);
  }
}
