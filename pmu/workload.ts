/**
 * Programs to be measured, as what their threads execute, one phase after the other.
 *
 * Reference: the workloads of `perf test -w` (tools/perf/tests/workloads of v6.x).
 * Not modelled: data; a workload is its code's rates. Shared libraries: all its functions lie in the executable.
 */
import type { Flow } from './branches.ts';
import { KERNEL_TEXT, location, type Location, type Signal } from './location.ts';

/** How much of a code is run. */
export type Amount =
  /** Nanoseconds of CPU time. */
  | { readonly cpu_ns: number }
  | { readonly cycles: number }
  /** Until an alarm that is set when the phase begins: nanoseconds of real time. */
  | { readonly alarm_ns: number };

/** One thing that a thread does. */
export type Phase =
  | { readonly does: 'run'; readonly code: Location; readonly amount: Amount }
  | { readonly does: 'sleep'; readonly ns: number }
  | { readonly does: 'fault'; readonly code: Location; readonly count: number; readonly major: boolean }
  /** A thread or a child process begins, with these phases of its own; its maker goes on. */
  | { readonly does: 'clone' | 'fork'; readonly phases: readonly Phase[] }
  | { readonly does: 'repeat'; readonly times: number; readonly phases: readonly Phase[] };

/** What a workload does with its arguments. */
export interface WorkloadRun {
  /** Start-up code of the program, before its main function. */
  readonly start: Location;
  /** What its main thread does. At its end each thread waits for those that it has begun. */
  readonly phases: readonly Phase[];
}

export interface Workload {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  /** The code of its executable, in order of address, for symbol tables. */
  readonly code: readonly Location[];
  /** Throws an Error with one sentence for arguments that the program does not take. */
  parse(args: readonly string[]): WorkloadRun;
}

/** Start-up code of any program. */
export const START = location('user', '_start', 0x40_0440, 0x30, { instructions: 1, branches: 0.2, 'branch-misses': 0.01, 'L1-dcache-loads': 0.3, 'L1-dcache-stores': 0.1 });

/** Where a program's own functions begin, those of the kernel that only it calls, and what they are aligned to. */
const USER_TEXT = 0x40_0530;
const SYSCALL_TEXT = KERNEL_TEXT + 0x8000;
const ALIGNMENT = 0x10;

/** A function: its size in bytes of code, its events per cycle, and the ring that it runs in, which is the user's unless told. */
export interface Code {
  readonly bytes: number;
  readonly rates: Partial<Record<Signal, number>>;
  readonly ring?: Location['ring'];
  /** Offsets of the branch that closes its loop, and of where it leads; absent: from its end to its start. */
  readonly loop?: readonly [from: number, to: number];
}

/** Lays functions out one behind the other, as a linker does. */
export function text<Name extends string>(functions: Readonly<Record<Name, Code>>): Record<Name, Location> {
  const next = { user: USER_TEXT, kernel: SYSCALL_TEXT };
  const placed = (Object.entries(functions) as [Name, Code][]).map(([name, { bytes, rates, ring = 'user', loop }]) => {
    const start = next[ring];
    next[ring] += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    const flow: Flow | undefined = loop && { taken: [{ from: start + loop[0], to: start + loop[1], kind: 'conditional' }] };
    return [name, location(ring, name, start, bytes, rates, flow)] as const;
  });
  return Object.fromEntries(placed) as Record<Name, Location>;
}

/** Runs `code` until the alarm after `seconds`, which is all that most of perf's workloads do. */
export function until_alarm(code: Location, seconds: number): Phase {
  return { does: 'run', code, amount: { alarm_ns: seconds * 1e9 } };
}

/** Longest run that the clocks here hold exactly. */
const SECONDS_MAX = 100_000;

/** The one argument of the loops: seconds, 1 by default. */
export function seconds_argument(name: string, args: readonly string[]): number {
  if (args.length > 1) throw new Error(`${name} takes one argument, the seconds to run, not ${args.length}`);
  const seconds = args.length === 0 ? 1 : Number(args[0]);
  if (!(seconds > 0 && seconds <= SECONDS_MAX)) {
    throw new Error(`${name} runs for a number of seconds above 0 and up to ${SECONDS_MAX}, not '${args[0]}'`);
  }
  return seconds;
}
