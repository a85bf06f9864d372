/** What the commands need of the simulation. Reference: docs/ARCHITECTURE.md. Not modelled: nothing. */
export { CHIPS } from '../pmu/chips/index.ts';
export { WORKLOADS } from '../pmu/workloads/index.ts';
export { KERNELS, KernelOops, type KernelClass } from '../kernel/index.ts';
export { run, type RunHooks } from './run.ts';
export type { ByteSink, EventSpec, RecordOptions, RunResult, RunSpec } from './run-spec.ts';
export type { ImageFile } from './tool/images.ts';
