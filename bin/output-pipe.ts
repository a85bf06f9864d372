/** A recording on its way to whoever reads our standard output: `perfsim record -o - … | perf report -i -`. */
import { writeSync } from 'node:fs';
import { InputError } from '../perf/input-error.ts';
import type { RecordingOutput } from './output-file.ts';
import { insist } from './insist.ts';
import { systemReason } from './system-reason.ts';

const STDOUT = 1;

export class OutputPipe implements RecordingOutput {
  constructor() {
    if (process.stdout.isTTY) throw new InputError('a recording is not for a terminal: send it on with | or >, or name a file with -o.');
  }

  write(bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.length; ) done += insist(() => writeSync(STDOUT, bytes, done));
    } catch (error) {
      throw new InputError(`cannot write the recording to standard output: ${systemReason(error)}.`);
    }
  }

  patch(): void {
    throw new Error('what has gone into a pipe cannot be changed');
  }

  commit(): void {}
  close(): void {}
}
