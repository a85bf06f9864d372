/**
 * Where a CPU executes: a stretch of code with its symbol, its addresses and the events that it causes per cycle.
 *
 * Reference: rates are inputs that describe a program; Nehalem's are of the order that `perf stat` shows for such code.
 * Not modelled: variation of rates within a function; caches and branch prediction as mechanisms.
 */

import type { Flow } from './branches.ts';

/** What the counters can count. The order is the index into a location's rates. */
export const SIGNALS = [
  'cycles', 'instructions', 'cache-references', 'cache-misses', 'branches', 'branch-misses', 'bus-cycles',
  'stalled-cycles-frontend', 'stalled-cycles-backend', 'ref-cycles',
  'L1-dcache-loads', 'L1-dcache-load-misses', 'L1-dcache-stores', 'L1-dcache-store-misses', 'L1-dcache-prefetches',
  'L1-dcache-prefetch-misses', 'L1-icache-loads', 'L1-icache-load-misses', 'L1-icache-prefetches',
  'LLC-loads', 'LLC-load-misses', 'LLC-stores', 'LLC-store-misses', 'LLC-prefetches', 'LLC-prefetch-misses',
  // Accesses of the second-level TLBs: those that the first level does not have.
  'dTLB-loads', 'dTLB-load-misses', 'dTLB-store-misses', 'iTLB-loads', 'iTLB-load-misses',
  'node-loads', 'node-load-misses', 'node-stores', 'node-store-misses', 'node-prefetches', 'node-prefetch-misses',
] as const;
export type Signal = (typeof SIGNALS)[number];

/** The index of cycles, by which time is attributed. */
export const CYCLES = 0;

/** Where the kernel's text starts: 0xffffffff81000000, as the signed 64-bit number that a double holds exactly. */
export const KERNEL_TEXT = -0x7f00_0000;

/** Bytes of code in which one instruction starts, on average. */
export const INSTRUCTION_BYTES = 4;

export interface Location {
  readonly symbol: string;
  /** First address (signed: the kernel half is negative), and the number of bytes of the code. */
  readonly start: number;
  readonly length: number;
  readonly ring: 'user' | 'kernel';
  /** Events per cycle, by index of SIGNALS. */
  readonly rates: Float64Array;
  /** The branches that it takes, for whoever asks for them. */
  readonly flow?: Flow | undefined;
  /** Return addresses of the calls that led here, innermost first; absent: its caller is not known. */
  readonly callers?: readonly number[];
  /** The functions among which execution changes too fast to be followed one by one. */
  readonly parts?: readonly Part[];
}

/** A function's share of the cycles that a mixture of functions takes. */
export interface Part {
  readonly location: Location;
  readonly share: number;
}

type Rates = Partial<Record<Signal, number>>;

/**
 * What code that speaks of the last-level cache as a whole does in each: it loads, each load comes from a miss in the first
 * level, and each miss goes to the memory of its node.
 */
function loads({ 'cache-references': references = 0, 'cache-misses': misses = 0 }: Rates): Rates {
  return {
    'L1-dcache-loads': references, 'L1-dcache-load-misses': references, 'LLC-loads': references, 'LLC-load-misses': misses, 'node-loads': misses,
  };
}

/** A location from readable parts; a rate left out is zero but for what follows from others, and a cycle is a cycle. */
export function location(
  ring: Location['ring'],
  symbol: string,
  start: number,
  length: number,
  rates: Rates,
  flow?: Flow,
): Location {
  const all: Rates = { cycles: 1, 'ref-cycles': 1, ...loads(rates), ...rates };
  return { symbol, start, length, ring, rates: Float64Array.from(SIGNALS, (signal) => all[signal] ?? 0), flow };
}

/** A CPU that has nothing to do halts: nothing counts. */
export const HALTED: Location = {
  symbol: 'mwait_idle', start: KERNEL_TEXT + 0xf2a0, length: 0x90, ring: 'kernel', rates: new Float64Array(SIGNALS.length), flow: undefined,
};

/** The same code, when `caller` has called it: from the middle of its text. */
export function called_from(caller: Location, callee: Location): Location {
  const site = caller.start + 4 * Math.floor(caller.length / 8);
  return { ...callee, callers: [site, ...(caller.callers ?? [])] };
}

/** Functions between which execution changes all the time: events come at the average of their rates. `flow` leads through all of them. */
export function mixture(parts: readonly Part[], flow?: Flow): Location {
  const total = parts.reduce((sum, { share }) => sum + share, 0);
  const rates = Float64Array.from(SIGNALS, (_, signal) => parts.reduce((sum, { location: { rates: own }, share }) => sum + own[signal] * share, 0) / total);
  return { ...parts[0].location, rates, flow, parts };
}

/**
 * The function of `location` in which an event of the kind `signal` has happened: each as likely as it causes such
 * events. `unit` is a number drawn from 0 to 1.
 */
export function part_of({ parts = [] }: Location, signal: number, unit: number): Location {
  const weights = parts.map(({ location: { rates }, share }) => rates[signal] * share);
  let rest = unit * weights.reduce((sum, weight) => sum + weight, 0);
  const chosen = weights.findIndex((weight) => (rest -= weight) < 0);
  return parts[Math.max(chosen, 0)].location;
}
