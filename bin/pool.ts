/**
 * Many runs on all cores. Results come in the order of the specs, whatever the number of workers, and only a few wait
 * for their turn: memory does not grow with the number of runs.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { InputError } from '../perf/input-error.ts';
import type { RunResult, RunSpec } from '../perf/run-spec.ts';
import type { WorkerAnswer } from './worker.ts';

/** Runs specs on so many workers; whoever stops iterating stops the workers. */
export type RunAll = (specs: Iterable<RunSpec>, workers: number) => AsyncIterable<RunResult>;

/** Runs begun per worker, so that none waits while results are taken. */
const BEGUN_PER_WORKER = 4;

export const defaultWorkers = availableParallelism();

export async function* runAll(specs: Iterable<RunSpec>, workers: number): AsyncGenerator<RunResult> {
  yield* inParallel<RunSpec, RunResult>('worker', specs, workers);
}

/** The results of the jobs, in their order, each by the default export of bin/`worker`.ts; `failed` may end it early. */
export async function* inParallel<Job, Result>(worker: string, jobs: Iterable<Job>, workers: number, failed: Promise<never> | null = null): AsyncGenerator<Result> {
  const { Tinypool } = await import('tinypool');
  const pool = new Tinypool({ filename: workerEntry(worker), minThreads: workers, maxThreads: workers });
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

/** The built worker: this module is bundled into the folder above it, or into one beside it. */
function workerEntry(name: string): string {
  const found = [`./bin/${name}.js`, `./${name}.js`, `../${name}.js`, `../dist/bin/${name}.js`].map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) => existsSync(path));
  if (found === undefined) throw new InputError("workers need the built command: run 'npm run build' first.");
  return found;
}
