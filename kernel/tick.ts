/**
 * The scheduler tick's part in perf: frequency adjustment, un-throttling, rotation of events that wait for a counter.
 *
 * Reference: perf_event_task_tick, perf_rotate_context and perf_ctx_adjust_freq of kernel/events/core.c, v3.1 and v3.2;
 * section 7.3.
 * Not modelled: contexts that rotate less often than every tick (jiffies_interval is 1 for all PMUs here); that of the contexts
 * of a CPU the one comes first that has last begun to have events.
 */
import { ContextCode, EVENT_FLEXIBLE } from './context.ts';
import { list_next, list_rotate_left } from './list.ts';
import {
  MAX_INTERRUPTS, PERF_EVENT_STATE_ACTIVE, type PerfCpuContext, type PerfEvent, type PerfEventContext,
} from './structs/index.ts';

export abstract class TickCode extends ContextCode {
  /** scheduler_tick's call into perf. Hard interrupt context. */
  perf_event_task_tick(): void {
    for (const cpuctx of this.this_cpu().contexts) {
      if (cpuctx.ctx.nr_events > 0 || cpuctx.task_ctx !== null) this.perf_rotate_context(cpuctx);
    }
  }

  /** True if it has rotated. */
  perf_rotate_context(cpuctx: PerfCpuContext): boolean {
    const ctx = cpuctx.task_ctx;
    const rotate = this.rotation_needed(cpuctx.ctx) || (ctx !== null && this.rotation_needed(ctx));
    if (!rotate && !this.adjustment_needed(cpuctx.ctx) && (ctx === null || !this.adjustment_needed(ctx))) return false;

    cpuctx.pmu.pmu_disable();
    this.perf_ctx_adjust_freq(cpuctx.ctx);
    if (ctx !== null) this.perf_ctx_adjust_freq(ctx);
    if (rotate) this.rotate(cpuctx, ctx);
    cpuctx.pmu.pmu_enable();
    return rotate;
  }

  /** Events of other CPUs never become active here, so a task context of a system with several CPUs always rotates. */
  rotation_needed(ctx: PerfEventContext): boolean {
    return ctx.nr_events > 0 && ctx.nr_events !== ctx.nr_active;
  }

  /** Whether the context has an active event whose interrupts are counted. */
  adjustment_needed(ctx: PerfEventContext): boolean {
    return ctx.nr_active > 0;
  }

  rotate(cpuctx: PerfCpuContext, ctx: PerfEventContext | null): void {
    this.ctx_sched_out(cpuctx.ctx, cpuctx, EVENT_FLEXIBLE);
    if (ctx !== null) this.ctx_sched_out(ctx, cpuctx, EVENT_FLEXIBLE);
    list_rotate_left(cpuctx.ctx.flexible_groups);
    if (ctx !== null) list_rotate_left(ctx.flexible_groups);
    this.perf_event_sched_in(cpuctx, ctx);
  }

  /** Resets the tick's count of overflows, un-throttles, and moves the period to what the last tick asks for. */
  perf_ctx_adjust_freq(ctx: PerfEventContext): void {
    const head = ctx.event_list;
    for (let link = list_next(head); link !== head; link = list_next(link)) {
      const event = link.entry!;
      if (event.state === PERF_EVENT_STATE_ACTIVE && this.event_filter_match(event)) this.adjust_freq(event);
    }
  }

  adjust_freq(event: PerfEvent): void {
    const { hw } = event;
    const { interrupts } = hw;
    hw.interrupts = 0;
    if (interrupts === MAX_INTERRUPTS) {
      this.perf_log_throttle(event, true);
      event.pmu.start(event, 0);
    }
    if (!event.attr.freq || !event.is_sampling) return;
    event.pmu.read(event);
    const now = event.count;
    const delta = now - hw.freq_count_stamp;
    hw.freq_count_stamp = now;
    if (delta > 0) this.perf_adjust_period(event, this.tick_nsec, delta);
  }
}
