/**
 * From the names in a spec to a machine that runs.
 *
 * Reference: docs/ARCHITECTURE.md, "A run is a value".
 * Not modelled: boot itself; the machine stands ready at time 0.
 */
import { CHIP_NAMES, chipNamed } from '../pmu/chips/index.ts';
import type { Chip } from '../pmu/chip.ts';
import type { Workload } from '../pmu/workload.ts';
import { WORKLOADS } from '../pmu/workloads/index.ts';
import { KERNELS, TimedSystem, type KernelClass } from '../kernel/index.ts';
import { unknownName } from './nearest.ts';
import type { RunSpec, WorkloadSpec } from './run-spec.ts';
import { described } from './workload/description.ts';

export interface BootHooks {
  /** The kernel, if it is not one of the lineage. */
  kernel?: KernelClass | undefined;
}

export function bootMachine(spec: Omit<RunSpec, 'record' | 'recording'>, { kernel = kernelNamed(spec.kernel) }: BootHooks): TimedSystem {
  const config = { hz: spec.hz, nmi_watchdog: spec.nmi_watchdog };
  // Only a kernel of the user's own may wait where nobody expects it.
  const logged_calls = KERNELS.includes(kernel) ? 'waiting' : 'all';
  return new TimedSystem({ chip: chipOf(spec.pmu), cpus: spec.cpus, seed: spec.seed, kernel, config, logged_calls, durations: spec.latencies });
}

function chipOf(name: string): Chip {
  const chip = chipNamed(name);
  if (chip === undefined) throw unknownName('PMU', name, CHIP_NAMES, 'perfsim list pmus');
  return chip;
}

export function workloadOf({ name, description }: WorkloadSpec): Workload {
  if (description !== undefined) return described(description);
  const found = WORKLOADS.find((one) => one.name === name);
  if (found === undefined) throw unknownName('workload', name, WORKLOADS.map((one) => one.name), 'perfsim list workloads');
  return found;
}

function kernelNamed(name: string): KernelClass {
  const found = KERNELS.find(({ variant }) => variant.name === name);
  if (found === undefined) throw unknownName('kernel', name, KERNELS.map(({ variant }) => variant.name), 'perfsim list kernels');
  return found;
}
