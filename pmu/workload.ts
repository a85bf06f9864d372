/**
 * Programs to be measured, as what they execute and for how long.
 *
 * Reference: the workloads of `perf test -w`.
 * Not modelled: data; a workload is its code's rates.
 */
import type { Location } from './location.ts';

/** What a workload does with its arguments. */
export interface WorkloadRun {
  /** Start-up code of the program, before its main loop. */
  readonly start: Location;
  readonly body: Location;
  /** Wall-clock seconds until its alarm. */
  readonly seconds: number;
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
