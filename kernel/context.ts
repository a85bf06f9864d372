/**
 * Contexts: which events exist for a task or a CPU, and putting them on the PMU and off it again.
 *
 * Reference: kernel/events/core.c of v3.1 and v3.2, from list_add_event to perf_event_context_sched_in; sections 7.3
 * to 7.5. All functions here run on the context's CPU with interrupts off (ctx.lock held), unless they say otherwise.
 * Not modelled: swapping the equal contexts of two clones instead of re-programming; that a task whose context has lost all its
 * events makes those of the CPU go off and on; cgroups.
 */
import { list_add, list_add_tail, list_del_init, list_for_each, list_next } from './list.ts';
import { WRITE_ONCE, READ_ONCE } from './primitives.ts';
import { SoftwareEventCode } from './software-events.ts';
import {
  MAX_INTERRUPTS, PERF_ATTACH_CONTEXT, PERF_ATTACH_GROUP, PERF_EF_START, PERF_EVENT_STATE_ACTIVE,
  PERF_EVENT_STATE_ERROR, PERF_EVENT_STATE_INACTIVE, PERF_EVENT_STATE_OFF,
  type PerfCpuContext, type PerfEvent, type PerfEventContext,
} from './structs/index.ts';
import type { ListHead } from './list.ts';

/** enum event_type_t: which groups of a context are meant, and in ctx.is_active which are on. */
export const EVENT_FLEXIBLE = 1;
export const EVENT_PINNED = 2;
export const EVENT_ALL = EVENT_FLEXIBLE | EVENT_PINNED;

export interface EventTimes {
  readonly enabled: number;
  readonly running: number;
}

export abstract class ContextCode extends SoftwareEventCode {
  /** Brings ctx.time up to now. */
  update_context_time(ctx: PerfEventContext): void {
    const now = this.perf_clock();
    ctx.time += now - ctx.timestamp;
    ctx.timestamp = now;
  }

  /** Brings the event's enabled and running times up to its context's time. */
  update_event_times(event: PerfEvent): void {
    const ctx = event.ctx!;
    const leader = event.group_leader!;
    if (event.state < PERF_EVENT_STATE_INACTIVE || leader.state < PERF_EVENT_STATE_INACTIVE) return;
    const run_end = ctx.is_active ? ctx.time : event.tstamp_stopped;
    event.total_time_enabled = run_end - event.tstamp_enabled;
    const stopped = event.state === PERF_EVENT_STATE_INACTIVE ? event.tstamp_stopped : ctx.time;
    event.total_time_running = stopped - event.tstamp_running;
  }

  /**
   * The times up to now of an event that is on, without bringing the context's up to date: an NMI may ask, which holds no
   * lock. Of an event that is off it counts on as if it were on (so the READ of a task that has ended).
   */
  calc_timer_values(event: PerfEvent): EventTimes {
    const ctx_time = this.perf_event_time_now(event);
    return { enabled: ctx_time - event.tstamp_enabled, running: ctx_time - event.tstamp_running };
  }

  /** The context's time, if it has gone on since the event was put on. What it loses whenever others are put on is not known here. */
  perf_event_time_now({ shadow_ctx_time }: PerfEvent): number {
    return shadow_ctx_time + this.perf_clock();
  }

  /** The list that groups like that of `leader` are in. */
  groups_of(leader: PerfEvent, ctx: PerfEventContext): ListHead<PerfEvent> {
    return leader.attr.pinned ? ctx.pinned_groups : ctx.flexible_groups;
  }

  /** Adds an event, or a sibling with its leader, to the lists of `ctx`. */
  add_event_to_ctx(event: PerfEvent, ctx: PerfEventContext): void {
    this.list_add_event(event, ctx);
    this.perf_group_attach(event);
    event.tstamp_enabled = ctx.time;
    event.tstamp_running = ctx.time;
    event.tstamp_stopped = ctx.time;
  }

