/** What a thread of a pool loads: the same bundle as the command, of which it does one thing. */
import { loadProgram, type Program } from './load-program.ts';

export const run: Program['run'] = (spec) => program('record').run(spec);
export const explore: Program['explore'] = (job) => program('explore').explore(job);

let loaded: Program | null = null;

function program(command: string): Program {
  return (loaded ??= loadProgram(command).program);
}
