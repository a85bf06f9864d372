/**
 * Intel Nehalem (Core i7-900 and Xeon 5500, model 26): four general and three fixed counters.
 *
 * Reference: Intel SDM 3B, 18.2.2 "Architectural Performance Monitoring Version 3", table 19-1 for the event codes;
 * model 26's CPUID leaf 0AH reports 48-bit counters.
 * Not modelled: the erratum work-around that pulses the counters on enabling, PEBS, uncore.
 */
import type { Chip } from '../chip.ts';

export const nehalem: Chip = {
  name: 'nehalem',
  description: 'Intel Nehalem: 4 general and 3 fixed counters, global status register',
  vendor: 'intel',
  brand: 'Intel(R) Xeon(R) CPU X5550 @ 2.67GHz',
  cpuid: 'GenuineIntel,6,26,5',
  khz: 2_666_667,
  general: { count: 4, width: 48 },
  fixed: { count: 3, width: 48 },
  globalRegisters: true,
  maxPeriod: 2 ** 31 - 1,
  events: [
    { signal: 'instructions', event: 0xc0, umask: 0x00, fixed: 0 },
    { signal: 'cycles', event: 0x3c, umask: 0x00, fixed: 1 },
    { signal: 'cache-references', event: 0x2e, umask: 0x4f },
    { signal: 'cache-misses', event: 0x2e, umask: 0x41 },
    { signal: 'branches', event: 0xc4, umask: 0x00 },
    { signal: 'branch-misses', event: 0xc5, umask: 0x00 },
    { signal: 'bus-cycles', event: 0x3c, umask: 0x01 },
  ],
};
