/**
 * Recordings from files and pipes, and text to standard output, for the commands that read perf.data.
 * Not modelled: terminals' pagers.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../perf/input-error.ts';
import { PerfData, type ByteSource } from '../perf/data/index.ts';
import { Output } from '../perf/report/output.ts';
import type { FileAccess } from '../perf/report/symbol-files.ts';
import { demangle } from './demangle.ts';
import { BROKEN_PIPE } from './exit-status.ts';
import { insist } from './insist.ts';
import { unwritable } from './print-text.ts';
import { systemReason } from './system-reason.ts';

/** Standard input is called so, as with perf. */
const STANDARD_INPUT = '-';

function fileSource(path: string, fd: number): ByteSource {
  const stat = fstatSync(fd);
  const seekable = stat.isFile();
  return {
    name: path === STANDARD_INPUT ? 'standard input' : `'${path}'`,
    size: seekable ? stat.size : null,
    read(position, into) {
      let done = 0;
      while (done < into.length) {
        const count = insist(() => readSync(fd, into, done, into.length - done, seekable ? position + done : null));
        if (count === 0) break;
        done += count;
      }
      return done;
    },
  };
}

export interface Recording {
  data: PerfData;
  /** When the file was last written, in the form of ctime(3) and in that of ISO 8601. */
  capturedOn: string;
  capturedOnIso: string;
}

/** "Mon Nov 23 09:19:48 2026" from the local time's "Mon Nov 23 2026 09:19:48 GMT+0000". */
function ctime(localTime: string): string {
  const [weekday, month, day, year, time] = localTime.split(' ');
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
}

/** Opens the recording, hands it to `use`, and closes it. */
export async function withRecording(path: string, use: (recording: Recording) => Promise<number> | number): Promise<number> {
  let fd: number;
  try {
    fd = path === STANDARD_INPUT ? 0 : openSync(path, 'r');
    if (fstatSync(fd).isDirectory()) throw new InputError(`cannot read '${path}': it is a directory, and recordings in directories (perf record --threads) are not supported.`);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const hint = path === 'perf.data' ? "; record one with 'perfsim record', or name one with -i" : '';
    throw new InputError(`cannot read '${path}': ${systemReason(error)}${hint}.`);
  }
  try {
    const { mtime } = fstatSync(fd);
    return await use({
      data: PerfData.open(fileSource(path, fd)), capturedOn: ctime(mtime.toString()), capturedOnIso: mtime.toISOString().replace(/\.\d+/, ''),
    });
  } finally {
    closeSync(fd);
  }
}

/** The files of this machine in which symbols may be found. */
export const machineFiles: FileAccess = {
  buildIdDir: join(homedir(), '.debug'),
  demangle,
  read(path) {
    try {
      return readFileSync(path);
    } catch {
      return null;
    }
  },
};

/** Standard output. A reader that has seen enough, such as `head`, ends the program quietly. */
export function standardOutput(): Output {
  return new Output((bytes) => {
    try {
      for (let done = 0; done < bytes.length;) done += insist(() => writeSync(1, bytes, done));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(BROKEN_PIPE);
      throw new InputError(unwritable(error));
    }
  });
}
