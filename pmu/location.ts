/**
 * Where a CPU executes: a stretch of code with its symbol, its addresses and the events that it causes per cycle.
 *
 * Reference: rates are inputs that describe a program; Nehalem's are of the order that `perf stat` shows for such code.
 * Not modelled: variation of rates within a location; caches and branch prediction as mechanisms.
 */

/** What the counters can count. The order is the index into a location's rates. */
export const SIGNALS = [
  'cycles', 'instructions', 'cache-references', 'cache-misses', 'branches', 'branch-misses', 'bus-cycles',
  'stalled-cycles-frontend', 'stalled-cycles-backend', 'ref-cycles',
] as const;
export type Signal = (typeof SIGNALS)[number];

/** Where the kernel's text starts: 0xffffffff81000000, as the signed 64-bit number that a double holds exactly. */
export const KERNEL_TEXT = -0x7f00_0000;

export interface Location {
  readonly symbol: string;
  /** First address (signed: the kernel half is negative), and the number of bytes of the code. */
  readonly start: number;
  readonly length: number;
  readonly ring: 'user' | 'kernel';
  /** Events per cycle, by index of SIGNALS. */
  readonly rates: readonly number[];
}

/** A location from readable parts; a rate left out is zero, and a cycle is a cycle. */
export function location(
  ring: Location['ring'],
  symbol: string,
  start: number,
  length: number,
  rates: Partial<Record<Signal, number>>,
): Location {
  const all: Partial<Record<Signal, number>> = { cycles: 1, 'ref-cycles': 1, ...rates };
  return { symbol, start, length, ring, rates: SIGNALS.map((signal) => all[signal] ?? 0) };
}

/** A CPU that has nothing to do halts: nothing counts. */
export const HALTED: Location = {
  symbol: 'mwait_idle', start: KERNEL_TEXT + 0xf2a0, length: 0x90, ring: 'kernel', rates: SIGNALS.map(() => 0),
};