  /** The event becomes a member of its leader's group, whose reads, and samples that hold them, grow. A group that moves has its members already. */
  perf_group_attach(event: PerfEvent): void {
    const leader = event.group_leader!;
    if (leader === event || event.attach_state & PERF_ATTACH_GROUP) return;
    event.attach_state |= PERF_ATTACH_GROUP;
    if (!event.pmu.software) leader.group_software = false;
    list_add_tail(event.group_entry, leader.sibling_list);
    leader.nr_siblings++;
    leader.group_generation++;
    for (const member of this.perf_group_events(leader)) this.perf_event__header_size(member);
  }

  list_add_event(event: PerfEvent, ctx: PerfEventContext): void {
    event.ctx = ctx;
    event.attach_state |= PERF_ATTACH_CONTEXT;
    if (event.group_leader === event) {
      if (event.pmu.software) event.group_software = true;
      list_add_tail(event.group_entry, this.groups_of(event, ctx));
    }
    list_add(event.event_entry, ctx.event_list);
    ctx.nr_events++;
    if (event.attr.inherit_stat) ctx.nr_stat++;
  }

  list_del_event(event: PerfEvent, ctx: PerfEventContext): void {
    if ((event.attach_state & PERF_ATTACH_CONTEXT) === 0) return;
    event.attach_state &= ~PERF_ATTACH_CONTEXT;
    ctx.nr_events--;
    if (event.attr.inherit_stat) ctx.nr_stat--;
    list_del_init(event.event_entry);
    if (event.group_leader === event) list_del_init(event.group_entry);
    this.update_group_times(event);
    if (event.state > PERF_EVENT_STATE_OFF) event.state = PERF_EVENT_STATE_OFF;
    ctx.generation++;
  }

  /** Takes an event out of its group; a leader's siblings become groups of their own. */
  perf_group_detach(event: PerfEvent): void {
    const leader = event.group_leader!;
    if (leader !== event) {
      if ((event.attach_state & PERF_ATTACH_GROUP) === 0) return;
      event.attach_state &= ~PERF_ATTACH_GROUP;
      list_del_init(event.group_entry);
      leader.nr_siblings--;
      leader.group_generation++;
      event.group_leader = event;
      for (const member of this.perf_group_events(leader)) this.perf_event__header_size(member);
      return;
    }
    list_for_each(event.sibling_list, (sibling) => {
      sibling.group_leader = sibling;
      list_del_init(sibling.group_entry);
      sibling.attach_state &= ~PERF_ATTACH_GROUP;
      sibling.group_software = event.group_software;
      this.perf_sibling_upgraded(sibling, event);
    });
    event.nr_siblings = 0;
  }

  /** A sibling has become a group of its own: where its leader stood in the order of turns, and with samples as large as they were. */
  perf_sibling_upgraded(sibling: PerfEvent, leader: PerfEvent): void {
    if (sibling.attach_state & PERF_ATTACH_CONTEXT) list_add_tail(sibling.group_entry, leader.group_entry);
  }

  event_filter_match(event: PerfEvent): boolean {
    return event.cpu === -1 || event.cpu === this.hardware.smp_processor_id;
  }

  event_sched_in(event: PerfEvent, cpuctx: PerfCpuContext, ctx: PerfEventContext): boolean {
    if (event.state <= PERF_EVENT_STATE_OFF) return true;
    event.state = PERF_EVENT_STATE_ACTIVE;
    event.oncpu = this.hardware.smp_processor_id;
    if (event.hw.interrupts === MAX_INTERRUPTS) {
      this.perf_log_throttle(event, true);
      event.hw.interrupts = 0;
    }
    if (event.pmu.add(event, PERF_EF_START) !== 0) {
      event.state = PERF_EVENT_STATE_INACTIVE;
      event.oncpu = -1;
      return false;
    }
    event.tstamp_running += ctx.time - event.tstamp_stopped;
    event.shadow_ctx_time = ctx.time - ctx.timestamp;
    if (!event.pmu.software) cpuctx.active_oncpu++;
    ctx.nr_active++;
    if (event.attr.exclusive) cpuctx.exclusive = 1;
    return true;
  }

