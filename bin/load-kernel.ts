/**
 * A kernel of the user's own: `--kernel ./mine.ts` names a file whose default export (or only exported class) extends a
 * kernel of the lineage. The file imports from 'perfsim/kernel', and so extends the very classes that the command runs.
 */
import { basename } from 'node:path';
import type { KernelClass } from '../perf/index.ts';
import { InputError } from '../perf/input-error.ts';
import { LIBRARY, loadModule } from './load-module.ts';
import type { StallWatch } from './stall-watch.ts';

/** Loads the class that the file exports. Should it loop for ever, now or later, the process ends with a sentence. */
export async function loadKernel(path: string): Promise<KernelClass> {
  const [{ StallWatch }, { V3_1 }] = await Promise.all([import('./stall-watch.ts'), import('../kernel/index.ts')]);
  const watch = new StallWatch(`the kernel '${path}'`);
  const exported = await loadModule('kernel', path);
  const found = [exported['default'], ...Object.values(exported)].find((value) => extendsKernel(value, V3_1));
  if (found === undefined) {
    throw new InputError(`'${path}' exports no class that extends a kernel: write 'export default class Mine extends V3_2 { … }' with V3_2 from '${LIBRARY}'.`);
  }
  const kernel = found as KernelClass;
  return watched(Object.hasOwn(kernel, 'variant') ? kernel : named(kernel, path), watch);
}

/** The same kernel, which gives a sign of life at every tick. */
function watched(kernel: KernelClass, watch: StallWatch): KernelClass {
  return class extends kernel {
    override perf_event_task_tick(): void {
      watch.beat();
      super.perf_event_task_tick();
    }
  };
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
