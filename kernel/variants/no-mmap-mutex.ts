/**
 * A draft of the fix: perf_poll reads the buffer and links the event to it without holding mmap_mutex.
 *
 * Parent: fix-as-committed, less the mutex that its comment gives the reason for.
 * Upstream commit: none; the text of 10c6db110d0e describes the race that it has.
 * Claim: RCU is enough to read the buffer and link the event to it.
 * Known to fail: SET_OUTPUT changes the buffer between the two; the event stays linked to the old one.
 * Reference: section 5.8 of kernel.md; column C.
 * Not modelled: see the files in kernel/.
 */
import { POLL_HUP } from '../abi/index.ts';
import { rcu_dereference, xchg } from '../primitives.ts';
import type { File, PollTable } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import { FixAsCommitted } from './fix-as-committed.ts';

export class NoMmapMutex extends FixAsCommitted {
  static override readonly variant: VariantInfo = {
    name: 'no-mmap-mutex',
    parent: 'fix-as-committed',
    commit: 'none',
    claim: 'RCU is enough to read the buffer and link the event to it',
    known_to_fail: 'SET_OUTPUT between the two leaves the event linked to the old buffer',
  };

  override perf_poll(file: File, wait: PollTable | null): number {
    const event = file.event!;
    this.hardware.rcu_read_lock();
    const rb = rcu_dereference(event.rb);
    let events = POLL_HUP;
    if (rb !== null) {
      this.ring_buffer_attach(event, rb);
      events = xchg(rb.poll, 0);
    }
    this.hardware.rcu_read_unlock();
    this.poll_wait(file, event.waitq, wait);
    return events;
  }
}
