/** Verdicts as text and as JSON: a sentence with the figures it rests on, the counterexample, and the command that replays it. */
import type { Verdict } from '../../kernel/explore/scenario.ts';
import { table, type Row } from '../counterexample.ts';
import { isModuleFile } from '../load-module.ts';
import { shellWord } from '../shell.ts';
import { againstParent, isNew } from './against-parent.ts';
import type { CellAnswer, CellBounds, CellJob, Replay } from './cell.ts';

const GAP = '  ';

/** Scenarios down, kernels across: as many as a line of so many columns has room for, then the next ones below. */
export function verdictTable(answers: readonly CellAnswer[], columns: number): string {
  const kernels = [...new Set(answers.map(({ verdict }) => verdict.kernel))];
  const names = padded(['', ...new Set(answers.map(({ verdict }) => verdict.scenario))]);
  const blocks: string[][] = [];
  let room = 0;
  for (const kernel of kernels) {
    const texts = padded([kernel, ...answers.filter(({ verdict }) => verdict.kernel === kernel).map(({ verdict }) => verdict.kind ?? verdict.verdict)]);
    room -= GAP.length + texts[0].length;
    if (room < 0) {
      blocks.push(names);
      room = columns - names[0].length - GAP.length - texts[0].length;
    }
    blocks.push(blocks.pop()!.map((line, i) => line + GAP + texts[i]));
  }
  return blocks.map((lines) => lines.map((line) => `${line.trimEnd()}\n`).join('')).join('\n');
}

function padded(texts: readonly string[]): string[] {
  const width = Math.max(...texts.map(({ length }) => length));
  return texts.map((text) => text.padEnd(width));
}

/** What kernels of the user's own do that their parents do not: a sentence for each, and the simplest counterexample. */
export function comparisons(answers: readonly CellAnswer[], jobs: readonly CellJob[]): string {
  const own = [...new Set(jobs.map(({ kernel }) => kernel).filter(isModuleFile))];
  return own.map((kernel) => {
    const indices = jobs.flatMap((job, i) => (job.kernel === kernel ? [i] : []));
    // One without any step that matters is found before anything has happened, and explains nothing.
    const length = (i: number): number => answers[i].rows.length || Number.MAX_SAFE_INTEGER;
    const [simplest, ...others] = indices.filter((i) => isNew(answers[i])).toSorted((a, b) => length(a) - length(b));
    const shown = simplest === undefined ? '' : question(answers[simplest]) + described(answers[simplest], jobs[simplest]);
    const more = others.length === 0 ? '' : `Shown is the simplest of what is new; 'perfsim explore <scenario> --kernel ${shellWord(kernel)}' shows the others.\n`;
    return `${shown}\n${againstParent(indices.map((i) => answers[i]), kernel)}${more}`;
  }).join('');
}

export function question({ verdict, question: asked }: CellAnswer): string {
  return `\n${verdict.scenario}: ${asked}\n`;
}

export function described({ verdict, rows }: CellAnswer, job: CellJob): string {
  const said = `\n  ${verdict.kernel}: ${summary(verdict, job.bounds)}\n`;
  if (verdict.schedule === null) return said;
  return `${said}\n${table(rows)}    ${verdict.kind}: ${verdict.message}\n    replay: ${replayCommand(job, verdict.schedule)}\n`;
}

export function replayed({ rows, kind, message }: Replay): string {
  return `${table(rows)}    ${kind === null ? 'nothing wrong at the end of this schedule' : `${kind}: ${message}`}\n`;
}

/** One object per scenario and kernel, on a line. */
export function json({ verdict, expected, rows }: CellAnswer, job: CellJob): string {
  const replay = verdict.schedule === null ? null : replayCommand(job, verdict.schedule);
  return `${JSON.stringify({ ...verdict, expected, replay, steps: verdict.schedule === null ? null : rows })}\n`;
}

export function replayJson({ rows, kind, message }: Replay): string {
  return `${JSON.stringify({ steps: rows satisfies readonly Row[], kind, message })}\n`;
}

export function summary({ kind, verdict, cut, states, schedules }: Verdict, { preemptions, chooser }: CellBounds): string {
  if (verdict === 'n/a') return 'not asked: it does not have what the question is about';
  if (kind !== null) return `Sometimes: ${kind}`;
  const covered = `${states} states, ${Number.isSafeInteger(schedules) ? schedules : `about ${schedules.toPrecision(3)}`} schedules`;
  switch (cut) {
    case 'preemptions':
      return `unknown beyond ${preemptions} preemptions: no violation up to there (${covered})`;
    case 'spinning':
      return `unknown: no violation (${covered}), but a thread spins, and was not followed for ever while others could go on`;
    case 'drawn':
      return `unknown: no violation in ${schedules} schedules drawn ${chooser?.name === 'pct' ? 'by PCT' : 'at random'} (seed ${chooser?.seed})`;
    case 'budget':
      return `unknown: no violation in ${states} states, then the budget was spent`;
    case 'time':
      return `unknown: no violation in ${states} states, then time was up`;
    default:
      return `Never (complete: ${covered})`;
  }
}

export function replayCommand({ scenario, kernel }: CellJob, schedule: string): string {
  return `perfsim explore ${shellWord(scenario)} --kernel ${shellWord(kernel)} --schedule ${schedule}`;
}
