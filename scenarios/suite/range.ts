/** Ranges of numbers as scenario files write them: `6`, `9990..10010`, `10..`, `..5`, with `%` for shares. */

export interface Range {
  min: number;
  max: number;
  unit: '' | '%';
}

export function range(text: string | number): Range {
  const words = String(text).replace('%', '').trim();
  const [min, max = min] = words.includes('..') ? words.split('..') : [words];
  return { min: Number(min), max: max === '' ? Infinity : Number(max), unit: String(text).includes('%') ? '%' : '' };
}

export function contains({ min, max }: Range, value: number): boolean {
  return min <= value && value <= max;
}

export function shown({ min, max, unit }: Range): string {
  const text = min === max ? String(min) : max === Infinity ? `at least ${min}` : `${min}..${max}`;
  return unit === '' ? text : `${text} ${unit}`;
}
