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
import { PERF_HES_STOPPED, type PerfEvent } from '../structs/index.ts';
import { CYCLES_EVENT, INST_RETIRED } from './chip-event.ts';
import type { Msr } from './msr.ts';
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

/** The bits of struct cpu_hw_events that are about precise events. */
class CpuDs {
  pebs_enabled = 0;
  /** By counter position. */
  readonly events: (PerfEvent | null)[] = [];
}

export class IntelDs {
  readonly #kernel: OverflowCode;
  readonly #msr: Msr;
  readonly #cpus: readonly CpuDs[];

  constructor(kernel: OverflowCode, msr: Msr) {
    this.#kernel = kernel;
    this.#msr = msr;
    this.#cpus = kernel.per_cpu.map(() => new CpuDs());
  }

  #cpu(): CpuDs {
    return this.#cpus[this.#kernel.hardware.smp_processor_id];
  }

  /** The event begins to run here, on a counter that stands still until all are enabled. */
  intel_pmu_pebs_enable(event: PerfEvent): void {
    const cpu = this.#cpu();
    cpu.pebs_enabled |= 1 << event.hw.idx;
    cpu.events[event.hw.idx] = event;
  }

  intel_pmu_pebs_disable({ hw: { idx } }: PerfEvent, enabled: boolean): void {
    const cpu = this.#cpu();
    cpu.pebs_enabled &= ~(1 << idx);
    cpu.events[idx] = null;
    if (enabled) this.#msr.write_pebs_enable(cpu.pebs_enabled);
  }

  intel_pmu_pebs_enable_all(): void {
    const { pebs_enabled } = this.#cpu();
    if (pebs_enabled !== 0) this.#msr.write_pebs_enable(pebs_enabled);
  }

  intel_pmu_pebs_disable_all(): void {
    if (this.#cpu().pebs_enabled !== 0) this.#msr.write_pebs_enable(0);
  }

  /** A sample for each record; those of events that have been stopped since are dropped. */
  intel_pmu_drain_pebs_nhm(pmu: X86Pmu): void {
    const { hardware } = this.#kernel;
    for (const { position, location } of hardware.pmu.pebs.drain()) {
      const event = this.#cpu().events[position] ?? null;
      if (event === null) continue;
      hardware.charge('pmi_counter');
      pmu.x86_perf_event_update(event);
      if (!pmu.x86_perf_event_set_period(event)) continue;
      const regs = hardware.regs_in(location, event.hw.config);
      if (this.#kernel.perf_event_overflow(event, event.hw.last_period, regs)) pmu.stop(event, 0);
    }
  }
}

/** From now on the driver minds its debug store: the functions of the one driver that has been asked are replaced, so that no other pays. */
export function static_call_update(pmu: X86Pmu, ds: IntelDs): void {
  const start = pmu.start.bind(pmu);
  const stop = pmu.stop.bind(pmu);
  const enable_all = pmu.enable_all.bind(pmu);
  const disable_all = pmu.disable_all.bind(pmu);
  pmu.start = (event, flags) => {
    const stopped = event.hw.state & PERF_HES_STOPPED;
    start(event, flags);
    if (stopped && (event.hw.state & PERF_HES_STOPPED) === 0 && event.attr.precise_ip > 0) ds.intel_pmu_pebs_enable(event);
  };
  pmu.stop = (event, flags) => {
    const stopped = event.hw.state & PERF_HES_STOPPED;
    stop(event, flags);
    if (!stopped && event.hw.state & PERF_HES_STOPPED && event.attr.precise_ip > 0) ds.intel_pmu_pebs_disable(event, pmu.is_enabled());
  };
  pmu.enable_all = (cpu) => {
    ds.intel_pmu_pebs_enable_all();
    enable_all(cpu);
  };
  pmu.disable_all = (cpu) => {
    disable_all(cpu);
    ds.intel_pmu_pebs_disable_all();
  };
  pmu.drain_pebs = () => ds.intel_pmu_drain_pebs_nhm(pmu);
}
