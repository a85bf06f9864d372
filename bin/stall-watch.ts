/**
 * Ends the process when code of the user's own loops for ever. Whatever loops can do nothing about it, so another thread
 * looks: this one gives a sign of life whenever its event loop turns, and wherever `beat` is called.
 */
import { Worker } from 'node:worker_threads';

const LOOK_MS = 500;
const SILENCE_MS = 5_000;

/** The watching thread. A signal is the only way in which it can end a process whose main thread never returns. */
const WATCHER = `
  const { workerData: { beats, sentence } } = require('node:worker_threads');
  let heard = -1;
  let silent = 0;
  setInterval(() => {
    const beat = Atomics.load(beats, 0);
    silent = beat === heard ? silent + ${LOOK_MS} : 0;
    heard = beat;
    if (silent < ${SILENCE_MS}) return;
    require('node:fs').writeSync(2, sentence);
    process.kill(process.pid, 'SIGTERM');
  }, ${LOOK_MS});
`;

export class StallWatch {
  readonly #beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  /** Watches until the process ends, and does not keep it from ending. */
  constructor(what: string) {
    const sentence = `perfsim: ${what} does not come back: it loops for ever.\n`;
    new Worker(WATCHER, { eval: true, workerData: { beats: this.#beats, sentence } }).unref();
    setInterval(() => this.beat(), LOOK_MS).unref();
  }

  beat(): void {
    Atomics.add(this.#beats, 0, 1);
  }
}
