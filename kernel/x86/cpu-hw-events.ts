/**
 * What is on one CPU's counters.
 *
 * Reference: struct cpu_hw_events of arch/x86/kernel/cpu/perf_event.h, v3.2; what belongs to last branch records and to precise events is kept in
 * lbr.ts and ds.ts.
 * Not modelled: masks of counters, which follow from the events on them; tags, by which an event sees that another has had its counter.
 */
import type { PerfEvent, Regs } from '../structs/index.ts';

export class CpuHwEvents {
  enabled = true;
  disable_count = 0;
  n_events = 0;
  n_added = 0;
  n_txn = 0;
  txn = false;
  /** By counter position. */
  readonly events: (PerfEvent | null)[];
  /** In the order in which they were added: the first `n_events`, and the counter that each is to have. */
  readonly event_list: PerfEvent[] = [];
  readonly assign: number[] = [];
  /** Where the interrupt came in that is served, once an overflow has asked. */
  regs: Regs | null = null;

  constructor(counters: number) {
    this.events = Array.from({ length: counters }, () => null);
  }
}
