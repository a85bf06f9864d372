/**
 * Putting events into contexts and taking them out, enabling and disabling them, wherever their task happens to run.
 *
 * Reference: perf_install_in_context, perf_remove_from_context, perf_event_enable, perf_event_disable,
 * perf_event_refresh, perf_event_period and perf_event_enable_on_exec of kernel/events/core.c, v3.1 and v3.2.
 * Process context unless said otherwise.
 * Not modelled: retries after a failed cross call (here the call never fails); that an event that is not on is read without one.
 */
import { load } from '../sim/memory.ts';
import { EVENT_ALL } from './context.ts';
import { EINVAL, type PerfEventAttr } from './abi/index.ts';
import { list_entries, list_for_each } from './list.ts';
import { atomic_add_return } from './primitives.ts';
import { TickCode } from './tick.ts';
import {
  PERF_EVENT_STATE_ERROR, PERF_EVENT_STATE_INACTIVE, PERF_EVENT_STATE_OFF, type PerfCpuContext, type PerfEvent,
  type PerfEventContext, type TaskStruct,
} from './structs/index.ts';

export abstract class ControlCode extends TickCode {
  /** Runs `fn` where the context is: on its CPU, on the CPU that runs its task, or here if the task does not run. */
  on_context(ctx: PerfEventContext, cpu: number, fn: () => void): void {
    const target = ctx.task === null ? cpu : this.cpu_running(ctx.task);
    if (target === -1 || target === this.hardware.smp_processor_id) fn();
    else this.hardware.smp_call_function(target, fn);
  }

  /** The CPU on which `task` runs now, or −1. */
  cpu_running(task: TaskStruct): number {
    return this.per_cpu.findIndex(({ current }) => load(current) === task);
  }

  /** Whether the context's events can be on this CPU's PMU now. */
  context_is_here(ctx: PerfEventContext): boolean {
    return ctx.task === null || this.current() === ctx.task;
  }

  /** Adds the event to its context, and schedules it in if it can count. */
  perf_install_in_context(ctx: PerfEventContext, event: PerfEvent, cpu: number): void {
    this.on_context(ctx, cpu, () => {
      if (!this.context_is_here(ctx)) {
        this.add_event_to_ctx(event, ctx);
        return;
      }
      this.ctx_resched(ctx, event, () => {
        this.update_context_time(ctx);
        this.add_event_to_ctx(event, ctx);
      });
    });
  }

  /** Events go off, `change` is made to one, and they go on again, so that it gets its turn in order. */
  ctx_resched(ctx: PerfEventContext, event: PerfEvent, change: () => void): void {
    const cpuctx = this.cpu_context(ctx);
    const task_ctx = ctx.task === null ? cpuctx.task_ctx : ctx;
    cpuctx.pmu.pmu_disable();
    this.ctx_make_room(cpuctx, ctx, event);
    cpuctx.task_ctx = task_ctx;
    change();
    this.perf_event_sched_in(cpuctx, task_ctx);
    cpuctx.pmu.pmu_enable();
  }

  /** What goes off for `event` of `ctx`, which is to be put on: everything. */
  ctx_make_room(cpuctx: PerfCpuContext, _ctx: PerfEventContext, _event: PerfEvent): void {
    if (cpuctx.task_ctx !== null) this.ctx_sched_out(cpuctx.task_ctx, cpuctx, EVENT_ALL);
    this.ctx_sched_out(cpuctx.ctx, cpuctx, EVENT_ALL);
  }

  perf_remove_from_context(event: PerfEvent): void {
    const ctx = event.ctx!;
    this.on_context(ctx, event.cpu, () => {
      if (this.context_is_here(ctx)) {
        const cpuctx = this.cpu_context(ctx);
        this.event_sched_out(event, cpuctx, ctx);
        this.list_del_event(event, ctx);
        if (ctx.nr_events === 0 && cpuctx.task_ctx === ctx) {
          ctx.is_active = 0;
          cpuctx.task_ctx = null;
        }
      } else {
        this.list_del_event(event, ctx);
      }
    });
  }

  /** PERF_EVENT_IOC_DISABLE. */
  perf_event_disable(event: PerfEvent): void {
    const ctx = event.ctx!;
    this.on_context(ctx, event.cpu, () => {
      if (this.context_is_here(ctx)) {
        this.__perf_event_disable(event);
      } else if (event.state === PERF_EVENT_STATE_INACTIVE) {
        this.update_group_times(event);
        event.state = PERF_EVENT_STATE_OFF;
      }
    });
  }

  override __perf_event_disable(event: PerfEvent): void {
    const ctx = event.ctx!;
    if (event.state < PERF_EVENT_STATE_INACTIVE) return;
    const cpuctx = this.cpu_context(ctx);
    this.update_context_time(ctx);
    this.update_group_times(event);
    if (event === event.group_leader) this.group_sched_out(event, cpuctx, ctx);
    else this.event_sched_out(event, cpuctx, ctx);
    event.state = PERF_EVENT_STATE_OFF;
  }

