/**
 * v3.15: the list of a buffer's events is edited as RCU asks: an entry that has left it keeps its pointers for a grace
 * period before it joins another list.
 *
 * Parent: v3.11.
 * Upstream commit: b69cf53640da (March 2014) with cf4957f17f2a (v3.12: IOC_ID), CIRC_SPACE of v3.13, bad7192b842c (v3.14:
 * IOC_PERIOD begins a period at once), 0819b2e30ccb (no event is opened with a period of 2^63 or more), 46ce0fe97a6b (at an exit the last event
 * ends first), 8b4d801b2b12 (v3.12: a task's breakpoints are counted by CPU), 26e61e8939b1 (v3.14: the driver knows what it has
 * just added) and v3.12's care for members of groups that are off.
 * Claim: a wakeup that walks the list always comes to its end.
 * Known to fail: the grace period is counted from before the removal, so that a reader between the two is not waited for.
 * Reference: section 6.4 of kernel.md, without E10.
 * Not modelled: see the files in kernel/.
 */
import { effect } from '../../sim/memory.ts';
import { EFAULT, PERF_EVENT_IOC_ID, type PerfEventAttr } from '../abi/index.ts';
import { attr_limits } from '../attr-limits.ts';
import { BreakpointPmu } from '../breakpoint-pmu.ts';
import { list_add, list_del_rcu, list_entries } from '../list.ts';
import {
  READ_ONCE, atomic_dec_and_mutex_lock, mutex_unlock, rcu_assign_pointer, spin_lock_irqsave, spin_unlock_irqrestore,
} from '../primitives.ts';
import {
  NO_GRACE_PERIOD, PERF_EF_RELOAD, PERF_EF_UPDATE, PERF_EVENT_STATE_ACTIVE, type PerfEvent, type PerfEventContext,
  type RingBuffer, type VmArea,
} from '../structs/index.ts';
import type { IoctlArgument } from '../syscalls.ts';
import type { VariantInfo } from '../variant.ts';
import type { X86Pmu } from '../x86/x86-pmu.ts';
import { V3_11, X86PmuV3_11 } from './v3.11.ts';

export class X86PmuV3_15 extends X86PmuV3_11 {
  protected override was_just_added(_txn: boolean, at: number, n_running: number): boolean {
    return at >= n_running;
  }
}

export class BreakpointPmuV3_15 extends BreakpointPmu {
  protected override is_there(event: PerfEvent, cpu: number): boolean {
    return event.cpu === -1 || event.cpu === cpu;
  }
}

export class V3_15 extends V3_11 {
  static override readonly variant: VariantInfo = {
    name: 'v3.15',
    parent: 'v3.11',
    commit: 'b69cf53640da',
    claim: 'an event joins another list only after a grace period',
    known_to_fail: 'the grace period may begin before the event has left the first list',
  };

  override readonly attr_limits = attr_limits('3.15');

  override make_x86_pmu(): X86Pmu {
    return new X86PmuV3_15(this);
  }

  override make_breakpoint_pmu(): BreakpointPmu {
    return new BreakpointPmuV3_15(this);
  }

  override perf_sample_reads({ state }: PerfEvent): boolean {
    return state === PERF_EVENT_STATE_ACTIVE;
  }

  override perf_ioctl_pointer(event: PerfEvent, command: number, argument: Exclude<IoctlArgument, number>): number {
    if (command !== PERF_EVENT_IOC_ID) return super.perf_ioctl_pointer(event, command, argument);
    if (argument === null || typeof argument === 'bigint') return -EFAULT;
    effect(() => {
      argument.id = event.parent?.id ?? event.id;
    });
    return 0;
  }

  override perf_period_invalid(attr: PerfEventAttr): boolean {
    return super.perf_period_invalid(attr) || this.perf_period_negative(attr);
  }

  /** As a signed number, which the PMUs take it for. */
  perf_period_negative({ freq, sample_period }: PerfEventAttr): boolean {
    return !freq && sample_period >= 1n << 63n;
  }

  override perf_event_period(event: PerfEvent, value: bigint): number {
    const result = super.perf_event_period(event, value);
    if (result === 0) this.on_context(event.ctx!, event.cpu, () => this.perf_event_begin_period(event));
    return result;
  }

  /** Where the event counts, interrupts off: what has been counted of the old period is forgotten. */
  perf_event_begin_period(event: PerfEvent): void {
    const { hw } = event;
    const active = event.state === PERF_EVENT_STATE_ACTIVE;
    if (active) event.pmu.stop(event, PERF_EF_UPDATE);
    hw.period_left = 0;
    if (active) event.pmu.start(event, PERF_EF_RELOAD);
  }

  override perf_events_at_exit({ event_list }: PerfEventContext): readonly PerfEvent[] {
    return list_entries(event_list);
  }

  /** CIRC_SPACE: one byte stays free, whatever the tail says. */
  override perf_output_space(rb: RingBuffer, tail: number, offset: number, head: number): boolean {
    return !rb.writable || ((tail - offset - 1) & (rb.size - 1)) >= head - offset;
  }

  override perf_event_replace_buffer(event: PerfEvent, rb: RingBuffer | null): void {
    const old = READ_ONCE(event.rb);
    if (old !== null) this.ring_buffer_leave(event, old);
    if (rb !== null) {
      if (event.rcu_batches !== NO_GRACE_PERIOD) {
        this.hardware.cond_synchronize_rcu(event.rcu_batches);
        event.rcu_batches = NO_GRACE_PERIOD;
      }
      spin_lock_irqsave(rb.event_lock);
      list_add(event.rb_entry, rb.event_list);
      spin_unlock_irqrestore(rb.event_lock);
    }
    rcu_assign_pointer(event.rb, rb);
    if (old === null) return;
    this.ring_buffer_put(old);
    // Whoever sleeps on the event looks at the new buffer.
    this.wake_up_all(event.waitq, event);
  }

  override perf_event_take_buffer(event: PerfEvent, _rb: RingBuffer): void {
    this.perf_event_replace_buffer(event, null);
  }

  override perf_mmap_close(vma: VmArea): void {
    const { event } = vma;
    const rb = this.ring_buffer_get(event)!;
    const detach_rest = this.perf_mmap_last(rb);
    if (atomic_dec_and_mutex_lock(event.mmap_count, event.mmap_mutex)) {
      this.perf_event_replace_buffer(event, null);
      mutex_unlock(event.mmap_mutex);
      if (detach_rest()) this.perf_mmap_detach_rest(rb, vma);
    }
    this.ring_buffer_put(rb);
  }

  /** Takes the event off the list of its buffer, for readers to find their way from it. Holds mmap_mutex. */
  ring_buffer_leave(event: PerfEvent, old: RingBuffer): void {
    this.ring_buffer_snapshot(event);
    this.ring_buffer_unlink(event, old);
  }

  ring_buffer_snapshot(event: PerfEvent): void {
    event.rcu_batches = effect(() => this.hardware.get_state_synchronize_rcu());
  }

  ring_buffer_unlink(event: PerfEvent, old: RingBuffer): void {
    spin_lock_irqsave(old.event_lock);
    list_del_rcu(event.rb_entry);
    spin_unlock_irqrestore(old.event_lock);
  }
}
