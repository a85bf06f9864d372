/**
 * Intel Skylake (Core i7-6700K, model 94) with hyper-threading: each thread has four general and three fixed counters.
 *
 * Reference: Intel SDM 3B, "6th Generation Intel Core Processor Performance Monitoring Facility", table 19-1 for the
 * event codes. It has no stalled-cycles events in the kernel's tables.
 * Not modelled: PEBS, uncore, the counter that a TSX work-around of 2019 takes away.
 */
import type { Chip } from '../chip.ts';
import { ARCHITECTURAL } from './architectural.ts';

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
  maxPeriod: 2 ** 31 - 1,
  fullWidthWrites: true,
  events: ARCHITECTURAL,
};
