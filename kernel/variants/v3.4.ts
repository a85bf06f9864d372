/**
 * v3.4: fixed counters are used first; overflows are counted by tick and not by event, and un-throttling, frequency and
 * rotation no longer hang together.
 *
 * Parent: v3.2.
 * Upstream commit: e050e3f0a71b "perf: Fix broken interrupt rate throttling" (January 2012), with what v3.3
 * and v3.4 changed in the x86 driver (perf_assign_events, ref-cycles, events that CPUID calls unavailable), 5d81e5cfb37a
 * (v3.3: PERF_SAMPLE_PERIOD makes a software event report every occurrence), b79387ef185a (v3.3: an exec enables members of
 * groups, too), ced39002f5ea (functions can be traced, though not on the machine here), and call chains of 127 entries.
 * Claim: an event that nobody's tick has visited for a while is not throttled for overflows of long ago.
 * Known to fail: the first overflow in a tick is never tested, so that a limit of 1 acts as 2; all of v3.2's wakeups.
 * Reference: section 7.2 and 8.3 of kernel.md.
 * Not modelled: see the files in kernel/.
 */
import { load, store } from '../../sim/memory.ts';
import type { ChipEvent } from '../../pmu/chip.ts';
import type { Signal } from '../../pmu/location.ts';
import { EPERM, PERF_SAMPLE_PERIOD } from '../abi/index.ts';
import { attr_limits } from '../attr-limits.ts';
import { list_entries } from '../list.ts';
import { PERF_MAX_STACK_DEPTH } from '../output.ts';
import {
  MAX_INTERRUPTS, PERF_EF_RELOAD, PERF_EF_UPDATE, PERF_EVENT_STATE_ACTIVE, type PerfCpuContext, type PerfEvent,
  type PerfEventContext,
} from '../structs/index.ts';
import { TracepointPmu } from '../tracepoint-pmu.ts';
import type { VariantInfo } from '../variant.ts';
import { perf_assign_events } from '../x86/perf-assign-events.ts';
import type { Assignment } from '../x86/schedule-events.ts';
import { GENERIC_EVENTS, PERF_COUNT_HW_EVENTS } from '../x86/chip-event.ts';
import type { X86Pmu } from '../x86/x86-pmu.ts';
import { V3_2, X86PmuV3_2 } from './v3.2.ts';

export class X86PmuV3_4 extends X86PmuV3_2 {
  /** Only Intel's table reaches so far. */
  override readonly generic_events: readonly Signal[] = this.kernel.hardware.chip.vendor === 'intel' ? PERF_COUNT_HW_EVENTS : GENERIC_EVENTS;

  protected override assign_events(events: readonly PerfEvent[]): Assignment {
    const constraints = events.map(({ hw }) => ({ mask: hw.constraint, overlap: hw.overlap }));
    return perf_assign_events(constraints, this.kernel.hardware.chip.general.count);
  }

  override is_available({ unavailable = false }: ChipEvent): boolean {
    return !unavailable;
  }
}

export class TracepointPmuV3_4 extends TracepointPmu {
  /** Every function would be traced, also those that sampling itself needs; the measured machine does not allow that at all. */
  protected override function_refused(_event: PerfEvent): number {
    return -EPERM;
  }
}

export class V3_4 extends V3_2 {
  static override readonly variant: VariantInfo = {
    name: 'v3.4',
    parent: 'v3.2',
    commit: 'e050e3f0a71b',
    claim: 'overflows are counted by tick; fixed counters are used first',
    known_to_fail: 'the first overflow in a tick is not tested: a limit of 1 acts as 2',
    counting_only: true,
  };

  override readonly attr_limits = attr_limits('3.4');

  override make_x86_pmu(): X86Pmu {
    return new X86PmuV3_4(this);
  }

  override make_tracepoint_pmu(): TracepointPmu {
    return new TracepointPmuV3_4(this);
  }

  override get perf_max_stack_depth(): number {
    return PERF_MAX_STACK_DEPTH;
  }

  override perf_events_for_exec({ event_list }: PerfEventContext): readonly PerfEvent[] {
    return list_entries(event_list);
  }

  override perf_swevent_each(event: PerfEvent): boolean {
    return (event.sample_type & PERF_SAMPLE_PERIOD) !== 0 && !event.attr.freq;
  }

