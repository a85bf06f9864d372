/**
 * Units beside the counters that some events use, as the driver takes them along. As with the kernel's static calls, who never asks for one pays nothing:
 * the functions of the one driver that has been asked are replaced.
 *
 * Reference: intel_pmu_enable_event, intel_pmu_disable_event, intel_pmu_enable_all and intel_pmu_disable_all of
 * arch/x86/kernel/cpu/perf_event_intel.c, v3.4.
 * Not modelled: nothing.
 */
import { PERF_HES_STOPPED, type PerfEvent } from '../structs/index.ts';
import type { X86Pmu } from './x86-pmu.ts';

/** A unit that is switched on and off with the counters of those events that use it. */
export interface CounterUnit {
  is_used_by(event: PerfEvent): boolean;
  /** The event begins to run here, on a counter that stands still until all are enabled. */
  enable(event: PerfEvent): void;
  /** It has stopped; `enabled`: while the counters were running. */
  disable(event: PerfEvent, enabled: boolean): void;
  enable_all(): void;
  disable_all(): void;
}

export function static_call_update(pmu: X86Pmu, unit: CounterUnit): void {
  const start = pmu.start.bind(pmu);
  const stop = pmu.stop.bind(pmu);
  const enable_all = pmu.enable_all.bind(pmu);
  const disable_all = pmu.disable_all.bind(pmu);
  pmu.start = (event, flags) => {
    const stopped = event.hw.state & PERF_HES_STOPPED;
    start(event, flags);
    if (stopped && (event.hw.state & PERF_HES_STOPPED) === 0 && unit.is_used_by(event)) unit.enable(event);
  };
  pmu.stop = (event, flags) => {
    const stopped = event.hw.state & PERF_HES_STOPPED;
    stop(event, flags);
    if (!stopped && event.hw.state & PERF_HES_STOPPED && unit.is_used_by(event)) unit.disable(event, pmu.is_enabled());
  };
  pmu.enable_all = (cpu) => {
    unit.enable_all();
    enable_all(cpu);
  };
  pmu.disable_all = (cpu) => {
    disable_all(cpu);
    unit.disable_all();
  };
}