  event_sched_out(event: PerfEvent, cpuctx: PerfCpuContext, ctx: PerfEventContext): void {
    const tstamp = ctx.time;
    const { state } = event;
    // An event of another CPU does not run here: its running time stands still without being stopped.
    if (state === PERF_EVENT_STATE_INACTIVE && !this.event_filter_match(event)) {
      event.tstamp_running += tstamp - event.tstamp_stopped;
      event.tstamp_stopped = tstamp;
    }
    if (state !== PERF_EVENT_STATE_ACTIVE) return;
    event.state = PERF_EVENT_STATE_INACTIVE;
    if (READ_ONCE(event.pending_disable) !== 0) {
      WRITE_ONCE(event.pending_disable, 0);
      event.state = PERF_EVENT_STATE_OFF;
    }
    event.tstamp_stopped = tstamp;
    event.pmu.del(event);
    event.oncpu = -1;
    if (!event.pmu.software) cpuctx.active_oncpu--;
    ctx.nr_active--;
    if (event.attr.exclusive || cpuctx.active_oncpu === 0) cpuctx.exclusive = 0;
  }

  group_sched_out(leader: PerfEvent, cpuctx: PerfCpuContext, ctx: PerfEventContext): void {
    const was_exclusive = leader.attr.exclusive && leader.state === PERF_EVENT_STATE_ACTIVE;
    this.event_sched_out(leader, cpuctx, ctx);
    if (leader.nr_siblings > 0) {
      list_for_each(leader.sibling_list, (sibling) => this.event_sched_out(sibling, cpuctx, ctx));
    }
    if (was_exclusive) cpuctx.exclusive = 0;
  }

  /** All of the group or nothing goes on. */
  group_sched_in(leader: PerfEvent, cpuctx: PerfCpuContext, ctx: PerfEventContext): boolean {
    if (leader.state === PERF_EVENT_STATE_OFF) return true;
    const { pmu } = leader;
    pmu.start_txn();
    if (!this.event_sched_in(leader, cpuctx, ctx)) {
      pmu.cancel_txn();
      return false;
    }
    const head = leader.sibling_list;
    let link = list_next(head);
    while (link !== head && this.event_sched_in(link.entry!, cpuctx, ctx)) link = list_next(link);
    if (link === head && pmu.commit_txn() === 0) return true;
    this.group_error(leader, link, cpuctx, ctx);
    pmu.cancel_txn();
    return false;
  }

  /** Takes off again what of the group is on. From `failed` on nothing is: those are to have waited as long as the others. */
  group_error(leader: PerfEvent, failed: ListHead<PerfEvent>, cpuctx: PerfCpuContext, ctx: PerfEventContext): void {
    const head = leader.sibling_list;
    for (let link = list_next(head); link !== failed; link = list_next(link)) this.event_sched_out(link.entry!, cpuctx, ctx);
    for (let link = failed; link !== head; link = list_next(link)) {
      const event = link.entry!;
      event.tstamp_running += ctx.time - event.tstamp_stopped;
      event.tstamp_stopped = ctx.time;
    }
    this.event_sched_out(leader, cpuctx, ctx);
  }

  /** A group of software events always can; of others it depends on what is on. So it does of a member that is to join its group there. */
  group_can_go_on(event: PerfEvent, cpuctx: PerfCpuContext, can_add_hw: boolean): boolean {
    if (event.group_software) return true;
    if (cpuctx.exclusive) return false;
    if (event.attr.exclusive && cpuctx.active_oncpu) return false;
    return can_add_hw;
  }

  /** Puts the groups of `type` on that are not on yet. */
  ctx_sched_in(ctx: PerfEventContext, cpuctx: PerfCpuContext, type: number): void {
    const { is_active } = ctx;
    ctx.is_active = is_active | type;
    if (ctx.nr_events === 0) return;
    ctx.timestamp = this.perf_clock();
    const missing = type & ~is_active;
    if (missing & EVENT_PINNED) this.ctx_pinned_sched_in(ctx, cpuctx);
    if (missing & EVENT_FLEXIBLE) this.ctx_flexible_sched_in(ctx, cpuctx);
  }

