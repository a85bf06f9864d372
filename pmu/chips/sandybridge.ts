/**
 * Intel Sandy Bridge (Xeon E5-2600, model 45) with hyper-threading: each thread has four general and three fixed counters.
 *
 * Reference: Intel SDM 3B, "Performance Monitoring for Processors Based on Sandy Bridge", table 19-1 and that of Sandy
 * Bridge's events for the codes; CPUID leaf 0AH reports 48-bit counters; IA32_PERF_CAPABILITIES has FW_WRITE.
 * Not modelled: the threads of a core disturbing each other; PEBS, uncore, offcore.
 */
import type { Chip } from '../chip.ts';
import { ARCHITECTURAL } from './architectural.ts';

export const sandybridge: Chip = {
  name: 'sandybridge',
  description: 'Intel Sandy Bridge, hyper-threading on: 4 general and 3 fixed counters',
  vendor: 'intel',
  brand: 'Intel(R) Xeon(R) CPU E5-2690 0 @ 2.90GHz',
  cpuid: 'GenuineIntel,6,45,7',
  khz: 2_900_000,
  general: { count: 4, width: 48 },
  fixed: { count: 3, width: 48 },
  globalRegisters: true,
  maxPeriod: 2 ** 31 - 1,
  fullWidthWrites: true,
  events: [
    ...ARCHITECTURAL,
    // UOPS_ISSUED.ANY and UOPS_DISPATCHED.THREAD, both as cycles in which there is none.
    { signal: 'stalled-cycles-frontend', event: 0x0e, umask: 0x01, cmask: 1, inv: true },
    { signal: 'stalled-cycles-backend', event: 0xb1, umask: 0x01, cmask: 1, inv: true },
  ],
};
