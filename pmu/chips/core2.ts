/**
 * Intel Core 2 (45 nm, model 23): two general and three fixed counters.
 *
 * Reference: Intel SDM 3B, 18.4.1 "Fixed-function Performance Counters" of the Core microarchitecture, table 19-1 for the
 * event codes, and core2_hw_cache_event_ids of the kernel for those of the caches; CPUID leaf 0AH reports version 2 and 40-bit counters.
 * Not modelled: PEBS, which errata AJ67 to AJ106 made the kernel switch off.
 */
import { NONE, coded, type Chip } from '../chip.ts';
import { ARCHITECTURAL, BRANCHES, BRANCH_MISSES, INSTRUCTIONS } from './architectural.ts';

const L1D_CACHE_LD = coded('L1-dcache-loads', 0x0f40);
const L1D_CACHE_ST = coded('L1-dcache-stores', 0x0f41);

export const core2: Chip = {
  name: 'core2',
  description: 'Intel Core 2: 2 general and 3 fixed counters',
  vendor: 'intel',
  brand: 'Intel(R) Core(TM)2 Duo CPU     E8400  @ 3.00GHz',
  cpuid: 'GenuineIntel,6,23,10',
  khz: 3_000_000,
  general: { count: 2, width: 40 },
  fixed: { count: 3, width: 40 },
  globalRegisters: true,
  maxPeriod: 2 ** 31 - 1,
  events: ARCHITECTURAL,
  lbr: { depth: 4, mispredicted: false, cycles: false },
  caches: {
    L1D: {
      read: [L1D_CACHE_LD, coded('L1-dcache-load-misses', 0x0140)],
      write: [L1D_CACHE_ST, coded('L1-dcache-store-misses', 0x0141)],
      prefetch: [coded('L1-dcache-prefetches', 0x104e), null],
    },
    L1I: { read: [coded('L1-icache-loads', 0x0080), coded('L1-icache-load-misses', 0x0081)], prefetch: NONE },
    LL: {
      read: [coded('LLC-loads', 0x4f29), coded('LLC-load-misses', 0x4129)],
      write: [coded('LLC-stores', 0x4f2a), coded('LLC-store-misses', 0x412a)],
      prefetch: NONE,
    },
    DTLB: { read: [L1D_CACHE_LD, coded('dTLB-load-misses', 0x0208)], write: [L1D_CACHE_ST, coded('dTLB-store-misses', 0x0808)], prefetch: NONE },
    ITLB: { read: [INSTRUCTIONS, coded('iTLB-load-misses', 0x1282)] },
    BPU: { read: [BRANCHES, BRANCH_MISSES] },
    NODE: { read: NONE, write: NONE, prefetch: NONE },
  },
};
