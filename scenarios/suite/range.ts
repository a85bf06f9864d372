/** Ranges of numbers as scenario files write them: `6`, `9990..10010`, `10..`, `..5`, with `%` for shares and `us`, `ms`, `s` for times. */

export interface Range {
  min: number;
  max: number;
  unit: string;
}

export function range(text: string | number): Range {
  const [, words, unit] = /^([\d.]*) ?(\D*)$/.exec(String(text))!;
  const [min, max = min] = words.includes('..') ? words.split('..') : [words];
  return { min: Number(min), max: max === '' ? Infinity : Number(max), unit };
}

export function contains({ min, max }: Range, value: number): boolean {
  return min <= value && value <= max;
}

export function shown({ min, max, unit }: Range): string {
  const text = min === max ? precise(min) : max === Infinity ? `at least ${precise(min)}` : `${precise(min)}..${precise(max)}`;
  return unit === '' ? text : `${text} ${unit}`;
}

/** A number as tables show it. */
export function rounded(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

const DIGITS = 4;

/** A number beside the limit that it does not keep: with as many digits as it takes to see it. */
export function precise(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 10 ** (DIGITS - 1) ? rounded(value) : String(Number(value.toPrecision(DIGITS)));
}
