/**
 * The fix, as it was committed: all events that are polled are linked to their buffer, and a wakeup is broadcast to
 * their wait queues.
 *
 * Parent: v3.1.
 * Upstream commit: 10c6db110d0e "perf: Fix loss of notification with multi-event" (November 2011).
 * Claim: whoever polls any event of a buffer is woken when that buffer has filled to its watermark; mmap_mutex makes
 * the change of an event's buffer atomic to perf_poll.
 * Known to fail: a wakeup for an event without a buffer follows NULL; and what section 5.9 lists.
 * Reference: kernel/events/core.c at that commit; section 5, column D.
 * Not modelled: see the files in kernel/.
 */
import { POLL_HUP } from '../abi/index.ts';
import { list_add, list_del_init, list_empty, list_empty_unlocked, list_for_each, list_next_rcu } from '../list.ts';
import {
  atomic_dec_and_test, mutex_lock, mutex_unlock, rcu_dereference, spin_lock_irqsave, spin_unlock_irqrestore, xchg,
} from '../primitives.ts';
import type { File, PerfEvent, PollTable, RingBuffer } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import { V3_1 } from './v3.1.ts';

export class FixAsCommitted extends V3_1 {
  static override readonly variant: VariantInfo = {
    name: 'fix-as-committed',
    parent: 'v3.1',
    commit: '10c6db110d0e',
    claim: 'a wakeup goes to every polled event of the buffer',
    known_to_fail: 'a wakeup for an event without a buffer (O_ASYNC, or munmap in between) follows NULL',
  };

  override perf_poll(file: File, wait: PollTable | null): number {
    const event = file.event!;
    // The mutex makes SET_OUTPUT's assignment of a buffer and its detaching from the old one atomic to this function.
    mutex_lock(event.mmap_mutex);
    this.hardware.rcu_read_lock();
    const rb = rcu_dereference(event.rb);
    let events = POLL_HUP;
    if (rb !== null) {
      this.ring_buffer_attach(event, rb);
      events = xchg(rb.poll, 0);
    }
    this.hardware.rcu_read_unlock();
    mutex_unlock(event.mmap_mutex);
    this.poll_wait(file, event.waitq, wait);
    return events;
  }

  /** Links the event to the buffer whose wakeups it shall get. Holds mmap_mutex. */
  ring_buffer_attach(event: PerfEvent, rb: RingBuffer): void {
    if (!list_empty_unlocked(event.rb_entry)) return;
    spin_lock_irqsave(rb.event_lock);
    if (list_empty(event.rb_entry)) list_add(event.rb_entry, rb.event_list);
    spin_unlock_irqrestore(rb.event_lock);
  }

  /** Unlinks the event, and wakes its waiters so that they look at the new buffer. Holds mmap_mutex. */
  ring_buffer_detach(event: PerfEvent, rb: RingBuffer): void {
    if (list_empty_unlocked(event.rb_entry)) return;
    spin_lock_irqsave(rb.event_lock);
    list_del_init(event.rb_entry);
    this.wake_up_all(event.waitq, event);
    spin_unlock_irqrestore(rb.event_lock);
  }

  override perf_event_wakeup(event: PerfEvent): void {
    this.ring_buffer_wakeup(event);
    this.kill_fasync(event);
  }

  /** Wakes the waiters of every event linked to the buffer. Walks the list without its lock. */
  ring_buffer_wakeup(event: PerfEvent): void {
    this.hardware.rcu_read_lock();
    const rb = this.wakeup_buffer(event);
    if (rb !== null) {
      for (let link = list_next_rcu(rb.event_list, rb.event_list); link !== null; link = list_next_rcu(link, rb.event_list)) {
        this.wake_up_all(link.entry!.waitq, link.entry!);
      }
    }
    this.hardware.rcu_read_unlock();
  }

  /** The buffer whose events are to be woken. It is taken for granted that there is one. */
  wakeup_buffer(event: PerfEvent): RingBuffer | null {
    return this.not_null(rcu_dereference(event.rb), 'event->rb');
  }

  override ring_buffer_put(rb: RingBuffer): void {
    if (!atomic_dec_and_test(rb.refcount)) return;
    spin_lock_irqsave(rb.event_lock);
    list_for_each(rb.event_list, (event) => {
      list_del_init(event.rb_entry);
      this.wake_up_all(event.waitq, event);
    });
    spin_unlock_irqrestore(rb.event_lock);
    this.rb_free_after_grace_period(rb);
  }

  override perf_mmap_detached(event: PerfEvent, rb: RingBuffer): void {
    this.ring_buffer_detach(event, rb);
  }

  override set_output_published(event: PerfEvent, old: RingBuffer | null): void {
    if (old !== null) this.ring_buffer_detach(event, old);
  }
}
