/**
 * What distinguishes one processor's PMU from another's, in the manuals' spelling.
 *
 * Reference: Intel SDM volume 3B, chapter 18 "Performance Monitoring"; AMD BKDG, "Performance Monitor Counters".
 * Not modelled: offcore, uncore, northbridge and PEBS facilities.
 */
import type { Signal } from './location.ts';

/** An event as a counter's event select register names it. */
export interface ChipEvent {
  readonly signal: Signal;
  /** Event select (bits 7:0, AMD also 35:32) and unit mask. */
  readonly event: number;
  readonly umask: number;
  /** General counters that can count it; absent: all. */
  readonly counters?: readonly number[];
  /** The fixed-function counter that also counts it. */
  readonly fixed?: number;
}

export interface Chip {
  readonly name: string;
  readonly description: string;
  readonly vendor: 'intel' | 'amd';
  /** CPUID's brand string and perf's cpuid string, as recordings show them. */
  readonly brand: string;
  readonly cpuid: string;
  /** Clock of the modelled part, kHz. */
  readonly khz: number;
  readonly general: { readonly count: number; readonly width: number };
  readonly fixed: { readonly count: number; readonly width: number };
  /** IA32_PERF_GLOBAL_STATUS/CTRL/OVF_CTRL exist. */
  readonly globalRegisters: boolean;
  /** Longest period that the kernel may program: a counter write is sign-extended from bit 31 on Intel. */
  readonly maxPeriod: number;
  readonly events: readonly ChipEvent[];
}
