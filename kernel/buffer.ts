/**
 * The buffer's life: mmap, munmap, SET_OUTPUT, poll, and who is woken. The text of v3.1, before the fix: each event has
 * a wait queue of its own, and a wakeup goes to the queue of the event that posts it.
 *
 * Reference: perf_poll, perf_mmap, perf_mmap_close, perf_event_set_output and ring_buffer_put of
 * kernel/events/core.c, v3.1; sections 2.7, 3.1 and 5 (column A) of kernel.md.
 * Not modelled: memory exhaustion, but for faults that are injected (base.ts).
 */
import { effect } from '../sim/memory.ts';
import { EINVAL, ENOMEM, EPERM, PAGE_SIZE, POLL_HUP } from './abi/index.ts';
import { ControlCode } from './control.ts';
import {
  READ_ONCE, atomic_add_return, atomic_dec_and_mutex_lock, atomic_dec_and_test, atomic_inc, atomic_inc_not_zero, kzalloc, mutex_lock,
  mutex_unlock, rcu_assign_pointer, rcu_dereference, xchg,
} from './primitives.ts';
import { RingBuffer, VmArea, type File, type PerfEvent, type PollTable, type UserStruct } from './structs/index.ts';

/** What mmap(2) was asked for. */
export interface MmapRequest {
  /** Pages in all: the control page and the data pages. */
  readonly pages: number;
  readonly writable: boolean;
  readonly executable?: boolean;
  readonly shared: boolean;
  readonly page_offset: number;
}

export abstract class BufferCode extends ControlCode {
  /** f_op->poll: whether the buffer has posted a wakeup that nobody has consumed. Takes no lock in v3.1. */
  perf_poll(file: File, wait: PollTable | null): number {
    const event = file.event!;
    this.hardware.rcu_read_lock();
    const rb = rcu_dereference(event.rb);
    const events = rb === null ? POLL_HUP : xchg(rb.poll, 0);
    this.hardware.rcu_read_unlock();
    this.poll_wait(file, event.waitq, wait);
    return events;
  }

  /** Wakes the event's own waiters, and no others. Hard interrupt context. */
  override perf_event_wakeup(event: PerfEvent): void {
    this.wake_up_all(event.waitq, event);
    this.kill_fasync(event);
  }

  /** Takes a reference to the event's buffer; null if there is none, or it is dying. */
  ring_buffer_get(event: PerfEvent): RingBuffer | null {
    this.hardware.rcu_read_lock();
    const rb = rcu_dereference(event.rb);
    const alive = rb !== null && atomic_inc_not_zero(rb.refcount);
    this.hardware.rcu_read_unlock();
    return alive ? rb : null;
  }

  /** Drops a reference; the last one frees the buffer after a grace period. */
  ring_buffer_put(rb: RingBuffer): void {
    if (!atomic_dec_and_test(rb.refcount)) return;
    this.rb_free_after_grace_period(rb);
  }

  rb_free_after_grace_period(rb: RingBuffer): void {
    effect(() => this.hardware.call_rcu(rb.rcu_free));
  }

  /** mmap(2) on an event's file: maps the event's buffer, making it at first. Returns the mapping or an error. Holds mmap_sem. */
  perf_mmap(file: File, request: MmapRequest): VmArea | number {
    const event = file.event!;
    const invalid = this.perf_mmap_invalid(event, request);
    if (invalid !== 0) return invalid;
    const nr_pages = request.pages - 1;

    mutex_lock(event.mmap_mutex);
    let rb = READ_ONCE(event.rb);
    if (rb !== null) {
      if (rb.nr_pages !== nr_pages) {
        mutex_unlock(event.mmap_mutex);
        return -EINVAL;
      }
      this.perf_mmap_again(rb);
    } else {
      const user = this.current()!.user;
      if (this.perf_mmap_over_limit(user, request.pages)) {
        mutex_unlock(event.mmap_mutex);
        return -EPERM;
      }
      if (this.should_fail()) {
        mutex_unlock(event.mmap_mutex);
        return -ENOMEM;
      }
      rb = this.perf_mmap_first(event, user, request);
    }
    atomic_inc(event.mmap_count);
    mutex_unlock(event.mmap_mutex);

    const mapped = rb;
    atomic_inc(file.f_count);
    return kzalloc(() => new VmArea(file, event, mapped, request.pages, request.writable));
  }

  perf_mmap_invalid(event: PerfEvent, request: MmapRequest): number {
    // One buffer for the children of a task on all CPUs would have several writers at once.
    if (event.cpu === -1 && event.attr.inherit) return -EINVAL;
    if (!request.shared || request.page_offset !== 0) return -EINVAL;
    const nr_pages = request.pages - 1;
    return nr_pages < 0 || (nr_pages & (nr_pages - 1)) !== 0 ? -EINVAL : 0;
  }

  /** Whether the pages are more than perf grants the user and RLIMIT_MEMLOCK the process, and somebody cares. */
  perf_mmap_over_limit(user: UserStruct, pages: number): boolean {
    const { mm, rlimit_memlock } = this.current()!;
    const locked = mm.pinned_vm + this.perf_mmap_extra(user, pages);
    return locked > Math.floor(rlimit_memlock / PAGE_SIZE) && this.sysctl_perf_event_paranoid > -1 && !user.capable;
  }

