/** From the options that choose the machine to what a run has of them. */
import { InputError } from '../../perf/input-error.ts';
import { unknownName } from '../../perf/nearest.ts';
import type { RunSpec } from '../../perf/run-spec.ts';
import { isModuleFile } from '../load-module.ts';
import type { Simulation } from '../simulation.ts';
import type { MACHINE_OPTIONS } from './machine.ts';
import type { Values } from './option.ts';
import { toolOf } from './values.ts';

type MachineOptions = Values<typeof MACHINE_OPTIONS> & { cpu?: readonly number[] | undefined };
type MachineSpec = Omit<RunSpec, 'record' | 'recording' | 'workload'>;

export function machineSpec(options: MachineOptions, simulation: Simulation): MachineSpec {
  const { kernel, pmu, cpus, hz, seed } = options;
  const beyond = options.cpu?.find((cpu) => cpu >= cpus);
  if (beyond !== undefined) throw new InputError(`invalid -C value '${beyond}': the machine has CPUs 0 to ${cpus - 1} (--cpus ${cpus}).`);
  checkNames(options, simulation);
  return {
    kernel, pmu, cpus, hz, seed,
    nmi_watchdog: !options['no-watchdog'],
    latencies: options.latency,
    tool: options.tool ?? toolOf(kernel),
  };
}

/** Names that nothing has are refused before anything runs. */
function checkNames({ kernel, pmu }: MachineOptions, { KERNELS, CHIPS }: Simulation): void {
  const check = (kind: string, name: string, names: readonly string[]): void => {
    if (!names.includes(name)) throw unknownName(kind, name, names, `perfsim list ${kind.toLowerCase()}s`);
  };
  if (!isModuleFile(kernel)) check('kernel', kernel, KERNELS.map(({ variant }) => variant.name));
  check('PMU', pmu, CHIPS.flatMap(({ name, alias }) => (alias === undefined ? [name] : [name, alias])));
}
