/**
 * Precise events as the x86 driver uses them: PEBS_ENABLE follows the counters, and the NMI makes a sample of each record.
 *
 * Reference: intel_pebs_constraints, intel_pmu_pebs_enable, intel_pmu_drain_pebs_nhm and __intel_pmu_pebs_event of
 * arch/x86/kernel/cpu/perf_event_intel_ds.c, v3.2; intel_pmu_hw_config of perf_event_intel.c for cycles.
 * Not modelled: precise_ip 2, whose address is moved back by one instruction with the help of the last branch records, is refused, as are branches of
 * precise events; BTS; counters that the processor reloads (v4.1).
 */
import type { Chip, ChipEvent } from '../../pmu/chip.ts';
import type { OverflowCode } from '../overflow.ts';
import type { PerfEvent } from '../structs/index.ts';
import { CYCLES_EVENT, INST_RETIRED } from './chip-event.ts';
import type { CpuHwEvents } from './cpu-hw-events.ts';
import type { Msr } from './msr.ts';
import { static_call_update } from './static-call.ts';
import type { X86Pmu } from './x86-pmu.ts';

/** The highest precise_ip that an event can have: x86_pmu_max_precise, without what is not modelled. */
export function max_precise({ pebs }: Chip): number {
  return pebs === undefined ? 0 : 1;
}

/** The counters that can count the event precisely, a bit each: all general ones, or none. Cycles are counted as those in which fewer than 16 instructions retire. */
export function intel_pebs_constraint({ event, umask }: ChipEvent, { pebs = [], general }: Chip): number {
  const code = event === CYCLES_EVENT && umask === 0 ? INST_RETIRED : event;
  return pebs.some(([select, mask = umask]) => select === code && mask === umask) ? (1 << general.count) - 1 : 0;
}

export class IntelDs {
  readonly #kernel: OverflowCode;
  readonly #msr: Msr;
  /** pebs_enabled of struct cpu_hw_events: the counters of precise events, a bit each, by CPU. */
  readonly #pebs_enabled: number[];

  constructor(kernel: OverflowCode, msr: Msr) {
    this.#kernel = kernel;
    this.#msr = msr;
    this.#pebs_enabled = kernel.per_cpu.map(() => 0);
  }

  get #cpu(): number {
    return this.#kernel.hardware.smp_processor_id;
  }

  intel_pmu_pebs_enable({ hw: { idx } }: PerfEvent): void {
    this.#pebs_enabled[this.#cpu] |= 1 << idx;
  }

  intel_pmu_pebs_disable({ hw: { idx } }: PerfEvent, enabled: boolean): void {
    this.#pebs_enabled[this.#cpu] &= ~(1 << idx);
    if (enabled) this.#msr.write_pebs_enable(this.#pebs_enabled[this.#cpu]);
  }

  intel_pmu_pebs_enable_all(): void {
    const enabled = this.#pebs_enabled[this.#cpu];
    if (enabled !== 0) this.#msr.write_pebs_enable(enabled);
  }

  intel_pmu_pebs_disable_all(): void {
    if (this.#pebs_enabled[this.#cpu] !== 0) this.#msr.write_pebs_enable(0);
  }

  /** A sample for each record; those of events that have been stopped since are dropped. */
  intel_pmu_drain_pebs_nhm(pmu: X86Pmu, { events }: CpuHwEvents): void {
    const { hardware } = this.#kernel;
    for (const { position, location } of hardware.pmu.pebs.drain()) {
      const event = events[position];
      if (event === null || !is_precise(event)) continue;
      hardware.charge('pmi_counter');
      pmu.x86_perf_event_update(event);
      if (!pmu.x86_perf_event_set_period(event)) continue;
      const regs = hardware.regs_in(location, event.hw.config);
      if (this.#kernel.perf_event_overflow(event, event.hw.last_period, regs)) pmu.stop(event, 0);
    }
  }
}

const is_precise = ({ attr }: PerfEvent): boolean => attr.precise_ip > 0;

/** From now on the driver minds its debug store. */
export function use_ds(pmu: X86Pmu, ds: IntelDs): void {
  static_call_update(pmu, {
    is_used_by: is_precise,
    enable: (event) => ds.intel_pmu_pebs_enable(event),
    disable: (event, enabled) => ds.intel_pmu_pebs_disable(event, enabled),
    enable_all: () => ds.intel_pmu_pebs_enable_all(),
    disable_all: () => ds.intel_pmu_pebs_disable_all(),
  });
  pmu.drain_pebs = (cpu) => ds.intel_pmu_drain_pebs_nhm(pmu, cpu);
}