  override event_sched_in(event: PerfEvent, cpuctx: PerfCpuContext, ctx: PerfEventContext): boolean {
    if (!super.event_sched_in(event, cpuctx, ctx)) return false;
    if (event.state === PERF_EVENT_STATE_ACTIVE && event.attr.freq) ctx.nr_freq++;
    return true;
  }

  override event_sched_out(event: PerfEvent, cpuctx: PerfCpuContext, ctx: PerfEventContext): void {
    if (event.state === PERF_EVENT_STATE_ACTIVE && event.attr.freq) ctx.nr_freq--;
    super.event_sched_out(event, cpuctx, ctx);
  }

  override perf_event_throttle(event: PerfEvent, throttle: boolean): boolean {
    const isFirst = this.perf_event_count_interrupt(event);
    return !isFirst && throttle && this.perf_event_throttle_at_limit(event);
  }

  /** Counts an overflow of the present tick; true for the first. */
  perf_event_count_interrupt({ hw }: PerfEvent): boolean {
    const seq = load(this.this_cpu().perf_throttled_seq);
    const isFirst = seq !== hw.interrupts_seq;
    hw.interrupts = isFirst ? 1 : hw.interrupts + 1;
    hw.interrupts_seq = seq;
    return isFirst;
  }

  perf_event_throttle_at_limit(event: PerfEvent): boolean {
    const { hw } = event;
    if (hw.interrupts < this.max_samples_per_tick) return false;
    const { perf_throttled_count } = this.this_cpu();
    store(perf_throttled_count, load(perf_throttled_count) + 1);
    hw.interrupts = MAX_INTERRUPTS;
    this.perf_log_throttle(event, false);
    return true;
  }

  override perf_event_task_tick(): void {
    const { contexts, perf_throttled_seq, perf_throttled_count } = this.this_cpu();
    store(perf_throttled_seq, load(perf_throttled_seq) + 1);
    const throttled = load(perf_throttled_count);
    store(perf_throttled_count, 0);
    for (const cpuctx of contexts) {
      if (cpuctx.ctx.nr_events > 0 || cpuctx.task_ctx !== null) this.perf_context_tick(cpuctx, throttled > 0);
    }
  }

  perf_context_tick(cpuctx: PerfCpuContext, needs_unthr: boolean): void {
    this.perf_adjust_freq_contexts(cpuctx, needs_unthr);
    this.perf_rotate_context(cpuctx);
  }

  perf_adjust_freq_contexts(cpuctx: PerfCpuContext, needs_unthr: boolean): void {
    this.perf_adjust_freq_unthr_context(cpuctx.ctx, cpuctx, needs_unthr);
    if (cpuctx.task_ctx !== null) this.perf_adjust_freq_unthr_context(cpuctx.task_ctx, cpuctx, needs_unthr);
  }

  /** Goes through the events only if one of them has a frequency, or this CPU has throttled one. */
  perf_adjust_freq_unthr_context(ctx: PerfEventContext, cpuctx: PerfCpuContext, needs_unthr: boolean): void {
    if (ctx.nr_freq === 0 && !needs_unthr) return;
    cpuctx.pmu.pmu_disable();
    this.perf_ctx_adjust_freq(ctx);
    cpuctx.pmu.pmu_enable();
  }

  override adjust_freq(event: PerfEvent): void {
    const { hw, pmu } = event;
    if (hw.interrupts === MAX_INTERRUPTS) {
      hw.interrupts = 0;
      this.perf_log_throttle(event, true);
      pmu.start(event, 0);
    }
    if (!event.attr.freq) return;
    pmu.stop(event, PERF_EF_UPDATE);
    const now = event.count;
    const delta = now - hw.freq_count_stamp;
    hw.freq_count_stamp = now;
    if (delta > 0) this.perf_adjust_period(event, this.tick_nsec, delta, false);
    pmu.start(event, delta > 0 ? PERF_EF_RELOAD : 0);
  }

  override perf_rotate_context(cpuctx: PerfCpuContext): boolean {
    const ctx = cpuctx.task_ctx;
    if (!this.rotation_needed(cpuctx.ctx) && (ctx === null || !this.rotation_needed(ctx))) return false;
    cpuctx.pmu.pmu_disable();
    this.rotate(cpuctx, ctx);
    cpuctx.pmu.pmu_enable();
    return true;
  }
}
