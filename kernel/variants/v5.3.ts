/**
 * v5.3: a context rotates only if one of its groups has found no counter, and then the group that has run longest.
 *
 * Parent: v5.2.
 * Upstream commit: fd7d55172d1e "perf/cgroups: Don't rotate events for cgroups unnecessarily" (June 2019), with
 * 8d5bce0c37fa (v4.17: groups ordered by CPU and turn), its repair of v5.4, 913a90bc5a3a (IOC_PERIOD takes no period of
 * 2^63 or more) and 44d3bbb6f5e5 (Nehalem's counters start 32 events before their overflow or earlier).
 * Claim: events for other CPUs neither keep the timer going nor take turns.
 * Known to fail: as v5.2; where only pinned events are left of those that have taken turns, the timer goes on.
 * Reference: perf_rotate_context, ctx_event_to_rotate and flexible_sched_in of kernel/events/core.c, v5.3; section 11.
 * Not modelled: cgroups; the tree, whose order for one CPU is that of the list here.
 */
import { EINVAL, type PerfEventAttr } from '../abi/index.ts';
import { attr_limits } from '../attr-limits.ts';
import { EVENT_FLEXIBLE } from '../context.ts';
import { list_add_tail, list_del_init, list_next } from '../list.ts';
import { PERF_EVENT_STATE_ACTIVE, type PerfCpuContext, type PerfEvent, type PerfEventContext } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import type { X86Pmu } from '../x86/x86-pmu.ts';
import { V5_2, X86PmuV5_2 } from './v5.2.ts';

export class X86PmuV5_3 extends X86PmuV5_2 {
  protected override limit_period(left: number): number {
    return Math.max(left, this.kernel.hardware.chip.minPeriod ?? 0);
  }

  override check_period(event: PerfEvent, value: bigint): number {
    return this.limit_period(Number(value)) > Number(value) ? -EINVAL : super.check_period(event, value);
  }
}

export class V5_3 extends V5_2 {
  static override readonly variant: VariantInfo = {
    name: 'v5.3',
    parent: 'v5.2',
    commit: 'fd7d55172d1e',
    claim: 'only a context in which a group waits for a counter rotates',
    known_to_fail: 'two unmappers may both take themselves for the last',
    counting_only: true,
  };

  override readonly attr_limits = attr_limits('5.3');

  override make_x86_pmu(): X86Pmu {
    return new X86PmuV5_3(this);
  }

  /** PERF_EVENT_IOC_PERIOD refuses what perf_event_open(2) does (913a90bc5a3a). */
  override perf_new_period_invalid(attr: PerfEventAttr): boolean {
    return super.perf_new_period_invalid(attr) || this.perf_period_negative(attr);
  }

  override group_sched_in(leader: PerfEvent, cpuctx: PerfCpuContext, ctx: PerfEventContext): boolean {
    const on = super.group_sched_in(leader, cpuctx, ctx);
    if (!on && !leader.attr.pinned) ctx.rotate_necessary = true;
    return on;
  }

  override ctx_sched_out(ctx: PerfEventContext, cpuctx: PerfCpuContext, type: number): void {
    super.ctx_sched_out(ctx, cpuctx, type);
    if (type & EVENT_FLEXIBLE) ctx.rotate_necessary = false;
  }

  override list_del_event(event: PerfEvent, ctx: PerfEventContext): void {
    super.list_del_event(event, ctx);
    if (ctx.nr_events === 0) ctx.rotate_necessary = false;
  }

  override rotation_needed(ctx: PerfEventContext): boolean {
    return ctx.rotate_necessary;
  }

  override rotate(cpuctx: PerfCpuContext, ctx: PerfEventContext | null): void {
    const cpu_event = this.ctx_event_to_rotate(cpuctx.ctx);
    const task_event = ctx === null ? null : this.ctx_event_to_rotate(ctx);
    // What the CPU's events leave is the task's: they go off before those do.
    if (ctx !== null) this.ctx_sched_out(ctx, cpuctx, EVENT_FLEXIBLE);
    if (cpu_event !== null) this.ctx_sched_out(cpuctx.ctx, cpuctx, EVENT_FLEXIBLE);
    if (ctx !== null) rotate_ctx(ctx, task_event);
    rotate_ctx(cpuctx.ctx, cpu_event);
    this.perf_event_sched_in(cpuctx, ctx);
  }

  /** The group whose turn is over: the first that is on, or if none is the first. */
  ctx_event_to_rotate(ctx: PerfEventContext): PerfEvent | null {
    if (!ctx.rotate_necessary) return null;
    const head = ctx.flexible_groups;
    for (let link = list_next(head); link !== head; link = list_next(link)) {
      if (link.entry!.state === PERF_EVENT_STATE_ACTIVE) return link.entry;
    }
    // Behind the head of an empty list stands the head, which is part of no event.
    return list_next(head).entry;
  }
}

/** The group goes to the end of its context's order. */
function rotate_ctx(ctx: PerfEventContext, event: PerfEvent | null): void {
  if (event === null) return;
  list_del_init(event.group_entry);
  list_add_tail(event.group_entry, ctx.flexible_groups);
}
