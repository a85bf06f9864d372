/**
 * Intel Sandy Bridge (Xeon E5-2600, model 45) with hyper-threading: each thread has four general and three fixed counters.
 *
 * Reference: Intel SDM 3B, "Performance Monitoring for Processors Based on Sandy Bridge", table 19-1 and that of Sandy
 * Bridge's events for the codes; CPUID leaf 0AH reports 48-bit counters; IA32_PERF_CAPABILITIES has FW_WRITE.
 * snb_hw_cache_event_ids of v3.10 and v3.4 for the caches.
 * Not modelled: the threads of a core disturbing each other, which kernels have minded since v4.1; that before, they put MEM_UOP_RETIRED.* on
 * the other four of eight counters, too, which do not count it; PEBS, uncore.
 */
import { NONE, coded, offcore, type CacheEvents, type CacheTable, type Chip, type ChipEvent } from '../chip.ts';
import type { Signal } from '../location.ts';
import { ARCHITECTURAL, BRANCHES, BRANCH_MISSES, OFFCORE } from './architectural.ts';

/** MEM_UOP_RETIRED.*: on the first four counters, however many there are. */
const retired = (signal: Signal, code: number): ChipEvent => ({ ...coded(signal, code), counters: [0, 1, 2, 3] });

const CACHES: CacheTable = {
  L1D: {
    read: [retired('L1-dcache-loads', 0xf1d0), coded('L1-dcache-load-misses', 0x0151)],
    write: [retired('L1-dcache-stores', 0xf2d0), coded('L1-dcache-store-misses', 0x0851)],
    prefetch: [null, coded('L1-dcache-prefetch-misses', 0x024e)],
  },
  L1I: { read: [null, coded('L1-icache-load-misses', 0x0280)], prefetch: NONE },
  DTLB: {
    read: [retired('L1-dcache-loads', 0x81d0), coded('dTLB-load-misses', 0x0108)],
    write: [retired('L1-dcache-stores', 0x82d0), coded('dTLB-store-misses', 0x0149)],
    prefetch: NONE,
  },
  ITLB: { read: [coded('iTLB-loads', 0x1085), coded('iTLB-load-misses', 0x0185)] },
  BPU: { read: [BRANCHES, BRANCH_MISSES] },
  ...OFFCORE,
};

/** Until v3.6 no filter was written for the last cache, and a register that is empty counts zero; there was nothing for memory nodes. */
const UNFILTERED: ChipEvent = { ...offcore('LLC-loads'), unfiltered: true };
const EMPTY: CacheEvents = [UNFILTERED, UNFILTERED];

export const sandybridge: Chip = {
  name: 'sandybridge',
  description: 'Intel Sandy Bridge, hyper-threading on: 4 general and 3 fixed counters',
  vendor: 'intel',
  brand: 'Intel(R) Xeon(R) CPU E5-2690 0 @ 2.90GHz',
  cpuid: 'GenuineIntel,6,45,7',
  khz: 2_900_000,
  general: { count: 4, width: 48 },
  fixed: { count: 3, width: 48 },
  globalRegisters: true,
  anyThread: true,
  maxPeriod: 2 ** 31 - 1,
  fullWidthWrites: true,
  events: [
    ...ARCHITECTURAL,
    // UOPS_ISSUED.ANY and UOPS_DISPATCHED.THREAD, both as cycles in which there is none.
    { signal: 'stalled-cycles-frontend', event: 0x0e, umask: 0x01, cmask: 1, inv: true },
    { signal: 'stalled-cycles-backend', event: 0xb1, umask: 0x01, cmask: 1, inv: true },
  ],
  caches: CACHES,
  formerCaches: { ...CACHES, LL: { read: EMPTY, write: EMPTY, prefetch: EMPTY }, NODE: {} },
  offcoreRegisters: 2,
  lbr: { depth: 16, select: 'exact', mispredicted: true, cycles: false },
};
