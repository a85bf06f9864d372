/**
 * What is wrong with the branches of a phase: they must follow each other as code is executed.
 *
 * Reference: docs/workloads.md; pmu/branches.ts.
 * Not modelled: whether calls and returns match.
 */
import { INSTRUCTION_BYTES } from '../../pmu/location.ts';
import { DEFAULT_BYTES } from './description.ts';
import type { PhaseText, WorkloadText } from './schema.ts';

type Functions = WorkloadText['functions'];
type Taken = NonNullable<PhaseText['taken']>;

interface Place {
  readonly name: string;
  readonly offset: number;
}

/** Where the fault lies, from the phase on, and what it is. */
export interface Fault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The first fault of `taken`, which the functions `running` execute, or null. */
export function faultOf(taken: Taken, running: readonly string[], functions: Functions): Fault | null {
  return unknownPlace(taken, functions) ?? strayBranch(taken, running, functions) ?? brokenLine(taken);
}

function placeOf(text: string): Place {
  const [name, offset = '0x0'] = text.split('+');
  return { name, offset: Number(offset) };
}

const ends = ['from', 'to'] as const;

function unknownPlace(taken: Taken, functions: Functions): Fault | null {
  for (const [i, branch] of taken.entries()) {
    for (const end of ends) {
      const { name, offset } = placeOf(branch[end]);
      const path = ['taken', i, end];
      if (!Object.hasOwn(functions, name)) return { path, message: `unknown function '${name}'; there are ${Object.keys(functions).join(', ')}` };
      const { bytes = DEFAULT_BYTES } = functions[name];
      if (offset >= bytes || offset % INSTRUCTION_BYTES !== 0) {
        return { path, message: `expected a multiple of ${INSTRUCTION_BYTES} below 0x${bytes.toString(16)}, the bytes of '${name}'` };
      }
    }
  }
  return null;
}

/** A branch of code that does not run, or of the other ring; or a function that runs and has none. */
function strayBranch(taken: Taken, running: readonly string[], functions: Functions): Fault | null {
  const ring = (name: string): string => functions[name].ring ?? 'user';
  for (const [i, { from, to }] of taken.entries()) {
    const source = placeOf(from).name;
    if (!running.includes(source)) return { path: ['taken', i, 'from'], message: `expected a branch of ${running.join(' or ')}, not of '${source}', which does not run here` };
    if (ring(placeOf(to).name) !== ring(source)) return { path: ['taken', i, 'to'], message: 'expected a branch within one ring; interrupts and system calls come of themselves' };
  }
  const idle = running.find((name) => taken.every(({ from }) => placeOf(from).name !== name));
  return idle === undefined ? null : { path: ['taken'], message: `expected a branch of each function that runs; there is none of '${idle}'` };
}

/** From where a branch has led execution goes straight on to the next, and from the last to the first. */
function brokenLine(taken: Taken): Fault | null {
  for (const [i, { from }] of taken.entries()) {
    const before = taken.at(i - 1)!.to;
    const [reached, next] = [placeOf(before), placeOf(from)];
    if (reached.name !== next.name || next.offset < reached.offset) {
      return { path: ['taken', i, 'from'], message: `expected a place in '${reached.name}' at or behind ${before}, to which the branch before it leads` };
    }
  }
  return null;
}
