/**
 * Intel Core 2 (45 nm, model 23): two general and three fixed counters.
 *
 * Reference: Intel SDM 3B, 18.4.1 "Fixed-function Performance Counters" of the Core microarchitecture, table 19-1 for the
 * event codes; CPUID leaf 0AH reports version 2 and 40-bit counters.
 * Not modelled: PEBS, which errata AJ67 to AJ106 made the kernel switch off.
 */
import type { Chip } from '../chip.ts';
import { ARCHITECTURAL } from './architectural.ts';

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
};
