/**
 * The events that AMD processors from K7 to family 16h count by the same codes, as the kernel maps perf's generic events.
 *
 * Reference: BKDG for family 10h, 3.14 "Performance Counter Events". References and misses are those of the
 * instruction cache, as the kernel had it until 2016; the stalls are "decoder empty" and "dispatch stalls".
 * amd_hw_cache_event_ids of the kernel for the caches, whose last level is L2: of v4.2, and as it is since v4.14 at the latest.
 * Not modelled: northbridge events, which the cores of a package share; those of memory nodes are among them.
 */
import { NONE, coded, type CacheTable, type ChipEvent } from '../chip.ts';

export const AMD64_EVENTS: readonly ChipEvent[] = [
  { signal: 'cycles', event: 0x76, umask: 0x00 },
  { signal: 'instructions', event: 0xc0, umask: 0x00 },
  { signal: 'cache-references', event: 0x80, umask: 0x00 },
  { signal: 'cache-misses', event: 0x81, umask: 0x00 },
  { signal: 'branches', event: 0xc2, umask: 0x00 },
  { signal: 'branch-misses', event: 0xc3, umask: 0x00 },
  { signal: 'stalled-cycles-frontend', event: 0xd0, umask: 0x00 },
  { signal: 'stalled-cycles-backend', event: 0xd1, umask: 0x00 },
];

const DATA_CACHE_ACCESSES = coded('L1-dcache-loads', 0x0040);
const INSTRUCTION_CACHE_FETCHES = coded('cache-references', 0x0080);
const INSTRUCTION_CACHE_MISSES = coded('cache-misses', 0x0081);

export const AMD64_CACHES: CacheTable = {
  L1D: {
    read: [DATA_CACHE_ACCESSES, coded('L1-dcache-load-misses', 0x0141)],
    write: NONE,
    prefetch: [coded('L1-dcache-prefetches', 0x0267), coded('L1-dcache-prefetch-misses', 0x0167)],
  },
  L1I: { read: [INSTRUCTION_CACHE_FETCHES, INSTRUCTION_CACHE_MISSES], prefetch: [coded('L1-icache-prefetches', 0x014b), null] },
  LL: { read: [coded('LLC-loads', 0x037d), coded('LLC-load-misses', 0x037e)], write: [coded('LLC-stores', 0x017f), null], prefetch: NONE },
  DTLB: { read: [DATA_CACHE_ACCESSES, coded('dTLB-load-misses', 0x0746)], write: NONE, prefetch: NONE },
  ITLB: { read: [INSTRUCTION_CACHE_FETCHES, coded('iTLB-load-misses', 0x0385)] },
  BPU: { read: [coded('branches', 0x00c2), coded('branch-misses', 0x00c3)] },
  NODE: { read: NONE },
};

/** The table of v4.2 and before: what it had for stores are refills of the data cache that L2 did not have. */
export const AMD64_FORMER_CACHES: CacheTable = { ...AMD64_CACHES, L1D: { ...AMD64_CACHES.L1D, write: [coded('LLC-load-misses', 0x0142), null] } };
