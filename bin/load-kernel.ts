/**
 * A kernel of the user's own: `--kernel ./mine.ts` names a file whose default export (or only exported class) extends a
 * kernel of the lineage. The file imports from 'perfsim/kernel', and so extends the very classes that the command runs.
 * Not modelled: type checking; the file is compiled without it, as `tsc` does that better.
 */
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { KernelClass } from '../perf/index.ts';
import { InputError } from '../perf/input-error.ts';

const LIBRARY = 'perfsim/kernel';

/** Whether the word names a file rather than a version. */
export function isKernelFile(name: string): boolean {
  return /\.[cm]?[jt]s$/.test(name);
}

/** Loads the class that the file exports. */
export async function loadKernel(path: string): Promise<KernelClass> {
  if (!existsSync(path)) throw new InputError(`cannot read the kernel '${path}': no such file.`);
  const library = libraryEntry();
  const code = await compile(path, library);
  const exported = (await evaluate(path, code)) as Record<string, unknown>;
  const { V3_1 } = (await import(library)) as { V3_1: KernelClass };
  const found = [exported['default'], ...Object.values(exported)].find((value) => extendsKernel(value, V3_1));
  if (found === undefined) {
    throw new InputError(`'${path}' exports no class that extends a kernel: write 'export default class Mine extends V3_2 { … }' with V3_2 from '${LIBRARY}'.`);
  }
  const kernel = found as KernelClass;
  return Object.hasOwn(kernel, 'variant') ? kernel : named(kernel, path);
}

/** What is to be said when a kernel of the user's own throws in the middle of a run. */
export function kernelFailure(path: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const where = /\n\s+at (?:[\w$]+\.)?([\w$#]+) \(/.exec(stack ?? '')?.[1];
  return new InputError(`the kernel '${path}' fails${where === undefined ? '' : ` in ${where}`}: ${message}.`);
}

/** The built library entry: this module is bundled into the folder above it, or into one beside it. */
function libraryEntry(): string {
  const candidates = ['./kernel/index.js', '../kernel/index.js'].map((path) => new URL(path, import.meta.url));
  const found = candidates.find((url) => existsSync(url));
  if (found === undefined) throw new InputError("a kernel of one's own needs the built command: run 'npm run build' first.");
  return found.href;
}

async function compile(path: string, library: string): Promise<string> {
  const { build } = await import('esbuild');
  try {
    const { outputFiles } = await build({
      entryPoints: [resolve(path)], bundle: true, write: false, format: 'esm', platform: 'node', target: 'node20',
      sourcemap: 'inline', logLevel: 'silent',
      plugins: [{
        name: 'perfsim',
        setup: (plugin) => {
          plugin.onResolve({ filter: /^perfsim(\/kernel)?$/ }, () => ({ path: library, external: true }));
        },
      }],
    });
    return outputFiles[0].text;
  } catch (error) {
    const { errors } = error as { errors?: { text: string; location: { line: number; column: number } | null }[] };
    const [first] = errors ?? [];
    if (first === undefined) throw error;
    const where = first.location === null ? '' : `:${first.location.line}:${first.location.column + 1}`;
    throw new InputError(`'${path}${where}' does not compile: ${first.text}.`);
  }
}

async function evaluate(path: string, code: string): Promise<unknown> {
  try {
    return await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
  } catch (error) {
    throw new InputError(`'${path}' fails when it is loaded: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function extendsKernel(value: unknown, base: KernelClass): boolean {
  return typeof value === 'function' && (value as { prototype: unknown }).prototype instanceof base;
}

/** A class that does not say what it is is called after its file, and says so of its parent. */
function named(kernel: KernelClass, path: string): KernelClass {
  const name = basename(path);
  const variant = { name, parent: kernel.variant.name, commit: '', claim: `as ${name} has it`, known_to_fail: 'unknown' };
  Object.defineProperty(kernel, 'variant', { value: variant });
  return kernel;
}
