/**
 * Intel Westmere (Xeon 5600, model 44): four general and three fixed counters.
 *
 * Reference: Intel SDM 3B, 18.2.2 "Architectural Performance Monitoring Version 3", table 19-1 and that of Westmere's
 * events for the codes; CPUID leaf 0AH reports 48-bit counters and no bus cycles.
 * Not modelled: as for Nehalem: the work-around on enabling, PEBS, uncore.
 */
import type { Chip } from '../chip.ts';
import {
  BRANCHES, BRANCH_MISSES, BUS_CYCLES, CACHE_MISSES, CACHE_REFERENCES, CYCLES, INSTRUCTIONS, REF_CYCLES,
} from './architectural.ts';

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
  maxPeriod: 2 ** 31 - 1,
  events: [
    INSTRUCTIONS, CYCLES, REF_CYCLES, CACHE_REFERENCES, CACHE_MISSES, BRANCHES,
    BRANCH_MISSES,
    { ...BUS_CYCLES, unavailable: true },
    // UOPS_ISSUED.ANY and UOPS_EXECUTED.CORE, both as cycles in which there is none.
    { signal: 'stalled-cycles-frontend', event: 0x0e, umask: 0x01, cmask: 1, inv: true },
    { signal: 'stalled-cycles-backend', event: 0xb1, umask: 0x3f, cmask: 1, inv: true },
  ],
};
