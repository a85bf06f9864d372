/** A worker thread's side of the pool: runs one RunSpec at a time. Kernels of the user's own are loaded once per thread. */
import type { KernelClass } from '../perf/index.ts';
import { run } from '../perf/index.ts';
import { InputError } from '../perf/input-error.ts';
import type { RunResult, RunSpec } from '../perf/run-spec.ts';
import { loadKernel } from './load-kernel.ts';
import { isModuleFile, moduleFailure } from './load-module.ts';

/** A thread cannot throw an InputError to another: its class would be lost on the way. */
export type WorkerAnswer<Result> = { result: Result } | { sentence: string };

const loaded = new Map<string, Promise<KernelClass>>();

export async function work(spec: RunSpec): Promise<WorkerAnswer<RunResult>> {
  try {
    const kernel = isModuleFile(spec.kernel) ? await kernelOf(spec.kernel) : undefined;
    return { result: runOn(kernel, spec) };
  } catch (error) {
    if (error instanceof InputError) return { sentence: error.message };
    throw error;
  }
}

function kernelOf(path: string): Promise<KernelClass> {
  const kernel = loaded.get(path) ?? loadKernel(path);
  loaded.set(path, kernel);
  return kernel;
}

function runOn(kernel: KernelClass | undefined, spec: RunSpec): RunResult {
  try {
    return run(spec, null, { kernel });
  } catch (error) {
    throw kernel === undefined ? error : moduleFailure('kernel', spec.kernel, error);
  }
}
