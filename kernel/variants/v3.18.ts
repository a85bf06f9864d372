/**
 * v3.18: perf_poll queues its waiter before it looks at the flag, and says POLLHUP when there is no buffer.
 *
 * Parent: v3.15.
 * Upstream commit: e708d7ad8073 (August 2014) and 61b67684c167.
 * Claim: a wakeup between the look at the flag and the sleep is not lost.
 * Known to fail: the grace period may begin before the event has left the first list.
 * Reference: section 6.6 of kernel.md, steps 1 to 6.
 * Not modelled: the state of an event whose task has exited.
 */
import { POLLHUP } from '../abi/index.ts';
import { mutex_lock, mutex_unlock, rcu_dereference, xchg } from '../primitives.ts';
import type { File, PollTable } from '../structs.ts';
import type { VariantInfo } from '../variant.ts';
import { V3_15 } from './v3.15.ts';

export class V3_18 extends V3_15 {
  static override readonly variant: VariantInfo = {
    name: 'v3.18',
    parent: 'v3.15',
    commit: 'e708d7ad8073',
    claim: 'perf_poll waits before it tests: a wakeup in between is not lost',
    known_to_fail: 'the grace period may begin before the event has left the first list',
  };

  override perf_poll(file: File, wait: PollTable | null): number {
    const event = file.event!;
    this.poll_wait(file, event.waitq, wait);
    mutex_lock(event.mmap_mutex);
    const rb = rcu_dereference(event.rb);
    const events = rb === null ? POLLHUP : xchg(rb.poll, 0);
    mutex_unlock(event.mmap_mutex);
    return events;
  }
}
