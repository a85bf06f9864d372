/**
 * What the driver refuses although the chip has such an event.
 *
 * Reference: x86_setup_perfctr of arch/x86/kernel/cpu/perf_event.c and intel_pmu_hw_config of perf_event_intel.c, v3.2; intel_pmu_bts_config
 * of arch/x86/events/intel/core.c, v5.2.
 * Not modelled: BTS, which is refused as where there is no memory for its buffers; before v4.20 a raw event or a cache's that asks for every branch,
 * which is counted as any other is.
 */
import type { Chip } from '../../pmu/chip.ts';
import type { Signal } from '../../pmu/location.ts';
import { EACCES, EINVAL, PERF_COUNT_HW_BRANCH_INSTRUCTIONS, PERF_TYPE_HARDWARE, PERF_TYPE_RAW, type PerfEventAttr } from '../abi/index.ts';
import type { OverflowCode } from '../overflow.ts';
import type { PerfEvent } from '../structs/index.ts';

/** The bit of attr.config for events of all threads of the core. */
const ARCH_PERFMON_EVENTSEL_ANY = 1n << 21n;

/** Whether perf's branches are asked for one by one (v3.1 to v4.19). */
export function wants_each_branch({ type, config, freq, sample_period }: PerfEventAttr): boolean {
  return type === PERF_TYPE_HARDWARE && config === BigInt(PERF_COUNT_HW_BRANCH_INSTRUCTIONS) && !freq && sample_period === 1n;
}

/** intel_pmu_has_bts_period: whether branches are asked for one by one, by whatever name (since v4.20). */
export function has_bts_period({ attr: { freq } }: PerfEvent, signal: Signal, period: bigint): boolean {
  return signal === 'branches' && !freq && period === 1n;
}

/** Events of the sibling thread are there from version 3 on, for who may watch a whole CPU. */
export function any_thread_refused({ attr: { type, config } }: PerfEvent, { vendor, anyThread = false }: Chip, kernel: OverflowCode): number {
  if (vendor !== 'intel' || type !== PERF_TYPE_RAW || (config & ARCH_PERFMON_EVENTSEL_ANY) === 0n) return 0;
  if (!anyThread) return -EINVAL;
  return kernel.sysctl_perf_event_paranoid > 0 && !kernel.current()!.user.capable ? -EACCES : 0;
}
