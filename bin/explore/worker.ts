/** A worker thread's side of the explorer: one cell at a time, with a sign of life whenever it gets somewhere. */
import { InputError } from '../../perf/input-error.ts';
import type { WorkerAnswer } from '../worker.ts';
import { exploreCell, replayCell, type CellAnswer, type Replay } from './cell.ts';
import { DONE, type WatchedJob } from './watch.ts';

const SIGN_OF_LIFE_MS = 100;

export async function work({ beats, index, job, replay }: WatchedJob): Promise<WorkerAnswer<CellAnswer | Replay>> {
  const beat = (): void => {
    Atomics.add(beats, index, 1);
  };
  // While others work for it (a file is compiled) the thread itself is idle, and alive.
  const timer = setInterval(beat, SIGN_OF_LIFE_MS);
  beat();
  try {
    return { result: replay === null ? await exploreCell(job, beat) : await replayCell(job, replay) };
  } catch (error) {
    if (error instanceof InputError) return { sentence: error.message };
    throw error;
  } finally {
    clearInterval(timer);
    Atomics.store(beats, index, DONE);
  }
}
