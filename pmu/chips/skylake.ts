/**
 * Intel Skylake (Core i7-6700K, model 94) with hyper-threading: each thread has four general and three fixed counters.
 *
 * Reference: Intel SDM 3B, "6th Generation Intel Core Processor Performance Monitoring Facility", table 19-1 for the
 * event codes, skl_hw_cache_event_ids of the kernel for those of the caches. It has no stalled-cycles events in the kernel's tables.
 * Not modelled: PEBS, uncore, the counter that a TSX work-around of 2019 takes away.
 */
import { NONE, coded, type Chip } from '../chip.ts';
import { ARCHITECTURAL, BRANCHES, BRANCH_MISSES, OFFCORE } from './architectural.ts';

/** MEM_INST_RETIRED.ALL_LOADS and .ALL_STORES. */
const LOADS = coded('L1-dcache-loads', 0x81d0);
const STORES = coded('L1-dcache-stores', 0x82d0);

export const skylake: Chip = {
  name: 'skylake',
  description: 'Intel Skylake, hyper-threading on: 4 general and 3 fixed counters',
  vendor: 'intel',
  brand: 'Intel(R) Core(TM) i7-6700K CPU @ 4.00GHz',
  cpuid: 'GenuineIntel,6,94,3',
  khz: 4_000_000,
  general: { count: 4, width: 48 },
  fixed: { count: 3, width: 48 },
  globalRegisters: true,
  anyThread: true,
  maxPeriod: 2 ** 31 - 1,
  fullWidthWrites: true,
  events: ARCHITECTURAL,
  caches: {
    L1D: { read: [LOADS, coded('L1-dcache-load-misses', 0x0151)], write: [STORES, null], prefetch: NONE },
    L1I: { read: [null, coded('L1-icache-load-misses', 0x0283)], prefetch: NONE },
    LL: { ...OFFCORE.LL, prefetch: NONE },
    DTLB: { read: [LOADS, coded('dTLB-load-misses', 0x0e08)], write: [STORES, coded('dTLB-store-misses', 0x0e49)], prefetch: NONE },
    ITLB: { read: [coded('iTLB-loads', 0x2085), coded('iTLB-load-misses', 0x0e85)] },
    BPU: { read: [BRANCHES, BRANCH_MISSES] },
    NODE: { ...OFFCORE.NODE, prefetch: NONE },
  },
  offcoreRegisters: 2,
  lbr: { depth: 32, select: 'exact', mispredicted: true, cycles: true },
};
