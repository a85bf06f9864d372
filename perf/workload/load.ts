/**
 * Workload files: from their text to a description, or to a sentence with line, column and what was expected.
 *
 * Reference: docs/workloads.md.
 * Not modelled: variables and conditions: what a workload does does not depend on anything.
 */
import { InputError } from '../input-error.ts';
import { nearest } from '../nearest.ts';
import { parseYaml, type Located, type Path } from '../yaml-text.ts';
import type { WorkloadDescription } from './description.ts';
import { faultOf } from './taken.ts';
import { workloadSchema, type PhaseText, type WorkloadText } from './schema.ts';

/** Threads and processes that a workload may begin, all in all. */
const MOST_TASKS = 1000;

/** Shares such as 33.3 % of three functions are not quite 100 %. */
const ROUNDING = 1;

export function loadWorkload(file: string, text: string): WorkloadDescription {
  const parsed = parseYaml(file, text, workloadSchema);
  new Check(parsed).workload();
  const name = file.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
  if (name === '' || /\s/.test(name)) throw new InputError(`'${file}' cannot name its program: a name without spaces is needed in front of '.yaml'.`);
  return { name, ...parsed.data };
}

/** What is right in itself and yet refers to something that is not there, or never comes to its end. */
class Check {
  readonly #text: WorkloadText;
  readonly #located: Located<WorkloadText>;
  #tasks = 0;

  constructor(located: Located<WorkloadText>) {
    this.#text = located.data;
    this.#located = located;
  }

  #fail(path: Path, message: string): InputError {
    return this.#located.error(path, message);
  }

  workload(): void {
    const { main, scripts = {} } = this.#text;
    this.#phases(main, ['main']);
    for (const [name, phases] of Object.entries(scripts)) this.#phases(phases, ['scripts', name]);
    this.#countTasks(main, ['main'], [], 1);
  }

  #phases(phases: readonly PhaseText[], path: Path): void {
    phases.forEach((phase, i) => this.#phase(phase, [...path, i]));
  }

  #phase({ run, taken, fault, thread, fork, phases }: PhaseText, path: Path): void {
    if (typeof run === 'string') this.#chain(run, [...path, 'run']);
    else if (run !== undefined) this.#mixture(run, [...path, 'run']);
    if (run !== undefined && taken !== undefined) this.#taken(taken, typeof run === 'string' ? [run] : Object.keys(run).filter((chain) => Number.parseFloat(String(run[chain])) > 0), path);
    if (fault !== undefined) this.#chain(fault, [...path, 'fault']);
    if (thread !== undefined) this.#script(thread, [...path, 'thread']);
    if (fork !== undefined) this.#script(fork, [...path, 'fork']);
    if (phases !== undefined) this.#phases(phases, [...path, 'phases']);
  }

  #mixture(shares: Readonly<Record<string, string | number>>, path: Path): void {
    for (const chain of Object.keys(shares)) {
      const unknown = this.#unknownFunction(chain);
      if (unknown !== undefined) throw this.#located.keyError([...path, chain], unknown);
    }
    if (!Object.values(shares).some((share) => Number.parseFloat(String(share)) > 0)) {
      throw this.#fail(path, 'expected at least one share above 0');
    }
    const percent = Object.values(shares).map((share) => (String(share).endsWith('%') ? Number.parseFloat(String(share)) : Number.NaN)).reduce((sum, one) => sum + one, 0);
    if (Math.abs(percent - 100) > ROUNDING) throw this.#fail(path, `expected shares of 100 % in all, not of ${Number(percent.toFixed(3))} %`);
    const rings = new Set(Object.keys(shares).map((chain) => this.#text.functions[namesOf(chain).at(-1)!].ring ?? 'user'));
    if (rings.size > 1) throw this.#fail(path, 'a mixture is either of user functions or of kernel functions');
  }

  #taken(taken: NonNullable<PhaseText['taken']>, chains: readonly string[], path: Path): void {
    const fault = faultOf(taken, [...new Set(chains.map((chain) => namesOf(chain).at(-1)!))], this.#text.functions);
    if (fault !== null) throw this.#fail([...path, ...fault.path], fault.message);
  }

  #chain(chain: string, path: Path): void {
    const unknown = this.#unknownFunction(chain);
    if (unknown !== undefined) throw this.#fail(path, unknown);
  }

  #unknownFunction(chain: string): string | undefined {
    const { functions } = this.#text;
    const name = namesOf(chain).find((one) => !Object.hasOwn(functions, one));
    return name === undefined ? undefined : unknown('function', name, functions);
  }

  #script(name: string, path: Path): void {
    const { scripts = {} } = this.#text;
    if (!Object.hasOwn(scripts, name)) throw this.#fail(path, unknown('script', name, scripts));
  }

  /** Follows every thread and child; `above` are the scripts that have led here. */
  #countTasks(phases: readonly PhaseText[], path: Path, above: readonly string[], times: number): void {
    phases.forEach(({ thread, fork, repeat = 1, phases: inner = [] }, i) => {
      const script = thread ?? fork;
      this.#countTasks(inner, [...path, i, 'phases'], above, times * repeat);
      if (script === undefined) return;
      const here = [...path, i, thread === undefined ? 'fork' : 'thread'];
      if (above.includes(script)) throw this.#fail(here, `the scripts ${[...above, script].join(' > ')} begin each other without end`);
      this.#tasks += times;
      if (this.#tasks > MOST_TASKS) throw this.#fail(here, `more than ${MOST_TASKS} threads and processes would begin`);
      this.#countTasks(this.#text.scripts![script], ['scripts', script], [...above, script], times);
    });
  }
}

/** The functions of a chain, the outermost first. */
function namesOf(chain: string): string[] {
  return chain.split('>').map((name) => name.trim());
}

function unknown(kind: string, name: string, all: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(all);
  const meant = nearest(name, names);
  const hint = meant !== null ? `did you mean '${meant}'?` : names.length === 0 ? `there are no ${kind}s` : `there are ${names.join(', ')}`;
  return `unknown ${kind} '${name}'; ${hint}`;
}
