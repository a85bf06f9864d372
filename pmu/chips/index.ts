/** The chips by the name that `--pmu` takes. Reference: the files of this folder. Not modelled: see each chip. */
import type { Chip } from '../chip.ts';
import { amd64_fam10h } from './amd64-fam10h.ts';
import { nehalem } from './nehalem.ts';

export const CHIPS: readonly Chip[] = [nehalem, amd64_fam10h];
