/**
 * v3.11: a high-resolution timer rotates events that wait for a counter, as long as there are such; counters are written
 * in full width where the processor can; interrupts that take too long lower the limit of samples per tick.
 *
 * Parent: v3.10.
 * Upstream commit: 9e6302056f80 "perf: Use hrtimers for event multiplexing" (April 2013), with 069e0c3c4058 (full-width
 * counting), "perf: Drop sample rate when sampling is too slow" (June 2013) and 52d857a8784a (an exit goes to the events of its
 * context once).
 * Claim: events take turns although the CPU's tick has stopped, and a context in which all are on is left alone; the PMU's
 * interrupts take no more than a quarter of the time.
 * Known to fail: once begun, rotation goes on while a task has events for other CPUs, which are never all on; all of
 * v3.10's wakeups.
 * Reference: perf_cpu_hrtimer_handler, perf_cpu_hrtimer_restart and perf_sample_event_took of kernel/events/core.c, v3.11;
 * sections 7.3 and 11.
 * Not modelled: what the kernel prints when it lowers the rate; the attribute perf_event_mux_interval_ms; a period between
 * 2^47 and 2^48, which only v4.10 keeps out of the counter's sign bit.
 */
import { effect, load, store, struct } from '../../sim/memory.ts';
import type { Location } from '../../pmu/location.ts';
import { attr_limits } from '../attr-limits.ts';
import type { Hardware, KernelConfig } from '../base.ts';
import { Hrtimer, type PerfCpuContext, type PerfEvent, type PerfEventContext } from '../structs/index.ts';
import type { VariantInfo } from '../variant.ts';
import type { X86Pmu } from '../x86/x86-pmu.ts';
import { V3_10, X86PmuV3_10 } from './v3.10.ts';

/** perf_cpu_time_max_percent: how much of the time the PMU's interrupts may take. */
export const CPU_TIME_MAX_PERCENT = 25;

/** Interrupts over which their length is averaged. */
export const NR_ACCUMULATED_SAMPLES = 128;

/** What the length of interrupts has made of the limits. */
class SampleLimits extends struct({ max_samples_per_tick: 0, perf_event_sample_rate: 0, perf_sample_allowed_ns: 0 }) {
  constructor(max_samples_per_tick: number, perf_event_sample_rate: number) {
    super();
    this.max_samples_per_tick = max_samples_per_tick;
    this.set_rate(perf_event_sample_rate);
  }

  /** update_perf_cpu_limits. */
  set_rate(perf_event_sample_rate: number): void {
    this.perf_event_sample_rate = perf_event_sample_rate;
    const period_ns = Math.floor(1e9 / perf_event_sample_rate);
    this.perf_sample_allowed_ns = Math.floor((period_ns * CPU_TIME_MAX_PERCENT) / 100);
  }
}

export class X86PmuV3_11 extends X86PmuV3_10 {
  readonly #core: V3_11;

  constructor(core: V3_11) {
    super(core);
    this.#core = core;
  }

  protected override perf_event_nmi_handler(location: Location): void {
    const { hardware } = this.kernel;
    const start = hardware.local_clock();
    super.perf_event_nmi_handler(location);
    this.#core.perf_sample_event_took(hardware.local_clock() - start);
  }

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
  readonly sample_limits: SampleLimits;

  constructor(hardware: Hardware, config: KernelConfig) {
    super(hardware, config);
    this.sample_limits = new SampleLimits(Math.ceil(config.perf_event_max_sample_rate / config.hz), config.perf_event_max_sample_rate);
    for (const cpuctx of this.per_cpu.flatMap(({ contexts }) => contexts)) {
      if (!cpuctx.pmu.software) cpuctx.hrtimer = new Hrtimer(() => this.perf_cpu_hrtimer_handler(cpuctx));
    }
  }

  override perf_event_aux(task_ctx: PerfEventContext | null, visit: (event: PerfEvent) => void): void {
    if (task_ctx === null) {
      super.perf_event_aux(null, visit);
      return;
    }
    for (const cpuctx of this.this_cpu().contexts) this.perf_event_aux_ctx(cpuctx.ctx, visit);
    this.perf_event_aux_ctx(task_ctx, visit);
  }

  override make_x86_pmu(): X86Pmu {
    return new X86PmuV3_11(this);
  }

  override get sysctl_perf_event_sample_rate(): number {
    return this.sample_limits.perf_event_sample_rate;
  }

  override get max_samples_per_tick(): number {
    return this.sample_limits.max_samples_per_tick;
  }

  /** An interrupt of the PMU has taken so long. NMI context. */
  perf_sample_event_took(sample_len_ns: number): void {
    const { running_sample_length } = this.this_cpu();
    const before = load(running_sample_length);
    const length = before - Math.floor(before / NR_ACCUMULATED_SAMPLES) + sample_len_ns;
    store(running_sample_length, length);
    const average = Math.floor(length / NR_ACCUMULATED_SAMPLES);
    if (average > this.sample_limits.perf_sample_allowed_ns) this.perf_samples_too_long(average);
  }

  /** Halves the limits, until one sample per tick is left. */
  perf_samples_too_long(_average: number): void {
    const limits = this.sample_limits;
    if (limits.max_samples_per_tick <= 1) return;
    limits.max_samples_per_tick = Math.ceil(limits.max_samples_per_tick / 2);
    limits.set_rate(limits.max_samples_per_tick * this.config.hz);
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
    if (!this.perf_rotate_context(cpuctx)) {
      cpuctx.hrtimer_active = false;
      return;
    }
    this.hardware.hrtimer_forward(cpuctx.hrtimer!, this.hrtimer_interval);
    this.hardware.hrtimer_restart(cpuctx.hrtimer!);
  }

  /** The tick is left with un-throttling and frequencies. */
  override perf_context_tick(cpuctx: PerfCpuContext, needs_unthr: boolean): void {
    this.perf_adjust_freq_contexts(cpuctx, needs_unthr);
  }
}
