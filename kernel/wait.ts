/**
 * Wait queues, and the waiters that poll(2) puts on them.
 *
 * Reference: kernel/wait.c and the poll_wqueues half of fs/select.c of v3.2.
 * Not modelled: exclusive waiters; waiters other than poll's and epoll's.
 */
import { effect } from '../sim/memory.ts';
import { IrqWorkCode } from './irq_work.ts';
import { list_add, list_del_init, list_for_each } from './list.ts';
import { WRITE_ONCE, atomic_inc, kzalloc, spin_lock_irqsave, spin_unlock_irqrestore } from './primitives.ts';
import { WaitQueueEntry, type EpItem, type File, type PerfEvent, type PollTable, type PollWaiter, type WaitQueueHead } from './structs/index.ts';

export abstract class WaitCode extends IrqWorkCode {
  /** Wakes every waiter of `queue`, which belongs to `event`. Any context but NMI. */
  wake_up_all(queue: WaitQueueHead, event: PerfEvent): void {
    spin_lock_irqsave(queue.lock);
    list_for_each(queue.task_list, (entry) => {
      if (entry.item !== null) {
        this.ep_poll_callback(entry.item);
        return;
      }
      this.pollwake(entry);
      effect(() => this.trace.poller_woken(event, entry.waiter.task));
    });
    spin_unlock_irqrestore(queue.lock);
  }

  /** A file that an epoll watches may be ready. */
  abstract ep_poll_callback(item: EpItem): void;

  /** Marks the waiter's poll as triggered, so that a wake just before it sleeps is not lost, and wakes its task. */
  pollwake(entry: WaitQueueEntry): void {
    WRITE_ONCE(entry.waiter.triggered, 1);
    this.wake_up_process(entry.waiter);
  }

  wake_up_process(waiter: PollWaiter): void {
    effect(() => this.hardware.wake_up_process(waiter.task));
  }

  /** Registers the caller of poll(2) on `queue`; a null table registers nothing (sweeps after the first). */
  poll_wait(file: File, queue: WaitQueueHead, table: PollTable | null): void {
    if (table === null) return;
    const entry = kzalloc(() => new WaitQueueEntry(table.waiter, table.item));
    if (table.item === null) atomic_inc(file.f_count);
    table.entries.push({ queue, entry, file });
    this.add_wait_queue(queue, entry);
  }

  add_wait_queue(queue: WaitQueueHead, entry: WaitQueueEntry): void {
    spin_lock_irqsave(queue.lock);
    list_add(entry.link, queue.task_list);
    spin_unlock_irqrestore(queue.lock);
  }

  remove_wait_queue(queue: WaitQueueHead, entry: WaitQueueEntry): void {
    spin_lock_irqsave(queue.lock);
    list_del_init(entry.link);
    spin_unlock_irqrestore(queue.lock);
  }

  /** Takes the caller off all queues it is on, and drops the references that kept their files. */
  poll_freewait(table: PollTable): void {
    for (const { queue, entry, file } of table.entries) {
      this.remove_wait_queue(queue, entry);
      this.fput(file);
    }
  }

  /** Drops a reference to an open file; the last one releases it. */
  abstract fput(file: File): void;
}
