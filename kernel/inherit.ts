/**
 * Events and tasks: inheriting events at fork, folding them back at exit.
 *
 * Reference: perf_event_init_task, inherit_event, perf_event_exit_task, sync_child_event and __perf_event_exit_task of
 * kernel/events/core.c, v3.1 and v3.2; sections 2.3 and 2.5.
 * Not modelled: inherit_stat's swapping of counts at a context switch; a fork that fails because an event cannot be made.
 */
import { load, store } from '../sim/memory.ts';
import type { PerfEventAttr } from './abi/index.ts';
import { list_add_tail, list_del_init, list_entries, list_for_each } from './list.ts';
import { atomic_inc, mutex_lock, mutex_unlock } from './primitives.ts';
import { EventPollCode } from './eventpoll.ts';
import {
  PERF_EVENT_STATE_INACTIVE, PERF_EVENT_STATE_OFF, type PerfEvent, type PerfEventContext, type TaskStruct,
} from './structs/index.ts';

export abstract class InheritCode extends EventPollCode {
  /** Gives `child`, a new task of the current one, its own copies of the inheritable events. */
  perf_event_init_task(child: TaskStruct): void {
    for (const slot of this.current()!.perf_event_ctxp) {
      const ctx = load(slot);
      if (ctx === null) continue;
      mutex_lock(ctx.mutex);
      for (const groups of [ctx.pinned_groups, ctx.flexible_groups]) {
        list_for_each(groups, (leader) => this.inherit_group(leader, child));
      }
      mutex_unlock(ctx.mutex);
    }
  }

  inherit_group(leader: PerfEvent, child: TaskStruct): void {
    if (!leader.attr.inherit || (leader.attr.inherit_thread && child.tgid !== this.current()!.tgid)) return;
    const child_leader = this.inherit_event(leader, child, null);
    if (child_leader === null) return;
    list_for_each(leader.sibling_list, (sibling) => this.inherit_event(sibling, child, child_leader));
    child_leader.group_generation = leader.group_generation;
  }

  /** A child event writes through the top parent, whose file it keeps open. */
  inherit_event(parent: PerfEvent, child: TaskStruct, leader: PerfEvent | null): PerfEvent | null {
    const top = parent.parent ?? parent;
    const event = this.perf_event_alloc(attr_by_now(top), parent.cpu, child, leader, top);
    if (typeof event === 'number') return null;
    const ctx = this.find_get_context(parent.ctx!.ctxn, child, event.cpu);
    if (typeof ctx === 'number') return null;
    event.state = this.perf_inherited_state(parent) >= PERF_EVENT_STATE_INACTIVE ? PERF_EVENT_STATE_INACTIVE : PERF_EVENT_STATE_OFF;
    if (top.attr.freq) {
      // The child starts with the period that the top parent has arrived at.
      event.hw.sample_period = top.hw.sample_period;
      event.hw.last_period = top.hw.sample_period;
      event.hw.period_left = top.hw.sample_period;
    }
    this.account_event(event, 1);
    this.perf_event__header_size(event);
    this.perf_event__id_header_size(event);
    this.add_event_to_ctx(event, ctx);
    this.pin_event(top);
    mutex_lock(top.child_mutex);
    list_add_tail(event.child_entry, top.child_list);
    mutex_unlock(top.child_mutex);
    return event;
  }

  /** Whose state a child event starts in: the top parent's in v3.2, which need not be that of the task that forks. */
  perf_inherited_state(parent: PerfEvent): number {
    return (parent.parent ?? parent).state;
  }

  /** An inherited event keeps the file of its parent open. */
  pin_event(top: PerfEvent): void {
    if (top.filp !== null) atomic_inc(top.filp.f_count);
  }

  unpin_event(top: PerfEvent): void {
    if (top.filp !== null) this.fput(top.filp);
  }

  /** The current task ends: its events stop, report its exit, and inherited ones are folded into their parents. */
  perf_event_exit_task(task: TaskStruct): void {
    task.perf_event_ctxp.forEach((slot, ctxn) => {
      const ctx = load(slot);
      if (ctx === null) {
        // Events of the CPU hear of the exit all the same.
        this.perf_event_task(task, null, false);
        return;
      }
      this.perf_event_exit_task_context(task, ctx, ctxn);
    });
  }

  perf_event_exit_task_context(task: TaskStruct, ctx: PerfEventContext, ctxn: number): void {
    this.perf_event_context_sched_out(this.this_cpu().contexts[ctxn], ctx);
    store(task.perf_event_ctxp[ctxn], null);
    this.perf_context_exited(ctx);
    this.perf_event_task(task, ctx, false);
    mutex_lock(ctx.mutex);
    for (const event of this.perf_events_at_exit(ctx)) this.perf_event_exit_event(event, ctx);
    mutex_unlock(ctx.mutex);
  }

  /** The context's time, which has just been brought up to date, is once more: until v4.5. */
  perf_context_exited(ctx: PerfEventContext): void {
    this.update_context_time(ctx);
  }

  /** The events in the order in which they end: the leaders, and then the members that have become groups of their own by that. */
  perf_events_at_exit({ pinned_groups, flexible_groups }: PerfEventContext): readonly PerfEvent[] {
    const leaders = [...list_entries(pinned_groups), ...list_entries(flexible_groups)];
    return [...leaders, ...leaders.flatMap(({ sibling_list }) => list_entries(sibling_list))];
  }

  /** exec(2): events that must not outlive the program end as if their task had. */
  perf_event_remove_on_exec(task: TaskStruct): void {
    task.perf_event_ctxp.forEach((slot, ctxn) => {
      const ctx = load(slot);
      if (ctx === null) return;
      mutex_lock(ctx.mutex);
      list_for_each(ctx.event_list, (event) => {
        if (!event.attr.remove_on_exec) return;
        this.event_sched_out(event, this.this_cpu().contexts[ctxn], ctx);
        this.perf_event_exit_event(event, ctx);
      });
      mutex_unlock(ctx.mutex);
    });
  }

  /** An event with a file of its own stays for its owner to read; an inherited one is done. */
  perf_event_exit_event(event: PerfEvent, ctx: PerfEventContext): void {
    const { parent } = event;
    if (parent !== null) this.perf_group_detach(event);
    this.perf_remove_from_context(event);
    if (parent !== null) this.sync_child_event(event, parent, ctx.task!);
  }

  sync_child_event(event: PerfEvent, parent: PerfEvent, task: TaskStruct): void {
    if (event.attr.inherit_stat) this.perf_event_read_event(event, task);
    parent.child_count += event.count;
    parent.child_total_time_enabled += event.total_time_enabled;
    parent.child_total_time_running += event.total_time_running;
    mutex_lock(parent.child_mutex);
    list_del_init(event.child_entry);
    mutex_unlock(parent.child_mutex);
    this.child_event_gone(parent);
    this.unpin_event(parent);
    this.free_event(event);
  }

  /** After a child event has left `parent`, which it still pins. */
  child_event_gone(_parent: PerfEvent): void {}
}

/** The attr as it is by now: an exec has cleared enable_on_exec, PERF_EVENT_IOC_PERIOD has changed the rate. */
function attr_by_now({ attr, enable_on_exec, is_sampling, sample_freq, hw }: PerfEvent): PerfEventAttr {
  const sample_period = is_sampling ? BigInt(attr.freq ? sample_freq : hw.sample_period) : attr.sample_period;
  return sample_period === attr.sample_period && enable_on_exec === attr.enable_on_exec ? attr : { ...attr, sample_period, enable_on_exec };
}
