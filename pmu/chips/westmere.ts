/**
 * Intel Westmere (Xeon 5600, model 44): four general and three fixed counters.
 *
 * Reference: Intel SDM 3B, 18.2.2 "Architectural Performance Monitoring Version 3", table 19-1 and that of Westmere's
 * events for the codes, and westmere_hw_cache_event_ids of the kernel for those of the caches; CPUID leaf 0AH reports 48-bit counters and no bus cycles.
 * Not modelled: as for Nehalem: the work-around on enabling, uncore.
 */
import { NONE, coded, type Chip } from '../chip.ts';
import {
  BRANCHES, BRANCH_MISSES, BUS_CYCLES, CACHE_MISSES, CACHE_REFERENCES, CYCLES, INSTRUCTIONS, OFFCORE, REF_CYCLES,
} from './architectural.ts';

const LOADS = coded('L1-dcache-loads', 0x010b);
const STORES = coded('L1-dcache-stores', 0x020b);
const FIRST_TWO = { counters: [0, 1] };

export const westmere: Chip = {
  name: 'westmere',
  description: 'Intel Westmere: 4 general and 3 fixed counters',
  vendor: 'intel',
  brand: 'Intel(R) Xeon(R) CPU           X5670  @ 2.93GHz',
  cpuid: 'GenuineIntel,6,44,2',
  khz: 2_933_333,
  general: { count: 4, width: 48 },
  fixed: { count: 3, width: 48 },
  globalRegisters: true,
  anyThread: true,
  maxPeriod: 2 ** 31 - 1,
  minPeriod: 32,
  events: [
    INSTRUCTIONS, CYCLES, REF_CYCLES, CACHE_REFERENCES, CACHE_MISSES, BRANCHES,
    BRANCH_MISSES,
    { ...BUS_CYCLES, unavailable: true },
    // UOPS_ISSUED.ANY and UOPS_EXECUTED.CORE, both as cycles in which there is none.
    { signal: 'stalled-cycles-frontend', event: 0x0e, umask: 0x01, cmask: 1, inv: true },
    { signal: 'stalled-cycles-backend', event: 0xb1, umask: 0x3f, cmask: 1, inv: true },
  ],
  caches: {
    L1D: {
      read: [LOADS, { ...coded('L1-dcache-load-misses', 0x0151), ...FIRST_TWO }],
      write: [STORES, { ...coded('L1-dcache-store-misses', 0x0251), ...FIRST_TWO }],
      prefetch: [coded('L1-dcache-prefetches', 0x014e), coded('L1-dcache-prefetch-misses', 0x024e)],
    },
    L1I: { read: [coded('L1-icache-loads', 0x0380), coded('L1-icache-load-misses', 0x0280)], prefetch: NONE },
    DTLB: { read: [LOADS, coded('dTLB-load-misses', 0x0108)], write: [STORES, coded('dTLB-store-misses', 0x010c)], prefetch: NONE },
    ITLB: { read: [coded('instructions', 0x01c0), coded('iTLB-load-misses', 0x0185)] },
    BPU: { read: [BRANCHES, coded('branch-misses', 0x03e8)] },
    ...OFFCORE,
  },
  offcoreRegisters: 2,
  pebs: [[0x0b], [0x0f], [0x0c, 0x01], [0xc0], [0xc2], [0xc4], [0xc5], [0xc7], [0xc8, 0x20], [0xcb], [0xf7]],
  lbr: { depth: 16, select: 'with erratum', mispredicted: true, cycles: false },
};
