/** Explores bench/seed-race.ts on the kernel that is named, and prints the verdict. */
import { writeSync } from 'node:fs';
import { explore } from '../kernel/explore/scenario.ts';
import { KERNELS } from '../kernel/variants/index.ts';
import { scenario } from './seed-race.ts';

export function main([name]: readonly string[]): void {
  const kernel = KERNELS.find(({ variant }) => variant.name === name)!;
  const { verdict, kind, schedule, states, transitions } = explore(scenario, kernel);
  writeSync(1, `${JSON.stringify({ verdict, kind, schedule, states, transitions })}\n`);
}
