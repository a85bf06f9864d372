/**
 * Intel Nehalem (Core i7-900 and Xeon 5500, model 26): four general and three fixed counters.
 *
 * Reference: Intel SDM 3B, 18.2.2 "Architectural Performance Monitoring Version 3", table 19-1 and that of Nehalem's
 * events for the codes; model 26's CPUID leaf 0AH reports 48-bit counters and no bus cycles. Erratum AAJ80: branch-misses is
 * BR_MISP_EXEC.ANY in place of the architectural event. nehalem_hw_cache_event_ids of the kernel for the caches; the events of
 * L1D have the first two counters.
 * Not modelled: that BR_MISP_EXEC.ANY counts more than what retires, and BPU_CLEARS.ANY less; the erratum work-around that pulses the counters on
 * enabling; uncore.
 */
import { NONE, coded, type Chip } from '../chip.ts';
import {
  BRANCHES, BRANCH_MISSES, BUS_CYCLES, CACHE_MISSES, CACHE_REFERENCES, CYCLES, INSTRUCTIONS, OFFCORE, REF_CYCLES,
} from './architectural.ts';

const FIRST_TWO = { counters: [0, 1] };

export const nehalem: Chip = {
  name: 'nehalem',
  description: 'Intel Nehalem: 4 general and 3 fixed counters',
  vendor: 'intel',
  brand: 'Intel(R) Xeon(R) CPU X5550 @ 2.67GHz',
  cpuid: 'GenuineIntel,6,26,5',
  khz: 2_666_667,
  general: { count: 4, width: 48 },
  fixed: { count: 3, width: 48 },
  globalRegisters: true,
  anyThread: true,
  maxPeriod: 2 ** 31 - 1,
  minPeriod: 32,
  events: [
    INSTRUCTIONS, CYCLES, REF_CYCLES, CACHE_REFERENCES, CACHE_MISSES, BRANCHES,
    { signal: 'branch-misses', event: 0x89, umask: 0x7f },
    BRANCH_MISSES,
    { ...BUS_CYCLES, unavailable: true },
    // UOPS_ISSUED.ANY and UOPS_EXECUTED.CORE, both as cycles in which there is none.
    { signal: 'stalled-cycles-frontend', event: 0x0e, umask: 0x01, cmask: 1, inv: true },
    { signal: 'stalled-cycles-backend', event: 0xb1, umask: 0x3f, cmask: 1, inv: true },
  ],
  caches: {
    L1D: {
      read: [coded('L1-dcache-loads', 0x010b), { ...coded('L1-dcache-load-misses', 0x0151), ...FIRST_TWO }],
      write: [coded('L1-dcache-stores', 0x020b), { ...coded('L1-dcache-store-misses', 0x0251), ...FIRST_TWO }],
      prefetch: [{ ...coded('L1-dcache-prefetches', 0x014e), ...FIRST_TWO }, { ...coded('L1-dcache-prefetch-misses', 0x024e), ...FIRST_TWO }],
    },
    L1I: { read: [coded('L1-icache-loads', 0x0380), coded('L1-icache-load-misses', 0x0280)], prefetch: NONE },
    DTLB: {
      read: [{ ...coded('L1-dcache-loads', 0x0f40), ...FIRST_TWO }, coded('dTLB-load-misses', 0x0108)],
      write: [{ ...coded('L1-dcache-stores', 0x0f41), ...FIRST_TWO }, coded('dTLB-store-misses', 0x010c)],
      prefetch: NONE,
    },
    ITLB: { read: [coded('instructions', 0x01c0), coded('iTLB-load-misses', 0x20c8)] },
    BPU: { read: [BRANCHES, coded('branch-misses', 0x03e8)] },
    ...OFFCORE,
  },
  offcoreRegisters: 1,
  pebs: [[0x0b], [0x0f], [0x0c, 0x01], [0xc0], [0xc2], [0xc4], [0xc5, 0x02], [0xc7], [0xc8, 0x20], [0xcb], [0xf7]],
  lbr: { depth: 16, select: 'with erratum', mispredicted: true, cycles: false },
};
