/** A whole process that explores bench/seed-race.ts on the kernel that is named, and prints the verdict. */
import { explore } from '../kernel/explore/scenario.ts';
import { KERNELS } from '../kernel/variants/index.ts';
import { scenario } from './seed-race.ts';

const kernel = KERNELS.find(({ variant }) => variant.name === process.argv[2])!;
const { verdict, kind, schedule, states, transitions } = explore(scenario, kernel);
process.stdout.write(`${JSON.stringify({ verdict, kind, schedule, states, transitions })}\n`);
