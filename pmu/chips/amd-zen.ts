/**
 * AMD Zen (family 17h, Naples): six counters, all alike, no status register.
 *
 * Reference: PPR for family 17h model 01h, "Performance Monitor Counters"; the codes are the kernel's since
 * v5.1: accesses of the L2 cache and its misses, dispatch stalls for want of tokens.
 * Not modelled: the counters of the L3 cache and the data fabric; IBS.
 */
import type { Chip } from '../chip.ts';

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
};
