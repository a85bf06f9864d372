/**
 * Suggestions for misspelt names, as in git and perf ("did you mean …?").
 * Not modelled: keyboard distance; edits are counted (Levenshtein) and all weigh the same.
 */
import { closest, distance } from 'fastest-levenshtein';
import { InputError } from './input-error.ts';

/** One edit in three letters is a slip; more is another word. */
const LETTERS_PER_EDIT = 3;

/** The candidate that `name` was probably meant to be, or null if none is near enough. */
export function nearest(name: string, candidates: readonly string[]): string | null {
  if (candidates.length === 0) return null;
  const wanted = name.toLowerCase();
  const folded = candidates.map((candidate) => candidate.toLowerCase());
  const best = closest(wanted, folded);
  return distance(wanted, best) <= Math.ceil(name.length / LETTERS_PER_EDIT) ? candidates[folded.indexOf(best)] : null;
}

/** The error for a name that is not among `candidates`; `list` is the command that shows them all. */
export function unknownName(kind: string, name: string, candidates: readonly string[], list: string): InputError {
  const suggestion = nearest(name, candidates);
  return new InputError(`unknown ${kind} '${name}'; ${suggestion === null ? `'${list}' shows what there is.` : `did you mean '${suggestion}'?`}`);
}
