/**
 * What the kernel itself counts, at the places where it happens: page faults, context switches, migrations.
 *
 * Reference: perf_sw_event, do_perf_sw_event, perf_swevent_match, perf_swevent_event, perf_swevent_overflow and
 * perf_swevent_set_period of kernel/events/core.c, v3.2.
 * Not modelled: recursion contexts (no event here happens inside the counting of another); alignment and emulation faults.
 */
import { load, store } from '../sim/memory.ts';
import { KERNEL_TEXT, location } from '../pmu/location.ts';
import { SCHED_STAT_RUNTIME } from './base.ts';
import { list_empty, list_for_each } from './list.ts';
import { OverflowCode } from './overflow.ts';
import { MAX_INTERRUPTS, PERF_HES_STOPPED, type PerfEvent, type Regs } from './structs/index.ts';

/** What perf_fetch_caller_regs finds where the scheduler counts. */
const SCHEDULE = location('kernel', 'schedule', KERNEL_TEXT + 0x5d_1100, 0x8c0, {});
const CALLER_REGS: Regs = { location: SCHEDULE, ip: SCHEDULE.start };

export abstract class SoftwareEventCode extends OverflowCode {
  /** Counts `nr` of the software event `event_id` on this CPU; without `regs`, for the kernel. Preemption disabled. */
  perf_sw_event(event_id: number, nr: number, regs: Regs | null): void {
    const head = this.this_cpu().swevent_heads[event_id];
    if (list_empty(head)) return;
    const at = this.perf_sw_event_regs(regs ?? CALLER_REGS);
    list_for_each(head, (event) => {
      if (this.perf_swevent_match(event, at)) this.perf_swevent_event(event, nr, at);
    });
  }

  /** The running task's time since this was called last goes to the tracepoint for it (update_curr). Interrupts off. */
  sched_stat_runtime(): void {
    const { exec_start } = this.this_cpu();
    const now = this.perf_clock();
    const ran = now - load(exec_start);
    store(exec_start, now);
    if (this.current() !== null) this.perf_sw_event(SCHED_STAT_RUNTIME, ran, null);
  }

  /** What the events are told of the occurrence. */
  perf_sw_event_regs(regs: Regs): Regs {
    return regs;
  }

  perf_swevent_match(event: PerfEvent, regs: Regs): boolean {
    return (event.hw.state & PERF_HES_STOPPED) === 0 && !this.perf_exclude_event(event, regs);
  }

  perf_exclude_event(event: PerfEvent, { location: { ring } }: Regs): boolean {
    return ring === 'user' ? event.attr.exclude_user : event.attr.exclude_kernel;
  }

  perf_swevent_event(event: PerfEvent, nr: number, regs: Regs): void {
    const { hw } = event;
    event.count += nr;
    if (!event.is_sampling) return;
    if (this.perf_swevent_each(event)) {
      this.perf_swevent_overflow(event, 1, regs, nr);
      return;
    }
    if (nr === 1 && hw.sample_period === 1 && !event.attr.freq) {
      this.perf_swevent_overflow(event, 1, regs);
      return;
    }
    hw.period_left += nr;
    if (hw.period_left < 0) return;
    // The samples tell of the period that begins here; what is chosen now is the one after it.
    const { last_period } = hw;
    this.perf_swevent_overflow(event, this.perf_swevent_set_period(event), regs, last_period);
  }

  /** Whether every occurrence is sampled whatever the period says: v3.1 knows no such event. */
  perf_swevent_each(_event: PerfEvent): boolean {
    return false;
  }

  /** One sample for each period that has elapsed, until one of them has throttled the event. */
  perf_swevent_overflow(event: PerfEvent, overflows: number, regs: Regs, period = event.hw.last_period): void {
    const { hw } = event;
    if (hw.interrupts === MAX_INTERRUPTS) return;
    for (let i = 0; i < overflows; i++) {
      // Only the first may throttle: one occurrence of several periods counts as one interrupt.
      if (this.perf_event_overflow(event, period, regs, i > 0)) break;
    }
  }

  /** Starts the next period: how many have elapsed. period_left counts from −period up to 0. */
  perf_swevent_set_period(event: PerfEvent): number {
    const { hw } = event;
    const period = hw.last_period;
    hw.last_period = hw.sample_period;
    const left = hw.period_left;
    if (left < 0) return 0;
    const elapsed = Math.floor((period + left) / period);
    hw.period_left = left - elapsed * period;
    return elapsed;
  }
}
