/**
 * AMD Zen (family 17h, Naples): six counters, all alike, no status register.
 *
 * Reference: PPR for family 17h model 01h, "Performance Monitor Counters"; the codes are the kernel's since
 * v5.1: accesses of the L2 cache and its misses, dispatch stalls for want of tokens; of the caches, amd_hw_cache_event_ids_f17h.
 * Not modelled: the counters of the L3 cache and the data fabric; IBS.
 */
import { NONE, coded, type Chip } from '../chip.ts';

export const amd_zen: Chip = {
  name: 'amd-zen',
  description: 'AMD Zen (family 17h): 6 general counters, no status register',
  vendor: 'amd',
  brand: 'AMD EPYC 7601 32-Core Processor',
  cpuid: 'AuthenticAMD,23,1,2',
  khz: 2_200_000,
  general: { count: 6, width: 48 },
  fixed: { count: 0, width: 48 },
  globalRegisters: false,
  maxPeriod: 2 ** 47 - 1,
  events: [
    { signal: 'cycles', event: 0x76, umask: 0x00 },
    { signal: 'instructions', event: 0xc0, umask: 0x00 },
    { signal: 'cache-references', event: 0x60, umask: 0xff },
    { signal: 'cache-misses', event: 0x64, umask: 0x09 },
    { signal: 'branches', event: 0xc2, umask: 0x00 },
    { signal: 'branch-misses', event: 0xc3, umask: 0x00 },
    { signal: 'stalled-cycles-frontend', event: 0x87, umask: 0x02 },
    { signal: 'stalled-cycles-backend', event: 0x87, umask: 0x01 },
  ],
  caches: {
    // A miss is an access of L2 on behalf of the data cache.
    L1D: { read: [coded('L1-dcache-loads', 0x0040), coded('L1-dcache-load-misses', 0xc860)], write: NONE, prefetch: [coded('L1-dcache-prefetches', 0xff5a), null] },
    L1I: { read: [coded('L1-icache-loads', 0x0080), coded('L1-icache-load-misses', 0x0081)], prefetch: NONE },
    LL: { read: NONE, write: NONE, prefetch: NONE },
    DTLB: { read: [coded('dTLB-loads', 0xff45), coded('dTLB-load-misses', 0xf045)], write: NONE, prefetch: NONE },
    ITLB: { read: [coded('iTLB-loads', 0x0084), coded('iTLB-load-misses', 0xff85)] },
    BPU: { read: [coded('branches', 0x00c2), coded('branch-misses', 0x00c3)] },
    NODE: { read: NONE },
  },
};
