/**
 * What a kernel version says of itself.
 *
 * Reference: docs/ARCHITECTURE.md, "Variants".
 * Not modelled: nothing.
 */
import type { Hardware, KernelConfig } from './base.ts';
import type { V3_1 } from './variants/v3.1.ts';

export interface VariantInfo {
  /** The name that --kernel takes. */
  readonly name: string;
  /** The version that this one changes; null for the oldest. */
  readonly parent: string | null;
  /** The upstream commit that made the change, or the tag. */
  readonly commit: string;
  /** What the change says of itself. */
  readonly claim: string;
  /** What it gets wrong, as far as known. */
  readonly known_to_fail: string;
  /** What the change touches is not explored: in every interleaving it does as its parent. */
  readonly counting_only?: true;
}

/** A kernel is its oldest version with functions replaced. */
export type Kernel = V3_1;

export interface KernelClass {
  readonly variant: VariantInfo;
  new (hardware: Hardware, config: KernelConfig): Kernel;
}
