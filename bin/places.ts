/** Where the parts of the package are: this module stands in bin/, or in a bundle below dist/. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../perf/input-error.ts';

/** The file of this module: once it is built, the bundle with all the others. */
export const BUNDLE = import.meta.filename;

/** The folder that the package is in, with a slash at its end. */
export function packageRoot(): string {
  return (root ??= join(folderWith('package.json', dirname(BUNDLE)), '/'));
}

let root: string | null = null;

/** The folders of the package that hold its sources. */
const SOURCES = /^(bin|kernel|perf|pmu|scenarios|sim)\//;

/** Whether the file is one of the package's own, and not one of the user's, which may lie in the same folder. */
export function isOurs(path: string): boolean {
  return path.startsWith(packageRoot()) && SOURCES.test(path.slice(packageRoot().length));
}

function folderWith(name: string, folder: string): string {
  return existsSync(join(folder, name)) ? folder : folderWith(name, dirname(folder));
}

/** A file that `npm run build` makes; `what` needs it. */
export function builtFile(name: string, what: string): string {
  const path = join(packageRoot(), 'dist', name);
  if (!existsSync(path)) throw new InputError(`${what} the built command: run 'npm run build' first.`);
  return path;
}
