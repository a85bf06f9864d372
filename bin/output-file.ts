/**
 * A recording on its way to its file. Until `commit` the bytes are in a file without a name, which the kernel frees
 * whatever ends the process: a failure, kill -9, or a signal during a long run, when JavaScript could handle none.
 * So an unfinished run leaves nothing behind, and a recording that was there before stays.
 */
import { closeSync, openSync, readSync, renameSync, rmSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../perf/input-error.ts';
import type { ByteSink } from '../perf/run-spec.ts';
import { systemReason } from './system-reason.ts';

const BUFFER_BYTES = 1 << 20;

/** Where a command's recording goes. */
export interface RecordingOutput extends ByteSink {
  /** The recording is complete. */
  commit(): void;
  /** Ends; what was not committed is gone, as far as it can be. */
  close(): void;
}

export class OutputFile implements RecordingOutput {
  private readonly path: string;
  /** A device or a pipe cannot be renamed or replaced: the recording is copied into it. */
  readonly special: boolean;
  /** Whether a file that was there before becomes FILE.old, as perf does it with recordings. */
  private readonly keepsOld: boolean;
  private readonly nameless: number;
  private readonly buffer = new Uint8Array(BUFFER_BYTES);
  private buffered = 0;

  /** Refuses at once, before anything is simulated, what could not be written at the end. */
  constructor(path: string, keepsOld = true) {
    const existing = statSync(path, { throwIfNoEntry: false });
    if (existing?.isDirectory()) throw new InputError(`cannot write '${path}': it is a directory.`);
    this.path = path;
    this.keepsOld = keepsOld;
    this.special = existing !== undefined && !existing.isFile();
    this.nameless = this.orSentence(() => openNameless(temporaryName(this.special ? join(tmpdir(), basename(path)) : path)));
  }

  write(bytes: Uint8Array): void {
    if (this.buffered + bytes.length > BUFFER_BYTES) this.flush();
    if (bytes.length > BUFFER_BYTES) {
      this.orSentence(() => writeFully(this.nameless, bytes));
      return;
    }
    this.buffer.set(bytes, this.buffered);
    this.buffered += bytes.length;
  }

  patch(position: number, bytes: Uint8Array): void {
    this.flush();
    this.orSentence(() => writeFully(this.nameless, bytes, position));
  }

  /** Gives the recording its name; an earlier one becomes FILE.old, or goes. */
  commit(): void {
    commitTogether([this]);
  }

  /** Brings the bytes onto the disk, beside the final name, or into what cannot be renamed. */
  stage(): void {
    this.flush();
    this.orSentence(() => this.copyTo(this.special ? openSync(this.path, 'w') : openSync(temporaryName(this.path), 'wx')));
  }

  /** From then on the name is that of what was staged. */
  publish(): void {
    if (this.special) return;
    this.orSentence(() => {
      if (this.keepsOld && (statSync(this.path, { throwIfNoEntry: false })?.size ?? 0) > 0) renameSync(this.path, `${this.path}.old`);
      renameSync(temporaryName(this.path), this.path);
    });
  }

  /** Takes back what was staged and not published. */
  unstage(): void {
    if (!this.special) rmSync(temporaryName(this.path), { force: true });
  }

  /** Ends; what was not committed is gone. */
  close(): void {
    closeSync(this.nameless);
  }

  private copyTo(target: number): void {
    try {
      for (let position = 0, count; (count = readSync(this.nameless, this.buffer, 0, BUFFER_BYTES, position)) > 0; position += count) {
        writeFully(target, this.buffer.subarray(0, count));
      }
    } finally {
      closeSync(target);
    }
  }

  private flush(): void {
    this.orSentence(() => writeFully(this.nameless, this.buffer.subarray(0, this.buffered)));
    this.buffered = 0;
  }

  private orSentence<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      throw new InputError(`cannot write '${this.path}': ${systemReason(error)}.`);
    }
  }
}

/** All of them get their names, or, as where the disk is full, none does: files that belong together come from one run. */
export function commitTogether(files: readonly OutputFile[]): void {
  try {
    for (const file of files) file.stage();
    for (const file of files) file.publish();
  } catch (error) {
    for (const file of files) file.unstage();
    throw error;
  }
}

/** Beside the final name, so that renaming stays within one file system. */
function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}`);
}

function openNameless(temporary: string): number {
  const fd = openSync(temporary, 'wx+');
  unlinkSync(temporary);
  return fd;
}

/** write(2) may take less than it is given. Without a position it appends. */
function writeFully(fd: number, bytes: Uint8Array, position: number | null = null): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, bytes.length - done, position === null ? null : position + done);
  }
}
