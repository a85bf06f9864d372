/**
 * AMD family 15h (Bulldozer, Piledriver): six counters, but most events can be counted only by some of them. Cycles have
 * three, so that three cycles events and the NMI watchdog's do not fit.
 *
 * Reference: BKDG for family 15h models 00h-0Fh, "Core Performance Counter Events": the letters behind each event name its
 * PERF_CTL registers; 0x076 "CPU Clocks not Halted" has PERF_CTL[2:0].
 * amd_get_event_constraints_f15h of the kernel for those of the caches.
 * Not modelled: northbridge events and their counters; IBS; lightweight profiling.
 */
import { coded, type CacheEvents, type CacheTable, type Chip } from '../chip.ts';
import { AMD64_CACHES } from './amd64.ts';

const PERF_CTL_2_0 = [0, 1, 2];

/** The same events as elsewhere, but on three of the counters only. */
function restricted([access, miss]: CacheEvents): CacheEvents {
  return [access && { ...access, counters: PERF_CTL_2_0 }, miss && { ...miss, counters: PERF_CTL_2_0 }];
}

const { L1D, L1I, LL, DTLB, ITLB } = AMD64_CACHES;

const CACHES: CacheTable = {
  ...AMD64_CACHES,
  L1D: { ...L1D, prefetch: restricted(L1D.prefetch!) },
  L1I: { ...L1I, read: restricted(L1I.read!) },
  LL: { ...LL, read: restricted(LL.read!), write: restricted(LL.write!) },
  DTLB: { ...DTLB, read: [DTLB.read![0], restricted(DTLB.read!)[1]] },
  ITLB: { read: restricted(ITLB.read!) },
};

export const amd64_fam15h: Chip = {
  name: 'amd64-fam15h',
  description: 'AMD family 15h: 6 general counters, cycles on the first 3 only, no status register',
  vendor: 'amd',
  brand: 'AMD Opteron(TM) Processor 6272',
  cpuid: 'AuthenticAMD,21,1,2',
  khz: 2_100_000,
  general: { count: 6, width: 48 },
  fixed: { count: 0, width: 48 },
  globalRegisters: false,
  maxPeriod: 2 ** 47 - 1,
  events: [
    { signal: 'cycles', event: 0x76, umask: 0x00, counters: PERF_CTL_2_0 },
    { signal: 'instructions', event: 0xc0, umask: 0x00 },
    { signal: 'cache-references', event: 0x80, umask: 0x00, counters: PERF_CTL_2_0 },
    { signal: 'cache-misses', event: 0x81, umask: 0x00, counters: PERF_CTL_2_0 },
    { signal: 'branches', event: 0xc2, umask: 0x00 },
    { signal: 'branch-misses', event: 0xc3, umask: 0x00 },
    { signal: 'stalled-cycles-frontend', event: 0xd0, umask: 0x00, counters: PERF_CTL_2_0 },
    { signal: 'stalled-cycles-backend', event: 0xd1, umask: 0x00, counters: PERF_CTL_2_0 },
  ],
  caches: CACHES,
  // The code that stood for stores is here that of all refills.
  formerCaches: { ...CACHES, L1D: { ...CACHES.L1D, write: [coded('L1-dcache-load-misses', 0x0142), null] } },
};
