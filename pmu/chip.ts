/**
 * What distinguishes one processor's PMU from another's, in the manuals' spelling.
 *
 * Reference: Intel SDM volume 3B, chapter 18 "Performance Monitoring"; AMD BKDG, "Performance Monitor Counters".
 * Not modelled: uncore and northbridge facilities; PEBS of Sandy Bridge and later.
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
  /** OFFCORE_RESPONSE: what it counts is written into a register beside the event select, of which there are few. */
  readonly offcore?: boolean;
  /** The register is left empty, so that nothing is counted. */
  readonly unfiltered?: boolean;
  /** CPUID leaf 0AH says that the event is not available, although the register takes its code. */
  readonly unavailable?: boolean;
}

/** The caches by the number that perf_event_open gives them, the translation and prediction caches among them. */
export const CACHES = ['L1D', 'L1I', 'LL', 'DTLB', 'ITLB', 'BPU', 'NODE'] as const;
export type Cache = (typeof CACHES)[number];

export const CACHE_OPERATIONS = ['read', 'write', 'prefetch'] as const;
type CacheOperation = (typeof CACHE_OPERATIONS)[number];

/** The event for accesses, and that for misses; null: the chip counts no such thing. */
export type CacheEvents = readonly [access: ChipEvent | null, miss: ChipEvent | null];

/** What of a cache can be counted; an operation that is left out makes no sense there. */
export type CacheTable = Readonly<Record<Cache, Readonly<Partial<Record<CacheOperation, CacheEvents>>>>>;

/** The chip counts none. */
export const NONE: CacheEvents = [null, null];

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
  /** Events that a counter needs to be away from its overflow, or the interrupt may be lost; absent: that many do not matter. */
  readonly minPeriod?: number;
  /** IA32_PERF_CAPABILITIES.FW_WRITE: a second range of addresses writes all bits of a counter. */
  readonly fullWidthWrites?: boolean;
  /** Architectural version 3: events of both threads of a core can be counted together. */
  readonly anyThread?: boolean;
  /** The first with a signal is the one that stands for perf's generic event. */
  readonly events: readonly ChipEvent[];
  /** What perf's cache events stand for (hw_cache_event_ids of the kernel). */
  readonly caches: CacheTable;
  /** What they stood for at first, where that was something else. */
  readonly formerCaches?: CacheTable;
  /** OFFCORE_RSP registers of a thread; absent: none. */
  readonly offcoreRegisters?: number;
  /** Events that can be precise, by event select, and by unit mask where it matters; absent: none that are modelled. */
  readonly pebs?: readonly (readonly [event: number, umask?: number])[];
  /** Last branch records; absent: none that can be used. */
  readonly lbr?: {
    readonly depth: number;
    /** MSR_LBR_SELECT; with the erratum it finds calls and returns only if it looks for jumps, too. Absent: there is none. */
    readonly select?: 'with erratum' | 'exact';
    /** Records say whether the branch was mispredicted, and how many cycles passed before it. */
    readonly mispredicted: boolean;
    readonly cycles: boolean;
  };
}

/** An event by its code as the kernel writes it, unit mask before event select: 0x010b. */
export function coded(signal: Signal, code: number): ChipEvent {
  return { signal, event: code & 0xff, umask: code >>> 8 };
}

/** OFFCORE_RESPONSE_0 counts `signal` when its register says so. */
export function offcore(signal: Signal): ChipEvent {
  return { ...coded(signal, 0x01b7), offcore: true };
}

/** What a cache event stands for: null where the chip counts no such thing, undefined where there is none. */
export function cacheEvent(caches: CacheTable, cache: number, operation: number, result: number): ChipEvent | null | undefined {
  return (caches[CACHES[cache]] ?? {})[CACHE_OPERATIONS[operation]]?.[result];
}

/** All events of the chip: the generic ones, and those of the caches, some of which are the same. */
export function allEvents({ events, caches, formerCaches = caches }: Chip): ChipEvent[] {
  const tables = [caches, formerCaches].flatMap((table) => CACHES.flatMap((cache) => CACHE_OPERATIONS.flatMap((operation) => table[cache][operation] ?? [])));
  return [...events, ...tables.filter((event) => event !== null)];
}

/** The event select register for an event, without the bits that say where and how to count. */
export function eventSelect({ event, umask, cmask = 0, inv = false }: ChipEvent): number {
  return (event >>> 8) * 2 ** 32 + cmask * 2 ** 24 + (inv ? 1 << 23 : 0) + (umask << 8) + (event & 0xff);
}
