/**
 * What the commands need of the simulation, and the one place that loads it: late, so that a usage text or a
 * misspelt option does not wait for it.
 */
import type { CacheTable } from '../pmu/chip.ts';
import type { RunHooks } from '../perf/index.ts';
import type { ByteSink, RunResult, RunSpec } from '../perf/run-spec.ts';

/** A kernel class as the lists show it. */
export interface KernelVariant {
  readonly name: string;
  readonly parent: string | null;
  readonly commit: string;
  readonly claim: string;
}

export interface Simulation {
  readonly CHIPS: readonly Chip[];
  readonly KERNELS: readonly { readonly variant: KernelVariant }[];
  readonly WORKLOADS: readonly Workload[];
  run(spec: RunSpec, sink: ByteSink | null, hooks?: RunHooks): RunResult;
}

export interface Chip {
  readonly name: string;
  readonly alias?: string;
  readonly description: string;
  /** What its counters can count, in perf's names. */
  readonly events: readonly { readonly signal: string }[];
  readonly caches: CacheTable;
}

export interface Workload {
  readonly name: string;
  readonly summary: string;
  /** Its command line: `noploop SECONDS`. */
  readonly usage: string;
  /** Throws an error with a sentence for arguments that it cannot run with. */
  parse(args: readonly string[]): unknown;
}

export type LoadSimulation = () => Promise<Simulation>;

export const loadSimulation: LoadSimulation = () => import('../perf/index.ts');