  /** How many of the pages exceed what perf grants the user. */
  perf_mmap_extra(user: UserStruct, pages: number): number {
    const allowance = Math.floor((this.config.perf_event_mlock_kb * 1024) / PAGE_SIZE) * this.hardware.nr_cpus;
    return Math.max(0, READ_ONCE(user.locked_vm) + pages - allowance);
  }

  /** Accounts the pages to the user, and to the process those that exceed what perf grants: their number. */
  perf_mmap_charge(user: UserStruct, pages: number): number {
    const extra = this.perf_mmap_extra(user, pages);
    atomic_add_return(user.locked_vm, this.perf_mmap_user_share(pages, extra));
    const { mm } = this.current()!;
    if (extra > 0) mm.pinned_vm += extra;
    return extra;
  }

  perf_mmap_uncharge(user: UserStruct, { vm_mm }: VmArea, pages: number, extra: number): void {
    atomic_add_return(user.locked_vm, -this.perf_mmap_user_share(pages, extra));
    if (extra > 0 && vm_mm !== null) vm_mm.pinned_vm -= extra;
  }

  /** In v3.1 those that exceed the user's share are counted twice. */
  perf_mmap_user_share(pages: number, _extra: number): number {
    return pages;
  }

  /** A buffer of `nr_pages` data pages, with a mark after `watermark` bytes (0: half of it). A kernel may make one that has more fields. */
  rb_alloc(nr_pages: number, watermark: number, writable: boolean): RingBuffer {
    return kzalloc(() => new RingBuffer(nr_pages, watermark, writable));
  }

  /** The buffer is made by the first mapping; only this event's watermark counts. Holds mmap_mutex. */
  perf_mmap_first(event: PerfEvent, user: UserStruct, request: MmapRequest): RingBuffer {
    const watermark = event.attr.watermark ? event.attr.wakeup_events : 0;
    const rb = this.rb_alloc(request.pages - 1, watermark, request.writable);
    event.mmap_user = user;
    event.mmap_locked = this.perf_mmap_charge(user, request.pages);
    rcu_assign_pointer(event.rb, rb);
    return rb;
  }

  /** A further mapping takes a reference that munmap never gives back (section 5.9, D-e). Holds mmap_mutex. */
  perf_mmap_again(rb: RingBuffer): void {
    atomic_inc(rb.refcount);
  }

  /** One area of the mapping has become two, or has been inherited by a child. Holds mmap_sem. */
  perf_mmap_open({ event }: VmArea): void {
    atomic_inc(event.mmap_count);
  }

  /** munmap(2): the last mapping of the event takes its buffer away. Holds mmap_sem. */
  perf_mmap_close(vma: VmArea): void {
    const { event } = vma;
    if (!atomic_dec_and_mutex_lock(event.mmap_count, event.mmap_mutex)) return;
    const rb = READ_ONCE(event.rb)!;
    // A redirected event that is mapped has a buffer, but no user who locked it (section 2.7).
    const user = this.not_null(event.mmap_user, 'event->mmap_user');
    this.perf_mmap_uncharge(user, vma, rb.nr_pages + 1, event.mmap_locked);
    rcu_assign_pointer(event.rb, null);
    this.perf_mmap_detached(event, rb);
    mutex_unlock(event.mmap_mutex);
    this.ring_buffer_put(rb);
  }

  /** After the mapping's event has lost its buffer, mmap_mutex held. */
  perf_mmap_detached(_event: PerfEvent, _rb: RingBuffer): void {}

  /** PERF_EVENT_IOC_SET_OUTPUT: from now on `event` writes into the buffer that `output` has at this moment. */
  perf_event_set_output(event: PerfEvent, output: PerfEvent | null): number {
    if (output !== null) {
      if (event === output) return -EINVAL;
      if (output.cpu !== event.cpu) return -EINVAL;
      if (output.cpu === -1 && !this.same_owner(event, output)) return -EINVAL;
      if (this.perf_event_clock_of(output) !== this.perf_event_clock_of(event)) return -EINVAL;
      if (output.attr.write_backward !== event.attr.write_backward) return -EINVAL;
    }
    mutex_lock(event.mmap_mutex);
    const result = this.set_output_locked(event, output);
    mutex_unlock(event.mmap_mutex);
    if (typeof result === 'number') return result;
    if (result.old !== null) this.ring_buffer_put(result.old);
    return 0;
  }

  /** Whether the two count the same task: v3.2 compares contexts, of which a task has one for each kind of PMU. */
  same_owner(event: PerfEvent, output: PerfEvent): boolean {
    return output.ctx === event.ctx;
  }

  /** The part under mmap_mutex: the buffer that `event` had, or an error. */
  set_output_locked(event: PerfEvent, output: PerfEvent | null): { old: RingBuffer | null } | number {
    if (READ_ONCE(event.mmap_count) !== 0) return -EINVAL;
    let rb: RingBuffer | null = null;
    if (output !== null) {
      rb = this.ring_buffer_get(output);
      if (rb === null) return -EINVAL;
    }
    const old = READ_ONCE(event.rb);
    rcu_assign_pointer(event.rb, rb);
    this.set_output_published(event, old);
    return { old };
  }

  /** After the new buffer has been published, mmap_mutex held. */
  set_output_published(_event: PerfEvent, _old: RingBuffer | null): void {}

  /** The event is about to be freed: it gives up its buffer. */
  perf_event_drop_buffer(event: PerfEvent): void {
    const rb = READ_ONCE(event.rb);
    if (rb === null) return;
    this.ring_buffer_put(rb);
    rcu_assign_pointer(event.rb, null);
  }
}
