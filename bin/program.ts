/** The whole command, built as one bundle: what is asked of it loads its own parts of it. */
import type { RunSpec } from '../perf/run-spec.ts';
import type { WatchedJob } from './explore/watch.ts';

export { main } from './main.ts';

/** The work of a thread of the pool. */
export const run = async (spec: RunSpec) => (await import('./worker.ts')).work(spec);

/** The work of a thread of the explorer. */
export const explore = async (job: WatchedJob) => (await import('./explore/worker.ts')).work(job);
