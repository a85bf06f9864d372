/** The chips by the name that `--pmu` takes. Reference: the files of this folder. Not modelled: see each chip. */
import type { Chip } from '../chip.ts';
import { amd_k8 } from './amd-k8.ts';
import { amd_zen } from './amd-zen.ts';
import { amd64_fam10h } from './amd64-fam10h.ts';
import { amd64_fam15h } from './amd64-fam15h.ts';
import { core2 } from './core2.ts';
import { nehalem } from './nehalem.ts';
import { sandybridge_noht } from './sandybridge-noht.ts';
import { sandybridge } from './sandybridge.ts';
import { skylake } from './skylake.ts';
import { westmere } from './westmere.ts';

export const CHIPS: readonly Chip[] = [
  core2, nehalem, westmere, sandybridge, sandybridge_noht, skylake,
  amd_k8, amd64_fam10h, amd64_fam15h, amd_zen,
];

/** Every name that a chip has. */
export const CHIP_NAMES: readonly string[] = CHIPS.flatMap(({ name, alias }) => (alias === undefined ? [name] : [name, alias]));

export function chipNamed(name: string): Chip | undefined {
  return CHIPS.find((chip) => chip.name === name || chip.alias === name);
}
