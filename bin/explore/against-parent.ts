/** A kernel of the user's own beside the one that it extends, whose answers are on record. */
import type { CellAnswer } from './cell.ts';

/** Whether something can go wrong that is not on record: it cannot on the parent, or is of another kind there. */
export function isNew({ verdict: { kind }, expected }: CellAnswer): boolean {
  return kind !== null && kind !== expected;
}

/** What a change repairs, and what it breaks. */
export function againstParent(answers: readonly CellAnswer[], kernel: string): string {
  const isSound = ({ expected }: CellAnswer): boolean => expected === 'never';
  const repaired = answers.filter((answer) => answer.verdict.verdict === 'never' && !isSound(answer));
  const otherwise = answers.filter((answer) => isNew(answer) && !isSound(answer));
  const open = answers.filter(({ verdict }) => verdict.verdict === 'unknown');
  const broken = answers.filter((answer) => isNew(answer) && isSound(answer));
  const parts = [
    counted('repairs', repaired), ...(otherwise.length > 0 ? [counted('fails otherwise at', otherwise)] : []),
    ...(open.length > 0 ? [counted('leaves open', open)] : []),
  ];
  return `Against its parent ${answers[0].parent}, ${kernel} ${parts.join(', ')} and ${counted('breaks', broken)}.\n`;
}

function counted(what: string, answers: readonly CellAnswer[]): string {
  return `${what} ${answers.length} (${answers.length === 0 ? 'none' : answers.map(({ verdict }) => verdict.scenario).join(', ')})`;
}