  /** A pinned group that finds no counter is in error for good: read(2) returns end of file. */
  ctx_pinned_sched_in(ctx: PerfEventContext, cpuctx: PerfCpuContext): void {
    list_for_each(ctx.pinned_groups, (leader) => {
      if (leader.state <= PERF_EVENT_STATE_OFF || !this.event_filter_match(leader)) return;
      if (this.group_can_go_on(leader, cpuctx, true)) this.group_sched_in(leader, cpuctx, ctx);
      if (leader.state === PERF_EVENT_STATE_INACTIVE) this.perf_event_in_error(leader);
    });
  }

  perf_event_in_error(leader: PerfEvent): void {
    this.update_group_times(leader);
    leader.state = PERF_EVENT_STATE_ERROR;
  }

  /** Once a hardware group has found no counter, no later one is tried in this pass. */
  ctx_flexible_sched_in(ctx: PerfEventContext, cpuctx: PerfCpuContext): void {
    let can_add_hw = true;
    const head = ctx.flexible_groups;
    for (let link = list_next(head); link !== head; link = list_next(link)) {
      const leader = link.entry!;
      if (!this.event_filter_match(leader) || leader.state <= PERF_EVENT_STATE_OFF) continue;
      if (!this.group_can_go_on(leader, cpuctx, can_add_hw)) continue;
      if (!this.group_sched_in(leader, cpuctx, ctx)) can_add_hw = false;
    }
  }

  ctx_sched_out(ctx: PerfEventContext, cpuctx: PerfCpuContext, type: number): void {
    const { is_active } = ctx;
    ctx.is_active = is_active & ~type;
    if (ctx.nr_events === 0) return;
    this.update_context_time(ctx);
    if (ctx.nr_active === 0) return;
    const present = type & is_active;
    if (present & EVENT_PINNED) this.groups_sched_out(ctx.pinned_groups, cpuctx, ctx);
    if (present & EVENT_FLEXIBLE) this.groups_sched_out(ctx.flexible_groups, cpuctx, ctx);
  }

  groups_sched_out(groups: ListHead<PerfEvent>, cpuctx: PerfCpuContext, ctx: PerfEventContext): void {
    for (let link = list_next(groups); link !== groups; link = list_next(link)) {
      this.group_sched_out(link.entry!, cpuctx, ctx);
    }
  }

  update_group_times(leader: PerfEvent): void {
    this.update_event_times(leader);
    list_for_each(leader.sibling_list, (sibling) => this.update_event_times(sibling));
  }

  /** The order in which everything goes on: CPU pinned, task pinned, CPU flexible, task flexible. */
  perf_event_sched_in(cpuctx: PerfCpuContext, ctx: PerfEventContext | null): void {
    this.ctx_sched_in(cpuctx.ctx, cpuctx, EVENT_PINNED);
    if (ctx !== null) this.ctx_sched_in(ctx, cpuctx, EVENT_PINNED);
    this.ctx_sched_in(cpuctx.ctx, cpuctx, EVENT_FLEXIBLE);
    if (ctx !== null) this.ctx_sched_in(ctx, cpuctx, EVENT_FLEXIBLE);
  }

  /** The task whose context this is begins to run here. */
  perf_event_context_sched_in(cpuctx: PerfCpuContext, ctx: PerfEventContext): void {
    if (cpuctx.task_ctx === ctx) return;
    cpuctx.pmu.pmu_disable();
    // Pinned task events take precedence over flexible CPU events.
    this.ctx_sched_out(cpuctx.ctx, cpuctx, EVENT_FLEXIBLE);
    if (ctx.nr_events > 0) cpuctx.task_ctx = ctx;
    this.perf_event_sched_in(cpuctx, cpuctx.task_ctx);
    cpuctx.pmu.pmu_enable();
  }

  /** The task whose context this is stops running here. */
  perf_event_context_sched_out(cpuctx: PerfCpuContext, ctx: PerfEventContext): void {
    if (cpuctx.task_ctx === null) return;
    cpuctx.pmu.pmu_disable();
    this.ctx_sched_out(ctx, cpuctx, EVENT_ALL);
    cpuctx.task_ctx = null;
    cpuctx.pmu.pmu_enable();
  }

  /** The CPU context, of this CPU, in which events of `ctx` run. */
  cpu_context(ctx: PerfEventContext): PerfCpuContext {
    return this.this_cpu().contexts[ctx.ctxn];
  }
}
