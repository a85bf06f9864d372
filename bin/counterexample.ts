/**
 * A schedule as the kernel's comments show a race: t0, t1, … with thread, function, statement and source line.
 *
 * Of all steps it shows those that matter: on memory that two threads touch and one of them changes, and the wait that
 * a thread begins. A critical section is one line, with the statement that calls it.
 *
 * Reference: the comment in perf_poll of v3.2.
 * Not modelled: what was read and written.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { isOurs, packageRoot } from './places.ts';
import { framesIn, type Frame } from './source-lines.ts';
import type { Cell } from '../sim/memory.ts';
import type { ExplainedStep, Explanation } from '../sim/explore/explain.ts';

export interface Row {
  readonly thread: string;
  readonly function: string;
  readonly statement: string;
  /** `kernel/buffer.ts:33` */
  readonly source: string;
}

/** Code that is the means, not the matter: a step is shown where it is called. */
const MEANS = /^(?!kernel\/)|^kernel\/explore\/|^kernel\/(primitives|list)\.ts$/;

const LINES_AROUND = 6;

/** The function in which a thread begins to wait: always shown. */
const WAITS = 'poll_wait';

export function rows(explanation: Explanation, all = false): Row[] {
  return placedRows(explanation, all).map(({ row }) => row);
}

/** A row, the first of its steps, and the source around it. */
export interface PlacedRow {
  readonly row: Row;
  readonly step: number;
  readonly excerpt: Excerpt | null;
}

/** Lines of a file, the first of which has the number `from`. */
export interface Excerpt {
  readonly from: number;
  readonly line: number;
  readonly lines: readonly string[];
}

export function placedRows({ steps, violation }: Explanation, all = false): PlacedRow[] {
  const every = (): PlacedRow[] => placed(steps, () => true);
  if (all) return every();
  const shared = sharedCells(steps);
  const telling = placed(steps, (fold, frames) => frames[0]?.name === WAITS || fold.some(({ cells }) => cells.some((cell) => shared.has(cell))));
  // Where nothing is shared, or a loop is over what is not, the rest is the matter, too.
  if (violation?.kind !== 'endless loop') return telling.length > 0 ? telling : every();
  return firstRound(telling) ?? firstRound(every()) ?? telling;
}

function placed(steps: readonly ExplainedStep[], matters: (fold: readonly ExplainedStep[], frames: readonly Frame[]) => boolean): PlacedRow[] {
  return folds(steps).flatMap((fold) => {
    const frames = framesOf(fold[0]);
    if (!matters(fold, frames) || (frames.length === 0 && fold[0].cells.length === 0)) return [];
    const [inner, caller] = frames;
    const shown = fold.length > 1 && caller !== undefined ? caller : inner;
    const row = {
      thread: fold[0].name,
      function: shown?.name ?? '',
      statement: shown === undefined ? `${fold[0].operation} ${fold[0].cells[0].name}` : statementAt(shown),
      source: shown === undefined ? '' : sourceLine(shown),
    };
    return [{ row, step: steps.indexOf(fold[0]), excerpt: shown === undefined ? null : excerptAt(shown) }];
  });
}

/** Rounds of a loop that are looked for at the end of a counterexample, and the most lines that one may have. */
const ROUNDS = 3;
const LONGEST_ROUND = 20;

/** A loop is shown once; null if there is none. The last round may be incomplete. */
function firstRound(rows: readonly PlacedRow[]): PlacedRow[] | null {
  for (let end = rows.length; end > rows.length - LONGEST_ROUND; end--) {
    for (let length = 1; length <= LONGEST_ROUND && ROUNDS * length <= end; length++) {
      let from = end - length;
      while (from > 0 && same(rows[from - 1].row, rows[from - 1 + length].row)) from--;
      if (end - from < ROUNDS * length) continue;
      const last = rows[from + length - 1];
      return [...rows.slice(0, from + length), { ...last, row: { ...last.row, function: '', statement: '… and so on for ever', source: '' } }];
    }
  }
  return null;
}

