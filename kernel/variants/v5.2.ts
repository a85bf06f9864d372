/**
 * v5.2: data_head never goes back: the outermost writer publishes while its own depth still counts.
 *
 * Parent: v4.15.
 * Upstream commit: 1b038c6e05ff (May 2019), with 3f9fbe9bd86c, 4d839dd9e435 and 5322ea58a06d; 86e7972f690c (v4.7:
 * PAUSE_OUTPUT), 79c9ce57eb2d (v4.7: permission is asked for late), a723968c0ed3 (v4.3: no read larger than 16 KiB) and
 * ba5213ae6b88 (v4.13: inherited events may be read as a group, but not into samples).
 * Claim: a reader never sees data_head decrease.
 * Known to fail: two unmappers may both take themselves for the last.
 * Reference: section 3.7, N1; section 11.
 * Not modelled: barriers.
 */
import { load } from '../../sim/memory.ts';
import { E2BIG, EBADF, EFAULT, EINVAL, EPERM, PERF_EVENT_IOC_MODIFY_ATTRIBUTES, PERF_EVENT_IOC_PAUSE_OUTPUT,
  PERF_EVENT_IOC_QUERY_BPF, PERF_EVENT_IOC_SET_BPF, PERF_SAMPLE_READ, type PerfEventAttr } from '../abi/index.ts';
import { attr_limits } from '../attr-limits.ts';
import { READ_ONCE, WRITE_ONCE, rcu_dereference } from '../primitives.ts';
import { read_size } from '../output.ts';
import type { PerfOutputHandle } from '../ring_buffer.ts';
import { PERF_EVENT_STATE_ACTIVE, PERF_EVENT_STATE_INACTIVE, type PerfEvent, type PerfEventContext, type RingBuffer, type TaskStruct } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import { V4_15 } from './v4.15.ts';

/** Bytes that one read(2) of an event may return at most. */
const READ_SIZE_MAX = 16 * 1024;

/** The last of the descriptors that every program has, which are not modelled. */
const STDERR = 2;

export class V5_2 extends V4_15 {
  static override readonly variant: VariantInfo = {
    name: 'v5.2',
    parent: 'v4.15',
    commit: '1b038c6e05ff',
    claim: 'data_head never goes back',
    known_to_fail: 'two unmappers may both take themselves for the last',
  };

  override readonly attr_limits = attr_limits('5.2');

  /** Enabling puts all events on anew, in their order (v4.6). */
  override __perf_event_enable(event: PerfEvent): void {
    const ctx = event.ctx!;
    const leader = event.group_leader!;
    this.update_context_time(ctx);
    if (event.state >= PERF_EVENT_STATE_INACTIVE) return;
    if (!this.event_filter_match(event) || (leader !== event && leader.state !== PERF_EVENT_STATE_ACTIVE)) {
      this.__perf_event_mark_enabled(event);
    } else {
      this.ctx_resched(ctx, event, () => this.__perf_event_mark_enabled(event));
    }
  }

  /** An exit goes to the events of the task alone, and once to all others (4e93ad601a43, v4.5). */
  override perf_event_aux(task_ctx: PerfEventContext | null, visit: (event: PerfEvent) => void): void {
    if (task_ctx === null) super.perf_event_aux(null, visit);
    else this.perf_event_aux_ctx(task_ctx, visit);
  }

  override perf_event_exit_task(task: TaskStruct): void {
    task.perf_event_ctxp.forEach((slot, ctxn) => {
      const ctx = load(slot);
      if (ctx !== null) this.perf_event_exit_task_context(task, ctx, ctxn);
    });
    this.perf_event_task(task, null, false);
  }

  override ptrace_may_access(): boolean {
    return true;
  }

  override perf_check_permission(task: TaskStruct | null): boolean {
    return task === null || super.ptrace_may_access(task);
  }

  override perf_inherit_invalid({ inherit, sample_type }: PerfEventAttr): boolean {
    return inherit && (Number(sample_type) & PERF_SAMPLE_READ) !== 0;
  }

  /** No member of the group may have more to read than fits, with the new event in it. */
  override perf_event_oversized(event: PerfEvent, leader: PerfEvent | null): number {
    const group = leader === null ? [event] : [...this.perf_group_events(leader), event];
    return group.some((member) => read_size(member.read_format, group.length) > READ_SIZE_MAX) ? -E2BIG : 0;
  }

  /** The filter is fetched before anybody asks whether the event can have one (from memory: since 375637bc5249, v4.7). */
  override perf_event_set_filter(): number {
    return -EFAULT;
  }

  override perf_ioctl_later(event: PerfEvent, command: number, argument: number): number {
    // No descriptor is a BPF program's (v4.1), no tracepoint has any to ask for (v4.16), and no number is the address of an attr (v4.17).
    if (command === PERF_EVENT_IOC_SET_BPF) return argument > STDERR && this.file_of(argument) === null ? -EBADF : -EINVAL;
    if (command === PERF_EVENT_IOC_QUERY_BPF) return this.current()!.user.capable ? -EINVAL : -EPERM;
    if (command === PERF_EVENT_IOC_MODIFY_ATTRIBUTES) return -EFAULT;
    if (command !== PERF_EVENT_IOC_PAUSE_OUTPUT) return super.perf_ioctl_later(event, command, argument);
    const rb = rcu_dereference(event.rb);
    if (rb === null || rb.nr_pages === 0) return -EINVAL;
    rb.paused = argument !== 0;
    return 0;
  }

  override perf_output_refused(rb: RingBuffer, event: PerfEvent): boolean {
    if (!rb.paused) return super.perf_output_refused(rb, event);
    this.perf_output_count_lost(rb, event);
    return true;
  }

  /** A backward writer goes down towards the tail. */
  override perf_output_space(rb: RingBuffer, tail: number, offset: number, head: number): boolean {
    if (head > offset) return super.perf_output_space(rb, tail, offset, head);
    return !rb.writable || ((offset - tail - 1) & (rb.size - 1)) >= offset - head;
  }

  override perf_output_put_handle(handle: PerfOutputHandle): void {
    const { rb } = handle;
    const nest = READ_ONCE(rb.nest);
    if (nest > 1) {
      WRITE_ONCE(rb.nest, nest - 1);
      return;
    }
    for (;;) {
      const head = READ_ONCE(rb.head);
      // A writer that comes in now sees the depth and publishes nothing.
      WRITE_ONCE(rb.user_page.data_head, head);
      WRITE_ONCE(rb.nest, 0);
      if (head === READ_ONCE(rb.head)) break;
      WRITE_ONCE(rb.nest, 1);
    }
    if (handle.wakeup !== READ_ONCE(rb.wakeup)) this.perf_output_wakeup(handle);
  }
}
