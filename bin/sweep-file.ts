/**
 * The output file of a sweep, which is also its memory: whole lines of runs in their order. A sweep that was stopped,
 * however, goes on behind the last whole line. While a sweep writes, a lock file beside it says which process does.
 */
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { InputError } from '../perf/input-error.ts';
import type { Outcome, Point } from '../scenarios/suite/sweep.ts';
import { csv, jsonLines, type SweepFormat } from '../scenarios/suite/sweep-format.ts';
import { systemReason } from './system-reason.ts';

const FORMATS: Readonly<Record<string, SweepFormat>> = { csv, jsonl: jsonLines };

export class SweepFile {
  /** Outcomes of the first runs, from an earlier time. */
  readonly finished: Outcome[];
  private readonly path: string;
  private readonly command: string;
  private readonly format: SweepFormat;

  /** `sources`: the user's own files that the runs are made with. */
  constructor(path: string, command: string, points: readonly Point[], sources: readonly string[] = []) {
    this.path = path;
    this.command = command;
    this.format = formatOf(path);
    this.orSentence(() => this.lock());
    try {
      this.finished = this.orSentence(() => this.resume(points, sources));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Others may write the file now. */
  close(): void {
    rmSync(this.lockPath, { force: true });
  }

  append(point: Point, outcome: Outcome): void {
    this.orSentence(() => appendFileSync(this.path, `${this.format.key(this.command, point)}${this.format.tail(outcome)}\n`));
  }

  private get lockPath(): string {
    return `${this.path}.lock`;
  }

  /** Two sweeps would mix their lines. The lock of a process that is no more counts for nothing. */
  private lock(): void {
    const holder = existsSync(this.lockPath) ? Number(readFileSync(this.lockPath, 'utf8')) : 0;
    // In a container the sweep before this one may have had the same number.
    if (holder !== 0 && holder !== process.pid && isAlive(holder)) throw new InputError(`another sweep (process ${holder}) writes '${this.path}': wait for its end, or name another file with -o.`);
    rmSync(this.lockPath, { force: true });
    writeFileSync(this.lockPath, String(process.pid), { flag: 'wx' });
  }

  private resume(points: readonly Point[], sources: readonly string[]): Outcome[] {
    const text = existsSync(this.path) ? readFileSync(this.path, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const head = this.format.head(points[0]);
    const lines = whole.split('\n').slice(0, -1);
    if (head !== null && lines.length > 0 && lines.shift() !== head) throw this.foreign(1);
    const outcomes = lines.map((line, index) => this.outcomeOf(line, points[index], index + (head === null ? 1 : 2)));
    const changed = outcomes.length === 0 ? undefined : sources.find((source) => (statSync(source, { throwIfNoEntry: false })?.mtimeMs ?? 0) > statSync(this.path).mtimeMs);
    if (changed !== undefined) {
      throw new InputError(`'${changed}' has changed since '${this.path}' was written, whose runs it would make otherwise: name another file with -o, or remove that one.`);
    }
    if (whole !== '') truncateSync(this.path, Buffer.byteLength(whole));
    else writeFileSync(this.path, head === null ? '' : `${head}\n`);
    return outcomes;
  }

  private outcomeOf(line: string, point: Point | undefined, number: number): Outcome {
    const key = point === undefined ? null : this.format.key(this.command, point);
    if (key === null || !line.startsWith(key)) throw this.foreign(number);
    return this.format.parse(line.slice(key.length));
  }

  private foreign(line: number): InputError {
    return new InputError(`'${this.path}' holds something else from line ${line} on: name another file with -o, or remove it.`);
  }

  private orSentence<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw new InputError(`cannot write '${this.path}': ${systemReason(error)}.`);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function formatOf(path: string): SweepFormat {
  const extension = path.slice(path.lastIndexOf('.') + 1);
  if (!Object.hasOwn(FORMATS, extension)) throw new InputError(`invalid -o value '${path}': the name ends in .csv or .jsonl, which is the format.`);
  return FORMATS[extension];
}
