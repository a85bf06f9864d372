/**
 * A TypeScript file of the user's own: compiled on the spot, without type checking, which `tsc` does better. It may import
 * from 'perfsim/kernel', and so extends the very classes that the command runs.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError } from '../perf/input-error.ts';
import { nearest } from '../perf/nearest.ts';
import { sourceLine, tellingFrames } from './counterexample.ts';
import { BAD_INPUT } from './exit-status.ts';
import { importOutside } from './import-outside.ts';
import { isOurs } from './places.ts';

/** The name by which such a file imports our kernel. */
export const LIBRARY = 'perfsim/kernel';

/** Whether the word names a file rather than one of the kernels or scenarios of ours. */
export function isModuleFile(name: string): boolean {
  return /\.[cm]?[jt]s$/.test(name);
}

/** What the file exports. `kind` is what the user calls it. */
export async function loadModule(kind: string, path: string): Promise<Record<string, unknown>> {
  checkReadable(kind, path);
  return (await evaluate(path, await compile(path))) as Record<string, unknown>;
}

/** Says early that a file is not there. */
export function checkReadable(kind: string, path: string): void {
  if (!existsSync(path)) throw new InputError(`cannot read the ${kind} '${path}': no such file.`);
}

/** What is to be said when code of the user's own throws in the middle of a run. */
export function moduleFailure(kind: string, path: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const { message } = error instanceof Error ? error : new Error(String(error));
  return new InputError(`the ${kind} '${path}' fails${placeOf(error)}: ${message.replace(/\.$/, '')}.`);
}

/** Whether the innermost line of the user's own is one of the file's. */
export function isOf(path: string, error: unknown): boolean {
  return error instanceof Error && tellingFrames(error).find((frame) => !isOurs(frame.path))?.path === resolve(path);
}

/** The innermost line of the user's own; of the kernel's, if something of the user's has worked behind it. */
function placeOf(error: unknown): string {
  const frames = error instanceof Error ? tellingFrames(error) : [];
  const frame = frames.find(({ path }) => !isOurs(path)) ?? frames[0];
  if (frame === undefined) return '';
  return frame.name === '<anonymous>' ? ` (${sourceLine(frame)})` : ` in ${frame.name} (${sourceLine(frame)})`;
}

async function compile(path: string): Promise<string> {
  const { build } = (await importOutside('esbuild')) as typeof import('esbuild');
  try {
    const { outputFiles } = await build({
      entryPoints: [resolve(path)], bundle: true, write: false, format: 'esm', platform: 'node', target: 'node20',
      sourcemap: 'inline', sourceRoot: pathToFileURL(`${process.cwd()}/`).href, logLevel: 'silent',
      plugins: [{
        name: 'perfsim',
        setup: (plugin) => {
          plugin.onResolve({ filter: /^perfsim(\/kernel)?$/ }, () => ({ path: LIBRARY, namespace: 'perfsim' }));
          plugin.onLoad({ filter: /^/, namespace: 'perfsim' }, async () => ({ contents: await libraryText() }));
        },
      }],
    });
    return outputFiles[0].text;
  } catch (error) {
    const { errors } = error as { errors?: { text: string; location: { line: number; column: number } | null }[] };
    const [first] = errors ?? [];
    if (first === undefined) throw error;
    const where = first.location === null ? '' : `:${first.location.line}:${first.location.column + 1}`;
    const module = /^Could not resolve "(perfsim\b.*)"$/.exec(first.text)?.[1];
    if (module !== undefined) throw new InputError(`'${path}${where}' does not compile: there is no '${module}'; what a file of your own needs comes from '${LIBRARY}'.`);
    const name = /^No matching export in ".*perfsim\/kernel" for import "(.*)"$/.exec(first.text)?.[1];
    throw new InputError(name === undefined ? `'${path}${where}' does not compile: ${first.text}.` : await unknownExport(`${path}${where}`, name));
  }
}

async function unknownExport(where: string, name: string): Promise<string> {
  const meant = nearest(name, Object.keys(await import('../kernel/index.ts')));
  return `'${where}' does not compile: '${LIBRARY}' exports no '${name}'${meant === null ? '' : `; did you mean '${meant}'?`}`;
}

/** The text of the module that hands our kernel over: not a copy, whose classes would be others. */
async function libraryText(): Promise<string> {
  const kernel = await import('../kernel/index.ts');
  Object.assign(globalThis, { [Symbol.for(LIBRARY)]: kernel });
  return `export const { ${Object.keys(kernel).join(', ')} } = globalThis[Symbol.for('${LIBRARY}')];`;
}

/** By way of a file: only for code from files does Node follow a source map, which shows the user's own lines. */
async function evaluate(path: string, code: string): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'perfsim-'));
  const hangs = (): void => {
    process.stderr.write(`perfsim: '${path}' waits for ever when it is loaded.\n`);
    process.exitCode = BAD_INPUT;
    rmSync(folder, { recursive: true });
  };
  // Node takes its leave where nothing can happen any more, and calls that a success.
  process.once('beforeExit', hangs);
  try {
    const file = join(folder, `${basename(path)}.mjs`);
    writeFileSync(file, code);
    process.setSourceMapsEnabled(true);
    return await importOutside(pathToFileURL(file).href);
  } catch (error) {
    throw new InputError(`'${path}' fails when it is loaded${placeOf(error)}: ${error instanceof Error ? error.message : String(error)}.`);
  } finally {
    process.off('beforeExit', hangs);
    rmSync(folder, { recursive: true });
  }
}
