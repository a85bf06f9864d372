/**
 * Many runs on all cores. Results come in the order of the specs, whatever the number of workers, and only a few wait
 * for their turn: memory does not grow with the number of runs.
 */
import { availableParallelism } from 'node:os';
import { InputError } from '../perf/input-error.ts';
import type { RunResult, RunSpec } from '../perf/run-spec.ts';
import { builtFile } from './places.ts';
import { importOutside } from './import-outside.ts';
import type { WorkerAnswer } from './worker.ts';

/** Runs specs on so many workers; whoever stops iterating stops the workers. */
export type RunAll = (specs: Iterable<RunSpec>, workers: number) => AsyncIterable<RunResult>;

/** Runs begun per worker, so that none waits while results are taken. */
const BEGUN_PER_WORKER = 4;

export const defaultWorkers = availableParallelism();

export async function* runAll(specs: Iterable<RunSpec>, workers: number): AsyncGenerator<RunResult> {
  yield* inParallel<RunSpec, RunResult>('run', specs, workers);
}

/** The results of the jobs, in their order, each by `work` of bin/thread.ts; `failed` may end it early. */
export async function* inParallel<Job, Result>(work: 'run' | 'explore', jobs: Iterable<Job>, workers: number, failed: Promise<never> | null = null): AsyncGenerator<Result> {
  const { Tinypool } = (await importOutside('tinypool')) as typeof import('tinypool');
  const pool = new Tinypool({ filename: builtFile('bin/thread.cjs', 'threads need'), name: work, minThreads: workers, maxThreads: workers });
  const begun: Promise<WorkerAnswer<Result>>[] = [];
  const next = async (): Promise<Result> => {
    const answer = begun.shift()!;
    return resultOf(await (failed === null ? answer : Promise.race([answer, failed])));
  };
  try {
    for (const job of jobs) {
      const answer = pool.run(job) as Promise<WorkerAnswer<Result>>;
      // A failure is reported when its turn comes; until then it is not unhandled.
      answer.catch(() => {});
      begun.push(answer);
      if (begun.length >= BEGUN_PER_WORKER * workers) yield await next();
    }
    while (begun.length > 0) yield await next();
  } finally {
    await pool.destroy();
  }
}

function resultOf<Result>(answer: WorkerAnswer<Result>): Result {
  if ('sentence' in answer) throw new InputError(answer.sentence);
  return answer.result;
}
