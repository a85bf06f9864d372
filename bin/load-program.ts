/**
 * Loads the bundle of the command with what V8 made of it when it was built: half of a short command's time would go
 * into compiling it again. V8 itself refuses the code of another version or other flags, and a file that was cut short;
 * then it compiles.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { prepareEngine } from './engine.ts';

export type Program = typeof import('./program.ts');

export interface Loaded {
  readonly program: Program;
  readonly script: Script;
}

/** The bundle's file, filled in by the build. Its name changes with its text, of which V8 compares only the length. */
declare const PROGRAM: string;

const FILE = join(__dirname, PROGRAM);

/** The very Node that runs: V8 would take the code of another build of its version. */
const NODE = `${process.version}-${process.arch}-${statSync(process.execPath).size}`;

/** Where the code that `command` runs is kept. */
export function cacheFile(command: string): string {
  return join(__dirname, '../code-cache', `${PROGRAM}.${NODE}.${command}`);
}

/** `command` says whose code is taken from the cache; whatever else is run is compiled as usual. */
export function loadProgram(command: string): Loaded {
  prepareEngine();
  // The code remembers its file's name, and the package may have moved since it was built.
  const script = new Script(readFileSync(FILE, 'latin1'), { filename: `perfsim://${PROGRAM}`, cachedData: readCache(command) });
  const module = { exports: {} };
  const load = script.runInThisContext() as (...parts: unknown[]) => void;
  load(module.exports, require, module, FILE, __dirname, (specifier: string) => import(specifier));
  return { program: module.exports as Program, script };
}

function readCache(command: string): Buffer | undefined {
  try {
    return readFileSync(cacheFile(command));
  } catch {
    return undefined;
  }
}
