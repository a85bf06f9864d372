/**
 * v3.10: mmap and SET_OUTPUT link an event to its buffer, and the last munmap takes the buffer away from all its events.
 *
 * Parent: v3.4.
 * Upstream commit: 9bb5d40cd93c "perf: Fix mmap() accounting hole" (June 2013), with 26cb63ad11e0, dd9c086d9f50 (a record
 * larger than the buffer), 724b6daa13e1 (v3.5: a group ioctl acts on the siblings), 226424eee809 (v3.9: a group that moves
 * goes on counting), 778141e3cf0b (the period that samples of clocks tell of), 2fe85427e3bf (MMAP_DATA in misc) and Sandy Bridge's filters
 * for the last cache and memory nodes (v3.6).
 * Claim: nobody writes into a buffer that no user can see, and a closed event is on no list.
 * Known to fail: the list is edited under its readers; two unmappers may both take themselves for the last; SET_OUTPUT
 * may hand out a buffer whose last mapping is going.
 * Reference: section 6.3 of kernel.md.
 * Not modelled: a mapping's length beside its buffer's.
 */
import type { CacheTable, Chip } from '../../pmu/chip.ts';
import { EINVAL, ENOMEM, EPERM, PERF_RECORD_MISC_MMAP_DATA, POLL_HUP } from '../abi/index.ts';
import { attr_limits } from '../attr-limits.ts';
import type { MmapRequest } from '../buffer.ts';
import { list_next_rcu } from '../list.ts';
import {
  READ_ONCE, WRITE_ONCE, atomic_add_return, atomic_dec_and_mutex_lock, atomic_dec_and_test, atomic_inc, atomic_inc_not_zero, kzalloc, mutex_lock,
  mutex_unlock, rcu_assign_pointer, rcu_dereference, xchg,
} from '../primitives.ts';
import {
  PERF_EVENT_STATE_INACTIVE, PERF_EVENT_STATE_OFF, RingBuffer, VmArea, type File, type PerfEvent, type PollTable, type UserStruct,
} from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import type { X86Pmu } from '../x86/x86-pmu.ts';
import { V3_4, X86PmuV3_4 } from './v3.4.ts';

export class X86PmuV3_10 extends X86PmuV3_4 {
  override hw_cache_event_ids(chip: Chip): CacheTable {
    return chip.vendor === 'intel' ? chip.caches : super.hw_cache_event_ids(chip);
  }
}

export class V3_10 extends V3_4 {
  static override readonly variant: VariantInfo = {
    name: 'v3.10',
    parent: 'v3.4',
    commit: '9bb5d40cd93c',
    claim: 'the last munmap takes the buffer away from all its events',
    known_to_fail: 'the list of events is edited while a wakeup walks it',
  };

  override readonly attr_limits = attr_limits('3.10');

  override make_x86_pmu(): X86Pmu {
    return new X86PmuV3_10(this);
  }

  override group_target(_leader: PerfEvent, sibling: PerfEvent): PerfEvent {
    return sibling;
  }

  override perf_group_remove(leader: PerfEvent): readonly PerfEvent[] {
    const members = super.perf_group_remove(leader);
    for (const member of members) member.state = member.attr.disabled ? PERF_EVENT_STATE_OFF : PERF_EVENT_STATE_INACTIVE;
    return members;
  }

  override perf_first_last_period({ hw }: PerfEvent): number {
    return hw.sample_period;
  }

  override perf_mmap_misc(executable: boolean): number {
    return super.perf_mmap_misc(executable) | (executable ? 0 : PERF_RECORD_MISC_MMAP_DATA);
  }

  override perf_output_space(rb: RingBuffer, tail: number, offset: number, head: number): boolean {
    return (!rb.writable || head - offset <= rb.size) && super.perf_output_space(rb, tail, offset, head);
  }

  override perf_poll(file: File, wait: PollTable | null): number {
    const event = file.event!;
    mutex_lock(event.mmap_mutex);
    const rb = rcu_dereference(event.rb);
    const events = rb === null ? POLL_HUP : xchg(rb.poll, 0);
    mutex_unlock(event.mmap_mutex);
    this.poll_wait(file, event.waitq, wait);
    return events;
  }

  /** Gives the event `rb`, or none, in place of the buffer that it had; whoever sleeps on it looks again. Holds mmap_mutex. */
  perf_event_replace_buffer(event: PerfEvent, rb: RingBuffer | null): void {
    const old = READ_ONCE(event.rb);
    if (old !== null) this.ring_buffer_detach(event, old);
    if (rb !== null) this.ring_buffer_attach(event, rb);
    rcu_assign_pointer(event.rb, rb);
    if (old === null) return;
    this.ring_buffer_put(old);
    this.wake_up_all(event.waitq, event);
  }

  /** Takes from the event the buffer that it has. Holds mmap_mutex. */
  perf_event_take_buffer(event: PerfEvent, rb: RingBuffer): void {
    rcu_assign_pointer(event.rb, null);
    this.ring_buffer_detach(event, rb);
    this.ring_buffer_put(rb);
  }

  override set_output_locked(event: PerfEvent, output: PerfEvent | null): { old: RingBuffer | null } | number {
    if (READ_ONCE(event.mmap_count) !== 0) return -EINVAL;
    const rb = output === null ? null : this.ring_buffer_get(output);
    if (output !== null && rb === null) return -EINVAL;
    this.perf_event_replace_buffer(event, rb);
    return { old: null };
  }

