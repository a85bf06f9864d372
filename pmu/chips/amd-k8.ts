/**
 * AMD K8 (family 0Fh): four counters, no status register, no fixed counters.
 *
 * Reference: BKDG for family 0Fh, chapter 10 "Performance Monitoring", PerfEvtSel[3:0] and PerfCtr[3:0].
 * Not modelled: northbridge events.
 */
import type { Chip } from '../chip.ts';
import { AMD64_CACHES, AMD64_EVENTS, AMD64_FORMER_CACHES } from './amd64.ts';

export const amd_k8: Chip = {
  name: 'amd-k8',
  description: 'AMD K8 (family 0Fh): 4 general counters, no status register',
  vendor: 'amd',
  brand: 'Dual-Core AMD Opteron(tm) Processor 2218',
  cpuid: 'AuthenticAMD,15,65,2',
  khz: 2_600_000,
  general: { count: 4, width: 48 },
  fixed: { count: 0, width: 48 },
  globalRegisters: false,
  maxPeriod: 2 ** 47 - 1,
  events: AMD64_EVENTS,
  caches: AMD64_CACHES,
  formerCaches: AMD64_FORMER_CACHES,
};
