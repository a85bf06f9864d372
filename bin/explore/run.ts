/** Cells of the verdict table on all cores, in their order; a single cell of the lineage without any thread, which starts sooner. */
import { inParallel } from '../pool.ts';
import { exploreCell, ownPart, replayCell, type CellAnswer, type CellJob, type Replay } from './cell.ts';
import { Watch } from './watch.ts';

/** Whether threads are needed, and this one remains free to listen. */
export function needsThreads(jobs: readonly CellJob[]): boolean {
  return jobs.length > 1 || ownPart(jobs[0]) !== null;
}

export async function* exploreCells(jobs: readonly CellJob[], workers: number, onStates: (states: number) => void): AsyncGenerator<CellAnswer> {
  if (needsThreads(jobs)) yield* watched<CellAnswer>(jobs, null, Math.min(workers, jobs.length));
  else yield await exploreCell(jobs[0], onStates);
}

export async function replay(job: CellJob, word: string): Promise<Replay> {
  if (ownPart(job) === null) return replayCell(job, word);
  for await (const result of watched<Replay>([job], word, 1)) return result;
  throw new Error('a job has one result');
}

async function* watched<Result>(jobs: readonly CellJob[], word: string | null, workers: number): AsyncGenerator<Result> {
  const watch = new Watch(jobs, word);
  try {
    yield* inParallel('explore', watch.jobs, workers, watch.silence());
  } finally {
    watch.end();
  }
}
