/**
 * Work that an NMI leaves for a context with interrupts enabled.
 *
 * Reference: kernel/irq_work.c and arch/x86/kernel/irq_work.c of v3.2; steps I1 to I4.
 * Not modelled: that the tick runs the list, too, which without a self-IPI is the only way.
 */
import { effect } from '../sim/memory.ts';
import { KernelBase } from './base.ts';
import { READ_ONCE, WRITE_ONCE, cmpxchg, xchg } from './primitives.ts';
import type { IrqWork, PerfEvent } from './structs/index.ts';

const IRQ_WORK_PENDING = 1;
const IRQ_WORK_BUSY = 2;

export abstract class IrqWorkCode extends KernelBase {
  /** The callback of every event's work item. Hard interrupt context. */
  abstract perf_pending_event(event: PerfEvent): void;

  /** Queues `work` on this CPU; false if it was pending already. Any context, NMI included. */
  irq_work_queue(work: IrqWork): boolean {
    for (;;) {
      const flags = READ_ONCE(work.flags);
      if (flags & IRQ_WORK_PENDING) return false;
      if (cmpxchg(work.flags, flags, IRQ_WORK_PENDING | IRQ_WORK_BUSY) === flags) break;
    }
    const { irq_work_list } = this.this_cpu();
    let head: IrqWork | null;
    do {
      head = READ_ONCE(irq_work_list);
      work.next = head;
    } while (cmpxchg(irq_work_list, head, work) !== head);
    if (head === null) effect(() => this.hardware.arch_irq_work_raise());
    return true;
  }

  /** IRQ_WORK_VECTOR: takes the whole list and runs it, newest first. Interrupts off. */
  irq_work_run(): void {
    let work = xchg(this.this_cpu().irq_work_list, null);
    while (work !== null) {
      const { next } = work;
      // From here on the item may be queued again; it then runs once more.
      WRITE_ONCE(work.flags, IRQ_WORK_BUSY);
      this.perf_pending_event(work.event);
      cmpxchg(work.flags, IRQ_WORK_BUSY, 0);
      work = next;
    }
  }

  /**
   * What has been queued with interrupts on runs in the order in which it was: each item would have run before the next
   * was queued, because the interrupt comes in at once.
   */
  irq_work_in_turn(): void {
    const { irq_work_list } = this.this_cpu();
    let work = READ_ONCE(irq_work_list);
    if (work === null || work.next === null) return;
    let oldest: IrqWork | null = null;
    while (work !== null) {
      const { next: older }: IrqWork = work;
      work.next = oldest;
      oldest = work;
      work = older;
    }
    WRITE_ONCE(irq_work_list, oldest);
  }

  /** Whether the item is queued or its callback still runs; irq_work_sync waits for false. */
  irq_work_busy(work: IrqWork): boolean {
    return (READ_ONCE(work.flags) & IRQ_WORK_BUSY) !== 0;
  }
}
