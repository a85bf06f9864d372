/**
 * v3.18: perf_poll queues its waiter before it looks at the flag, and says POLLHUP when there is no buffer, or nobody left
 * who could write into it.
 *
 * Parent: v3.15.
 * Upstream commit: e708d7ad8073 (August 2014), 61b67684c167, of the same year 179033b3e064, dc633982ff3f and 1929def9e609 (a
 * child's event is born in the state of its own parent's); and of v3.16
 * 82b897782d10 (COMM says that it was an exec) and e041e328c4b4 (only an exec enables what waits for one).
 * Claim: a wakeup between the look at the flag and the sleep is not lost.
 * Known to fail: the grace period may begin before the event has left the first list.
 * Reference: section 6.6 of kernel.md, steps 1 to 6.
 * Not modelled: that until v4.5 inherited events of a closed one are taken away a tick after their task's next turn (fadfe7be6e50).
 */
import { PERF_RECORD_MISC_COMM_EXEC, POLLHUP } from '../abi/index.ts';
import { attr_limits } from '../attr-limits.ts';
import { list_empty } from '../list.ts';
import { mutex_lock, mutex_unlock, rcu_dereference, xchg } from '../primitives.ts';
import { PERF_EVENT_STATE_EXIT, type File, type PerfEvent, type PerfEventContext, type PollTable, type TaskStruct } from '../structs/index.ts';
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

  override readonly attr_limits = attr_limits('3.18');

  override perf_poll(file: File, wait: PollTable | null): number {
    const event = file.event!;
    this.poll_wait(file, event.waitq, wait);
    const hung_up = this.perf_poll_hung_up(event);
    if (hung_up !== 0) return hung_up;
    mutex_lock(event.mmap_mutex);
    const rb = rcu_dereference(event.rb);
    const events = rb === null ? POLLHUP : xchg(rb.poll, 0);
    mutex_unlock(event.mmap_mutex);
    return events;
  }

  override perf_comm_misc(exec: boolean): number {
    return exec ? PERF_RECORD_MISC_COMM_EXEC : 0;
  }

  /** What poll(2) says of an event that nobody can write records for, whatever is in its buffer; 0 of any other. */
  perf_poll_hung_up(event: PerfEvent): number {
    if (event.state !== PERF_EVENT_STATE_EXIT) return 0;
    mutex_lock(event.child_mutex);
    const no_children = list_empty(event.child_list);
    mutex_unlock(event.child_mutex);
    return no_children ? POLLHUP : 0;
  }

  override perf_inherited_state(parent: PerfEvent): number {
    return parent.state;
  }

  override perf_event_comm(task: TaskStruct, exec: boolean): void {
    this.perf_event_comm_record(task, exec);
  }

  override perf_event_exec(task: TaskStruct): void {
    this.perf_event_enable_all_on_exec(task);
    super.perf_event_exec(task);
  }

  override perf_event_enable(event: PerfEvent): void {
    if (event.state !== PERF_EVENT_STATE_EXIT) super.perf_event_enable(event);
  }

  override perf_event_exit_event(event: PerfEvent, ctx: PerfEventContext): void {
    super.perf_event_exit_event(event, ctx);
    if (event.parent !== null) return;
    event.state = PERF_EVENT_STATE_EXIT;
    this.perf_event_wakeup(event);
  }

  override child_event_gone(parent: PerfEvent): void {
    this.perf_event_wakeup(parent);
  }
}
