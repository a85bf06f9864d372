/**
 * A schedule as a value: which context takes each step, and as the word that a command line can carry.
 *
 * The word is a run-length code: one letter for a context, and the number of its steps in a row if it is more than one.
 *
 * Reference: none; the code is our own.
 * Not modelled: systems of more than 26 contexts.
 */

/** The context that takes each step, first to last. */
export type Schedule = readonly number[];

const FIRST_LETTER = 'a'.charCodeAt(0);
const LETTERS = 26;

export function encodeSchedule(schedule: Schedule): string {
  let word = '';
  for (let at = 0, next; at < schedule.length; at = next) {
    next = at + 1;
    while (schedule[next] === schedule[at]) next++;
    word += String.fromCharCode(FIRST_LETTER + schedule[at]) + (next - at > 1 ? next - at : '');
  }
  return word;
}

/** The schedule that `word` stands for; null if it is none. */
export function decodeSchedule(word: string): Schedule | null {
  if (!/^([a-z]\d*)*$/.test(word)) return null;
  return [...word.matchAll(/([a-z])(\d*)/g)].flatMap(([, letter, count]) =>
    Array.from({ length: count === '' ? 1 : Number(count) }, () => (letter.charCodeAt(0) - FIRST_LETTER) % LETTERS));
}
