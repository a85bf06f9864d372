/**
 * AMD family 10h (Barcelona, Shanghai, Istanbul): four counters, no status register, no fixed counters.
 *
 * Reference: AMD BKDG for family 10h, 3.12 "MSRs", PERF_CTL[3:0] and PERF_CTR[3:0]; 2.17.1 "Performance Monitor Counters".
 * Not modelled: northbridge events, IBS.
 */
import type { Chip } from '../chip.ts';
import { AMD64_CACHES, AMD64_EVENTS, AMD64_FORMER_CACHES } from './amd64.ts';

export const amd64_fam10h: Chip = {
  name: 'amd64-fam10h',
  alias: 'amd64',
  description: 'AMD family 10h: 4 general counters, no status register',
  vendor: 'amd',
  brand: 'AMD Opteron(tm) Processor 2427',
  cpuid: 'AuthenticAMD,16,8,0',
  khz: 2_200_000,
  general: { count: 4, width: 48 },
  fixed: { count: 0, width: 48 },
  globalRegisters: false,
  maxPeriod: 2 ** 47 - 1,
  events: AMD64_EVENTS,
  caches: AMD64_CACHES,
  formerCaches: AMD64_FORMER_CACHES,
};
