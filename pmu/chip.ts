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
  /** Event select (bits 7:0, AMD also 35:32) and unit mask (15:8). */
  readonly event: number;
  readonly umask: number;
  /** Counter mask (31:24): count cycles in which the event occurs at least so often; inverted by INV (23): less often. */
  readonly cmask?: number;
  readonly inv?: boolean;
  /** General counters that can count it; absent: all. */
  readonly counters?: readonly number[];
  /** Its counters and those of other events contain each other only in part (EVENT_CONSTRAINT_OVERLAP). */
  readonly overlap?: boolean;
  /** The fixed-function counter that also counts it. */
  readonly fixed?: number;
  /** CPUID leaf 0AH says that the event is not available, although the register takes its code. */
  readonly unavailable?: boolean;
}

export interface Chip {
  readonly name: string;
  /** Another name that --pmu takes. */
  readonly alias?: string;
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
  /** Longest period that a counter can be given: a write is sign-extended from bit 31 on Intel. */
  readonly maxPeriod: number;
  /** IA32_PERF_CAPABILITIES.FW_WRITE: a second range of addresses writes all bits of a counter. */
  readonly fullWidthWrites?: boolean;
  /** The first with a signal is the one that stands for perf's generic event. */
  readonly events: readonly ChipEvent[];
}

/** The event select register for an event, without the bits that say where and how to count. */
export function eventSelect({ event, umask, cmask = 0, inv = false }: ChipEvent): number {
  return (event >>> 8) * 2 ** 32 + cmask * 2 ** 24 + (inv ? 1 << 23 : 0) + (umask << 8) + (event & 0xff);
}