  override perf_mmap(file: File, request: MmapRequest): VmArea | number {
    const event = file.event!;
    const invalid = this.perf_mmap_invalid(event, request);
    if (invalid !== 0) return invalid;
    let rb: RingBuffer | null;
    for (;;) {
      mutex_lock(event.mmap_mutex);
      rb = READ_ONCE(event.rb);
      if (rb === null || rb.nr_pages !== request.pages - 1 || !this.perf_mmap_may_share(event) || atomic_inc_not_zero(rb.mmap_count)) break;
      this.perf_mmap_dying(event);
      mutex_unlock(event.mmap_mutex);
    }
    const result = this.perf_mmap_locked(event, rb, request);
    mutex_unlock(event.mmap_mutex);
    if (typeof result === 'number') return result;
    atomic_inc(file.f_count);
    return kzalloc(() => new VmArea(file, event, result, request.pages, request.writable));
  }

  /** Whether an event that has a buffer may be mapped. Holds mmap_mutex. */
  perf_mmap_may_share(_event: PerfEvent): boolean {
    return true;
  }

  /** The event's buffer is losing its last mapping elsewhere: whoever does that will soon take it from this event. */
  perf_mmap_dying(_event: PerfEvent): void {}

  perf_mmap_locked(event: PerfEvent, present: RingBuffer | null, request: MmapRequest): RingBuffer | number {
    if (present !== null && present.nr_pages !== request.pages - 1) return -EINVAL;
    const user = this.current()!.user;
    if (present === null && this.perf_mmap_over_limit(user, request.pages)) return -EPERM;
    if (present === null && this.should_fail()) return -ENOMEM;
    const rb = present ?? this.perf_mmap_first(event, user, request);
    atomic_inc(event.mmap_count);
    return rb;
  }

  /** The user to whom the pages are accounted is now the buffer's: any event may be the last to unmap it. */
  override perf_mmap_first(event: PerfEvent, user: UserStruct, request: MmapRequest): RingBuffer {
    const watermark = event.attr.watermark ? event.attr.wakeup_events : 0;
    const rb = this.rb_alloc(request.pages - 1, watermark, request.writable);
    rb.mmap_locked = this.perf_mmap_charge(user, request.pages);
    rb.mmap_user = user;
    WRITE_ONCE(rb.mmap_count, 1);
    this.perf_event_replace_buffer(event, rb);
    return rb;
  }

  /** A forked child does not inherit the mapping (VM_DONTCOPY). */
  override dup_mmap(): void {}

  override perf_mmap_open(vma: VmArea): void {
    super.perf_mmap_open(vma);
    atomic_inc(vma.rb.mmap_count);
  }

  override perf_mmap_close(vma: VmArea): void {
    const { event } = vma;
    const rb = READ_ONCE(event.rb)!;
    const detach_rest = this.perf_mmap_last(rb);
    if (!atomic_dec_and_mutex_lock(event.mmap_count, event.mmap_mutex)) return;
    rcu_assign_pointer(event.rb, null);
    this.ring_buffer_detach(event, rb);
    mutex_unlock(event.mmap_mutex);
    if (detach_rest()) this.perf_mmap_detach_rest(rb, vma);
    // The event's own reference, kept until here so that the buffer lives.
    this.ring_buffer_put(rb);
  }

  /** Gives up one mapping of the buffer; the answer tells, later, whether it was the last. */
  perf_mmap_last(rb: RingBuffer): () => boolean {
    atomic_add_return(rb.mmap_count, -1);
    return () => READ_ONCE(rb.mmap_count) === 0;
  }

  /** The last mapping of the buffer is gone: takes it away from all events that were redirected to it, and gives back its pages. */
  perf_mmap_detach_rest(rb: RingBuffer, vma: VmArea): void {
    for (let event = this.perf_mmap_next(rb); event !== null; event = this.perf_mmap_next(rb)) {
      mutex_lock(event.mmap_mutex);
      if (READ_ONCE(event.rb) === rb) this.perf_event_take_buffer(event, rb);
      mutex_unlock(event.mmap_mutex);
      this.fput(event.filp!);
    }
    this.perf_mmap_uncharge(rb.mmap_user!, vma, rb.nr_pages + 1, rb.mmap_locked);
  }

  /** The first event of the buffer that is not being closed, with a reference to it. */
  perf_mmap_next(rb: RingBuffer): PerfEvent | null {
    this.hardware.rcu_read_lock();
    let link = list_next_rcu(rb.event_list, rb.event_list);
    while (link !== null && !atomic_inc_not_zero(link.entry!.filp!.f_count)) link = list_next_rcu(link, rb.event_list);
    this.hardware.rcu_read_unlock();
    return link === null ? null : link.entry;
  }

  override perf_event_drop_buffer(event: PerfEvent): void {
    if (READ_ONCE(event.rb) === null) return;
    mutex_lock(event.mmap_mutex);
    const rb = READ_ONCE(event.rb);
    if (rb !== null) this.perf_event_take_buffer(event, rb);
    mutex_unlock(event.mmap_mutex);
  }

  override ring_buffer_put(rb: RingBuffer): void {
    if (atomic_dec_and_test(rb.refcount)) this.rb_free_after_grace_period(rb);
  }
}
