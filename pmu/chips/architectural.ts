/**
 * The events that every Intel processor since Core 2 counts by the same codes, and the fixed counters that count three of them.
 *
 * Reference: Intel SDM 3B, table 19-1 "Architectural Performance Events", 18.2.2 for the fixed counters. The code of
 * ref-cycles is no code: the kernel's own name for fixed counter 2, which nothing else can stand in for.
 * Not modelled: top-down slots.
 */
import { offcore, type CacheTable, type ChipEvent } from '../chip.ts';

export const INSTRUCTIONS: ChipEvent = { signal: 'instructions', event: 0xc0, umask: 0x00, fixed: 0 };
export const CYCLES: ChipEvent = { signal: 'cycles', event: 0x3c, umask: 0x00, fixed: 1 };
export const REF_CYCLES: ChipEvent = { signal: 'ref-cycles', event: 0x00, umask: 0x03, fixed: 2, counters: [] };
export const CACHE_REFERENCES: ChipEvent = { signal: 'cache-references', event: 0x2e, umask: 0x4f };
export const CACHE_MISSES: ChipEvent = { signal: 'cache-misses', event: 0x2e, umask: 0x41 };
export const BRANCHES: ChipEvent = { signal: 'branches', event: 0xc4, umask: 0x00 };
export const BRANCH_MISSES: ChipEvent = { signal: 'branch-misses', event: 0xc5, umask: 0x00 };
export const BUS_CYCLES: ChipEvent = { signal: 'bus-cycles', event: 0x3c, umask: 0x01 };

export const ARCHITECTURAL: readonly ChipEvent[] = [
  INSTRUCTIONS, CYCLES, REF_CYCLES, CACHE_REFERENCES, CACHE_MISSES, BRANCHES, BRANCH_MISSES, BUS_CYCLES,
];

/** The last cache and memory as Nehalem and its successors count them: requests that leave the core, and who answered them. */
export const OFFCORE: Pick<CacheTable, 'LL' | 'NODE'> = {
  LL: {
    read: [offcore('LLC-loads'), offcore('LLC-load-misses')],
    write: [offcore('LLC-stores'), offcore('LLC-store-misses')],
    prefetch: [offcore('LLC-prefetches'), offcore('LLC-prefetch-misses')],
  },
  NODE: {
    read: [offcore('node-loads'), offcore('node-load-misses')],
    write: [offcore('node-stores'), offcore('node-store-misses')],
    prefetch: [offcore('node-prefetches'), offcore('node-prefetch-misses')],
  },
};