function same(a: Row, b: Row): boolean {
  return a.thread === b.thread && a.source === b.source && a.statement === b.statement;
}

/** A statement that is longer is cut, so that it does not push all places out of sight. */
const WIDEST_STATEMENT = 90;

export function table(shown: readonly Row[]): string {
  const cut = (text: string): string => (text.length > WIDEST_STATEMENT ? `${text.slice(0, WIDEST_STATEMENT - 1)}…` : text);
  const cells = shown.map((row, i) => [`t${i}`, row.thread, row.function, cut(row.statement), row.source]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) => `    ${row.map((text, i) => text.padEnd(widths[i] ?? 0)).join('  ').trimEnd()}\n`).join('');
}

/** Consecutive steps of one thread in one function that takes a spinlock belong together. */
function folds(steps: readonly ExplainedStep[]): ExplainedStep[][] {
  const groups: ExplainedStep[][] = [];
  const place = (step: ExplainedStep): string => {
    const [inner, caller] = framesOf(step);
    return `${step.name} ${inner?.name} ${caller?.path}:${caller?.line}`;
  };
  for (const step of steps) {
    const last = groups.at(-1);
    if (last !== undefined && place(last[0]) === place(step)) last.push(step);
    else groups.push([step]);
  }
  return groups.flatMap((group) => (group.some(({ operation }) => operation === 'spin_lock') ? [group] : group.map((step) => [step])));
}

/** Cells that two threads touch, and that change. */
function sharedCells(steps: readonly ExplainedStep[]): Set<Cell> {
  const threads = new Map<Cell, Set<number>>();
  const changed = new Set<Cell>();
  for (const step of steps) {
    for (const cell of step.cells) threads.set(cell, (threads.get(cell) ?? new Set()).add(step.context));
    for (const cell of step.changed) changed.add(cell);
  }
  return new Set([...changed].filter((cell) => (threads.get(cell)?.size ?? 0) > 1));
}

/** The frames of kernels' code, innermost first. */
export function tellingFrames(error: Error): Frame[] {
  return framesIn(error).filter(({ path }) => !isOurs(path) || !MEANS.test(path.slice(packageRoot().length)));
}

/** `kernel/buffer.ts:33`; of the user's own as seen from the working directory. */
export function sourceLine({ path, line }: Frame): string {
  return `${relative(isOurs(path) ? packageRoot() : process.cwd(), path)}:${line}`;
}

/** The kernel's frames, innermost first; of what beginning to wait consists is told no more. */
function framesOf({ at }: ExplainedStep): readonly Frame[] {
  const frames = framesAt.get(at) ?? stackOf(at);
  framesAt.set(at, frames);
  return frames;
}

const framesAt = new WeakMap<Error, readonly Frame[]>();

function stackOf(at: Error): readonly Frame[] {
  const frames = tellingFrames(at);
  // How a thread is put on a wait queue is the means, too.
  return frames.slice(Math.max(0, frames.findIndex(({ name }) => name === WAITS)));
}

function statementAt({ path, line }: Frame): string {
  const text = sourceOf(path)?.[line - 1]?.trim() ?? '';
  return text.replace(/^(const|let) /, '').replace(/;$/, '').replaceAll('this.', '');
}

/** The statement with what stands around it, as far as it is of the same function or next to it. */
function excerptAt({ path, line }: Frame): Excerpt | null {
  const source = sourceOf(path);
  if (source === null) return null;
  const from = Math.max(1, line - LINES_AROUND);
  return { from, line, lines: source.slice(from - 1, line + LINES_AROUND) };
}

const sources = new Map<string, readonly string[] | null>();

function sourceOf(path: string): readonly string[] | null {
  if (!sources.has(path)) {
    try {
      sources.set(path, readFileSync(path, 'utf8').split('\n'));
    } catch {
      sources.set(path, null);
    }
  }
  return sources.get(path)!;
}
