/**
 * What varies between runs: options with several values each, and the grid of their combinations.
 * Reference: the option names are those of `perfsim record`. Not modelled: values that depend on each other.
 */
import { InputError } from '../../perf/input-error.ts';

/** One option of `perfsim record` with one value; a flag is given (`true`) or not (`false`). */
export interface Setting {
  /** The option's long name. */
  option: string;
  value: string | boolean;
}

/** A setting that a file makes, and the path of keys to it. */
export interface FileSetting extends Setting {
  path: readonly PropertyKey[];
}

/** An option and the values that it takes in turn. */
export interface Axis {
  option: string;
  values: readonly (string | boolean)[];
}

/** More values than this are a slip of the keyboard. */
const MAX_VALUES = 100_000;

/** Options of which the later replaces the earlier, though their names differ. */
const EXCLUDING: readonly (readonly string[])[] = [['freq', 'count'], ['no-delay', 'wakeup-events', 'watermark']];

/** `100,1000`, `1..20`, `1..512*2` and `0..100+10`, in any mixture, as the values that they stand for. */
export function valueList(text: string): string[] {
  return text.split(',').flatMap((part) => {
    const [, from, to, operator = '+', step = '1'] = /^(\d+)\.\.(\d+)(?:([*+])(\d+))?$/.exec(part) ?? [];
    if (from === undefined || to === undefined) {
      if (part === '' || part.includes('..') && /^\d/.test(part)) throw badList(text);
      return [part];
    }
    return range(Number(from), Number(to), operator, Number(step), text);
  });
}

function range(from: number, to: number, operator: string, step: number, text: string): string[] {
  const grows = operator === '*' ? step > 1 && from > 0 : step > 0;
  if (to < from || !grows) throw badList(text);
  const values: string[] = [];
  for (let value = from; value <= to; value = operator === '*' ? value * step : value + step) {
    values.push(String(value));
    if (values.length > MAX_VALUES) throw new InputError(`'${text}' stands for more than ${MAX_VALUES} values.`);
  }
  return values;
}

function badList(text: string): InputError {
  return new InputError(`invalid list '${text}': it is values such as 100,1000, a range such as 1..20, or one with steps such as 1..512*2 and 0..100+10.`);
}

/** Two of the options that cannot both be given, or null. */
export function excluded(options: readonly string[]): string[] | null {
  const both = EXCLUDING.map((group) => group.filter((option) => options.includes(option))).find(({ length }) => length > 1);
  return both?.slice(0, 2) ?? null;
}

/** All combinations, the last axis varying fastest. */
export function grid(axes: readonly Axis[]): Setting[][] {
  return axes.reduce<Setting[][]>(
    (rows, { option, values }) => rows.flatMap((row) => values.map((value) => [...row, { option, value }])),
    [[]],
  );
}

/** Option words (`--name`, `--name=value`) with the settings in place of what they said about these options. */
export function override(words: readonly string[], settings: readonly Setting[]): string[] {
  return settings.reduce<string[]>((given, { option, value }) => {
    const word = typeof value === 'boolean' ? `--${option}` : `--${option}=${value}`;
    const replaced = [subjectOf(word), ...(value === false ? [] : (EXCLUDING.find((group) => group.includes(option)) ?? []))];
    const kept = given.filter((other) => !replaced.includes(subjectOf(other)));
    return value === false ? kept : [...kept, word];
  }, [...words]);
}

/** What an option word is about: its option, and for `--latency=write=20ms` the latency that it names. */
export function subjectOf(word: string): string {
  return /^--([^=]*(?:=\w+(?==))?)/.exec(word)?.[1] ?? '';
}

/** A setting as a heading: names speak for themselves, numbers need their option. */
export function title({ option, value }: Setting): string {
  if (typeof value === 'boolean') return value ? `--${option}` : `without --${option}`;
  return /^[\d.-]+[BKMG]?$/.test(value) ? `--${option} ${value}` : value;
}