  /** PERF_EVENT_IOC_ENABLE. An event in error may try again. */
  perf_event_enable(event: PerfEvent): void {
    const ctx = event.ctx!;
    if (event.state >= PERF_EVENT_STATE_INACTIVE) return;
    if (event.state === PERF_EVENT_STATE_ERROR) event.state = PERF_EVENT_STATE_OFF;
    this.on_context(ctx, event.cpu, () => {
      if (this.context_is_here(ctx)) this.__perf_event_enable(event);
      else this.__perf_event_mark_enabled(event);
    });
  }

  __perf_event_mark_enabled(event: PerfEvent): void {
    const now = event.ctx!.time;
    const enable = (member: PerfEvent): void => {
      member.tstamp_enabled = now - member.total_time_enabled;
    };
    event.state = PERF_EVENT_STATE_INACTIVE;
    enable(event);
    list_for_each(event.sibling_list, (sibling) => {
      if (sibling.state >= PERF_EVENT_STATE_INACTIVE) enable(sibling);
    });
  }

  __perf_event_enable(event: PerfEvent): void {
    const ctx = event.ctx!;
    const leader = event.group_leader!;
    this.update_context_time(ctx);
    if (event.state >= PERF_EVENT_STATE_INACTIVE) return;
    this.__perf_event_mark_enabled(event);
    if (!this.event_filter_match(event)) return;
    // A sibling of a group that is not on waits for its leader.
    if (leader !== event && leader.oncpu === -1) return;
    const cpuctx = this.cpu_context(ctx);
    cpuctx.pmu.pmu_disable();
    const on = this.group_can_go_on(event, cpuctx, true)
      && (event === leader ? this.group_sched_in(event, cpuctx, ctx) : this.event_sched_in(event, cpuctx, ctx));
    cpuctx.pmu.pmu_enable();
    if (on) return;
    if (leader !== event) this.group_sched_out(leader, cpuctx, ctx);
    if (leader.attr.pinned) this.perf_event_in_error(leader);
  }

  /** Enables what waited for an exec of its task, and schedules it in. The task runs here. */
  override perf_event_enable_on_exec(ctx: PerfEventContext): void {
    const cpuctx = this.this_cpu().contexts.find(({ task_ctx }) => task_ctx === ctx);
    if (ctx.nr_events === 0) return;
    if (cpuctx !== undefined) this.perf_event_context_sched_out(cpuctx, ctx);
    for (const event of this.perf_events_for_exec(ctx)) {
      if (!event.enable_on_exec) continue;
      event.enable_on_exec = false;
      if (event.state < PERF_EVENT_STATE_INACTIVE) this.__perf_event_mark_enabled(event);
    }
    const home = cpuctx ?? this.this_cpu().contexts.find((_, ctxn) => this.task_context(ctx.task, ctxn) === ctx)!;
    this.perf_event_context_sched_in(home, ctx);
  }

  /** The events that an exec may enable: v3.2 forgets the members of groups. */
  perf_events_for_exec({ pinned_groups, flexible_groups }: PerfEventContext): readonly PerfEvent[] {
    return [...list_entries(pinned_groups), ...list_entries(flexible_groups)];
  }

  /** PERF_EVENT_IOC_REFRESH: `count` more overflows, then the event is disabled. */
  perf_event_refresh(event: PerfEvent, count: number): number {
    if (event.attr.inherit || !event.is_sampling) return -EINVAL;
    atomic_add_return(event.event_limit, count);
    this.perf_event_enable(event);
    return 0;
  }

  /** PERF_EVENT_IOC_RESET: the count starts at zero again, the times go on. */
  perf_event_reset(event: PerfEvent): void {
    this.perf_event_read(event);
    event.count = 0;
  }

  /** PERF_EVENT_IOC_PERIOD: a period takes effect with the next overflow (v3.2), a frequency with the next adjustment. */
  perf_event_period(event: PerfEvent, value: bigint): number {
    if (!event.is_sampling || value === 0n || this.perf_new_period_invalid({ ...event.attr, sample_period: value })) return -EINVAL;
    if (event.attr.freq) event.sample_freq = Number(value);
    else event.hw.sample_period = Number(value);
    return 0;
  }

  /** Whether no event may be opened with this period, or frequency. */
  perf_period_invalid(attr: PerfEventAttr): boolean {
    return this.perf_new_period_invalid(attr);
  }

  /** Whether no event may be given this period, or frequency. */
  perf_new_period_invalid({ freq, sample_period }: PerfEventAttr): boolean {
    return freq && sample_period > BigInt(this.sysctl_perf_event_sample_rate);
  }

  /** Brings count and times up to date, on the CPU where the event counts. */
  perf_event_read(event: PerfEvent): void {
    const ctx = event.ctx;
    if (ctx === null) return;
    this.on_context(ctx, event.cpu, () => {
      if (ctx.is_active) this.update_context_time(ctx);
      this.update_event_times(event);
      if (event.oncpu !== -1) event.pmu.read(event);
    });
  }
}
