/**
 * A workload as plain data: what a workload file says, and the program that it describes.
 *
 * Reference: docs/workloads.md; pmu/workload.ts.
 * Not modelled: see pmu/workload.ts.
 */
import { branches, type Flow } from '../../pmu/branches.ts';
import { SIGNALS, called_from, mixture, type Location, type Signal } from '../../pmu/location.ts';
import { START, text, type Amount, type Code, type Phase, type Workload } from '../../pmu/workload.ts';
import type { PhaseText, WorkloadText } from './schema.ts';

/** What stands in the file, and the program's name. */
export interface WorkloadDescription extends WorkloadText {
  readonly name: string;
}

/** Of a function that does not say how large it is. */
export const DEFAULT_BYTES = 64;
const NANOSECONDS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

/** The program that `description` describes. It has been checked. */
export function described({ name, title, functions, main, scripts = {} }: WorkloadDescription): Workload {
  const code = text(Object.fromEntries(Object.entries(functions).map(([symbol, given]) => [symbol, codeOf(given)])));
  const phases = new Phases(code, scripts).all(main);
  return {
    name,
    summary: title ?? 'a workload of your own',
    usage: name,
    code: [START, ...Object.values(code)],
    parse(args) {
      if (args.length > 0) throw new Error(`the workload '${name}' takes no arguments, but was given '${args.join(' ')}'`);
      return { start: START, phases };
    },
  };
}

function codeOf({ bytes = DEFAULT_BYTES, ring, ...rates }: WorkloadText['functions'][string]): Code {
  const named = rates as Partial<Record<Signal, number>>;
  return { bytes, ring, rates: Object.fromEntries(SIGNALS.flatMap((signal) => (named[signal] === undefined ? [] : [[signal, named[signal]]]))) };
}

class Phases {
  readonly #code: Readonly<Record<string, Location>>;
  readonly #scripts: Readonly<Record<string, readonly PhaseText[]>>;

  constructor(code: Readonly<Record<string, Location>>, scripts: Readonly<Record<string, readonly PhaseText[]>>) {
    this.#code = code;
    this.#scripts = scripts;
  }

  all(phases: readonly PhaseText[]): Phase[] {
    return phases.map((phase) => this.#one(phase));
  }

  #one({ run, for: work, alarm, sleep, fault, count = 1, major = false, thread, fork, repeat, phases = [], ...more }: PhaseText): Phase {
    if (run !== undefined) return { does: 'run', code: this.#run(run, this.#flow(more)), amount: amount(work, alarm) };
    if (sleep !== undefined) return { does: 'sleep', ns: nanoseconds(sleep) };
    if (fault !== undefined) return { does: 'fault', code: this.#chain(fault), count, major };
    if (thread !== undefined) return { does: 'clone', phases: this.all(this.#scripts[thread]) };
    if (fork !== undefined) return { does: 'fork', phases: this.all(this.#scripts[fork]) };
    return { does: 'repeat', times: repeat!, phases: this.all(phases) };
  }

  #run(run: NonNullable<PhaseText['run']>, flow: Flow | undefined): Location {
    if (typeof run === 'string') return flow === undefined ? this.#chain(run) : { ...this.#chain(run), flow };
    return mixture(Object.entries(run).map(([chain, share]) => ({ location: this.#chain(chain), share: Number.parseFloat(String(share)) })), flow);
  }

  #flow({ taken, 'not-taken': notTaken = 0 }: Pick<PhaseText, 'taken' | 'not-taken'>): Flow | undefined {
    if (taken === undefined) return notTaken === 0 ? undefined : { notTaken };
    return { taken: branches(this.#code, taken.map(({ from, to, kind }) => [from, to, kind])), notTaken };
  }

  /** `main > parse`: parse, called from main. */
  #chain(chain: string): Location {
    const [outermost, ...inner] = chain.split('>').map((symbol) => this.#code[symbol.trim()]);
    return inner.reduce((caller, callee) => called_from(caller, callee), outermost);
  }
}

function amount(work: string | undefined, alarm: string | undefined): Amount {
  if (work === undefined) return { alarm_ns: nanoseconds(alarm!) };
  return work.endsWith('cycles') ? { cycles: Number.parseFloat(work) } : { cpu_ns: nanoseconds(work) };
}

/** `20 ms` */
function nanoseconds(duration: string): number {
  const [, number, unit] = /^([\d.]+) ?(\w+)$/.exec(duration)!;
  return Number(number) * NANOSECONDS[unit];
}
