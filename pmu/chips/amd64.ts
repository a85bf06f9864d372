/**
 * The events that AMD processors from K7 to family 16h count by the same codes, as the kernel maps perf's generic events.
 *
 * Reference: BKDG for family 10h, 3.14 "Performance Counter Events". References and misses are those of the
 * instruction cache, as the kernel had it until 2016; the stalls are "decoder empty" and "dispatch stalls".
 * Not modelled: northbridge events, which the cores of a package share.
 */
import type { ChipEvent } from '../chip.ts';

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
