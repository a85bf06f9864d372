/**
 * Watches over jobs in other threads: code of the user's own may loop for ever, while it is loaded or in a function
 * that touches no memory, where no explorer can stop it. A thread that gives no sign of life for long is given up.
 */
import { InputError } from '../../perf/input-error.ts';
import { uptime } from '../progress.ts';
import { ownPart, type CellJob } from './cell.ts';

export interface WatchedJob {
  readonly job: CellJob;
  /** A schedule to be replayed, instead of exploring. */
  readonly replay: string | null;
  /** Shared with the thread, which counts up at `index` as long as it gets somewhere. */
  readonly beats: Int32Array;
  readonly index: number;
}

const LOOK_MS = 250;
const SILENCE_MS = 5_000;

/** In place of the count, once the job is done. */
export const DONE = -1;

export class Watch {
  readonly jobs: readonly WatchedJob[];
  readonly #heard: { beat: number; at: number }[];
  #timer: NodeJS.Timeout | null = null;

  constructor(jobs: readonly CellJob[], replay: string | null) {
    const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * jobs.length));
    this.#heard = jobs.map(() => ({ beat: 0, at: 0 }));
    this.jobs = jobs.map((job, index) => ({ job, replay, beats, index }));
  }

  /** Rejects when a thread that runs the user's code has been silent for too long. */
  silence(): Promise<never> {
    const silence = new Promise<never>((_, reject) => {
      this.#timer = setInterval(() => {
        const silent = this.jobs.find(({ job, beats, index }) => ownPart(job) !== null && this.#isSilent(beats, index));
        if (silent !== undefined) reject(new InputError(`${ownPart(silent.job)} does not come back: it loops for ever, when it is loaded, while ${silent.job.scenario} is set up, or in code that touches no memory.`));
      }, LOOK_MS);
    });
    silence.catch(() => {});
    return silence;
  }

  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  #isSilent(beats: Int32Array, index: number): boolean {
    const beat = Atomics.load(beats, index);
    if (beat !== this.#heard[index].beat) this.#heard[index] = { beat, at: uptime() };
    return beat > 0 && uptime() - this.#heard[index].at > SILENCE_MS;
  }
}
