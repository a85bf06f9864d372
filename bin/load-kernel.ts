/**
 * A kernel of the user's own: `--kernel ./mine.ts` names a file whose default export (or only exported class) extends a
 * kernel of the lineage. The file imports from 'perfsim/kernel', and so extends the very classes that the command runs.
 */
import { basename } from 'node:path';
import type { KernelClass } from '../perf/index.ts';
import { InputError } from '../perf/input-error.ts';
import { LIBRARY, loadModule } from './load-module.ts';
import { checkOverrides, extensions, guardFields } from './own-kernel.ts';
import type { StallWatch } from './stall-watch.ts';

/** Loads the class that the file exports. Should it loop for ever, now or later, the process ends with a sentence. */
export async function loadKernel(path: string): Promise<KernelClass> {
  const [{ StallWatch }, { KERNELS }] = await Promise.all([import('./stall-watch.ts'), import('../kernel/index.ts')]);
  const watch = new StallWatch(`the kernel '${path}'`);
  const kernel = exportedKernel(await loadModule('kernel', path), path, KERNELS[0]);
  const chain = extensions(kernel, KERNELS);
  for (const extension of chain) checkOverrides(extension, path);
  return watched(Object.hasOwn(kernel, 'variant') ? kernel : named(kernel, path), watch, chain.at(-1)?.parent ?? kernel);
}

/** The default export, or the only class that is a kernel. */
function exportedKernel(exported: Record<string, unknown>, path: string, oldest: KernelClass): KernelClass {
  if (extendsKernel(exported['default'], oldest)) return exported['default'];
  const found = Object.entries(exported).filter((entry): entry is [string, KernelClass] => extendsKernel(entry[1], oldest));
  if (found.length === 0) {
    throw new InputError(`'${path}' exports no class that extends a kernel: write 'export default class Mine extends V3_2 { … }' with V3_2 from '${LIBRARY}'.`);
  }
  if (found.length > 1) throw new InputError(`'${path}' exports several kernels, ${found.map(([name]) => name).join(' and ')}: make one of them the default export.`);
  return found[0][1];
}

/** The same kernel, which gives a sign of life at every tick, and whose own fields do not change. */
function watched(kernel: KernelClass, watch: StallWatch, base: KernelClass): KernelClass {
  return class extends kernel {
    constructor(...given: ConstructorParameters<KernelClass>) {
      super(...given);
      guardFields(this, new base(...given));
    }

    override perf_event_task_tick(): void {
      watch.beat();
      super.perf_event_task_tick();
    }
  };
}

function extendsKernel(value: unknown, base: KernelClass): value is KernelClass {
  return typeof value === 'function' && (value as { prototype: unknown }).prototype instanceof base;
}

/** A class that does not say what it is is called after its file, and says so of its parent. */
function named(kernel: KernelClass, path: string): KernelClass {
  const name = basename(path);
  const variant = { name, parent: kernel.variant.name, commit: '', claim: `as ${name} has it`, known_to_fail: 'unknown' };
  Object.defineProperty(kernel, 'variant', { value: variant });
  return kernel;
}
