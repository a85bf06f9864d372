/** Finds the kernel that `--kernel` names. */
import { unknownName } from '../perf/nearest.ts';
import type { KernelVariant, Simulation } from './simulation.ts';

export function loadKernel(name: string, simulation: Pick<Simulation, 'KERNELS'>): KernelVariant {
  const variants = simulation.KERNELS.map(({ variant }) => variant);
  const found = variants.find((variant) => variant.name === name);
  if (found !== undefined) return found;
  throw unknownName('kernel', name, variants.map((variant) => variant.name), 'perfsim list kernels');
}
