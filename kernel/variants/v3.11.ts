/**
 * v3.11: a high-resolution timer rotates events that wait for a counter, as long as there are such; counters are written
 * in full width where the processor can.
 *
 * Parent: v3.10.
 * Upstream commit: 9e6302056f80 "perf: Use hrtimers for event multiplexing" (April 2013), with 069e0c3c4058
 * (full-width counting).
 * Claim: events take turns although the CPU's tick has stopped, and a context in which all are on is left alone.
 * Known to fail: once begun, rotation goes on while a task has events for other CPUs, which are never all on; all of
 * v3.10's wakeups.
 * Reference: perf_cpu_hrtimer_handler and perf_cpu_hrtimer_restart of kernel/events/core.c, v3.11; section 7.3.
 * Not modelled: the attribute perf_event_mux_interval_ms; a period between 2^47 and 2^48, which only v4.10 keeps out of
 * the counter's sign bit.
 */
import { effect } from '../../sim/memory.ts';
import { attr_limits } from '../attr-limits.ts';
import type { Hardware, KernelConfig } from '../base.ts';
import { Hrtimer, type PerfCpuContext, type PerfEvent, type PerfEventContext } from '../structs.ts';
import type { VariantInfo } from '../variant.ts';
import type { X86Pmu } from '../x86/x86-pmu.ts';
import { V3_10 } from './v3.10.ts';
import { X86PmuV3_4 } from './v3.4.ts';

export class X86PmuV3_11 extends X86PmuV3_4 {
  protected override get max_period(): number {
    const { fullWidthWrites = false, general } = this.kernel.hardware.chip;
    return fullWidthWrites ? 2 ** (general.width - 1) - 1 : super.max_period;
  }
}

export class V3_11 extends V3_10 {
  static override readonly variant: VariantInfo = {
    name: 'v3.11',
    parent: 'v3.10',
    commit: '9e6302056f80',
    claim: 'a timer rotates events, once one has found no counter',
    known_to_fail: 'once begun, rotation goes on while a task has events for other CPUs',
    counting_only: true,
  };

  override readonly attr_limits = attr_limits('3.11');

  constructor(hardware: Hardware, config: KernelConfig) {
    super(hardware, config);
    for (const cpuctx of this.per_cpu.flatMap(({ contexts }) => contexts)) {
      if (!cpuctx.pmu.software) cpuctx.hrtimer = new Hrtimer(() => this.perf_cpu_hrtimer_handler(cpuctx));
    }
  }

  override make_x86_pmu(): X86Pmu {
    return new X86PmuV3_11(this);
  }

  /** Nanoseconds between rotations: a tick, in whole milliseconds (PERF_CPU_HRTIMER). */
  get hrtimer_interval(): number {
    return Math.max(1, Math.floor(1000 / this.config.hz)) * 1e6;
  }

  override group_sched_in(leader: PerfEvent, cpuctx: PerfCpuContext, ctx: PerfEventContext): boolean {
    const on = super.group_sched_in(leader, cpuctx, ctx);
    if (!on) this.perf_cpu_hrtimer_restart(cpuctx);
    return on;
  }

  perf_cpu_hrtimer_restart(cpuctx: PerfCpuContext): void {
    const { hrtimer } = cpuctx;
    if (hrtimer === null || cpuctx.hrtimer_active) return;
    cpuctx.hrtimer_active = true;
    effect(() => this.hardware.hrtimer_start(hrtimer, this.hrtimer_interval));
  }

  /** Hard interrupt context. */
  perf_cpu_hrtimer_handler(cpuctx: PerfCpuContext): void {
    if (this.perf_rotate_context(cpuctx)) this.hardware.hrtimer_forward(cpuctx.hrtimer!, this.hrtimer_interval);
    else cpuctx.hrtimer_active = false;
  }

  /** The tick is left with un-throttling and frequencies. */
  override perf_context_tick(cpuctx: PerfCpuContext, needs_unthr: boolean): void {
    this.perf_adjust_freq_contexts(cpuctx, needs_unthr);
  }
}
