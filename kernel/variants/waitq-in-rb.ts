/**
 * The "seemingly straightforward solution" that the fix's text rejects: the wait queue lives in the ring buffer.
 *
 * Parent: v3.1.
 * Upstream commit: none; reconstructed from the text of 10c6db110d0e.
 * Claim: whoever polls any event of a buffer waits on the buffer, and is woken by its wakeups.
 * Known to fail: the buffer is freed while a sleeper is on its queue: poll pins the file, not the buffer.
 * Reference: section 5.7 of kernel.md; column B.
 * Not modelled: see the files in kernel/.
 */
import { POLL_HUP } from '../abi/index.ts';
import { rcu_dereference, xchg } from '../primitives.ts';
import type { File, PerfEvent, PollTable } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import { V3_1 } from './v3.1.ts';

export class WaitqInRb extends V3_1 {
  static override readonly variant: VariantInfo = {
    name: 'waitq-in-rb',
    parent: 'v3.1',
    commit: 'none',
    claim: 'the wait queue belongs to the buffer, so that all its events share it',
    known_to_fail: 'the buffer is freed while a sleeper is on its queue',
  };

  override perf_poll(file: File, wait: PollTable | null): number {
    this.hardware.rcu_read_lock();
    const rb = rcu_dereference(file.event!.rb);
    const events = rb === null ? POLL_HUP : xchg(rb.poll, 0);
    this.hardware.rcu_read_unlock();
    if (rb !== null) this.poll_wait(file, rb.waitq, wait);
    return events;
  }

  override perf_event_wakeup(event: PerfEvent): void {
    this.hardware.rcu_read_lock();
    const rb = rcu_dereference(event.rb);
    if (rb !== null) this.wake_up_all(rb.waitq, event);
    this.hardware.rcu_read_unlock();
    this.kill_fasync(event);
  }
}
