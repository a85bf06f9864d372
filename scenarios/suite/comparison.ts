/** Several variants of one run over the same seeds: the table of their numbers, and which differences are significant. */
import { max, mean, min, sampleStandardDeviation } from 'simple-statistics';
import type { RunResult } from '../../perf/run-spec.ts';
import { measures } from './measures.ts';
import { rounded } from './range.ts';
import { LEVEL, PERMUTATIONS, holm, leastProbability, probability } from './significance.ts';
import { table } from './table.ts';

export interface Variant {
  title: string;
  /** One result per seed. */
  results: readonly RunResult[];
}

interface Difference {
  name: string;
  from: readonly number[];
  to: readonly number[];
  /** Adjusted for the number of comparisons. */
  probability: number;
}

/** Means with their spread: one row per number, one column per variant. */
export function comparisonTable(variants: readonly Variant[]): string {
  const columns = variants.map(({ results }) => valuesByName(results));
  const names = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  const rows = names.map((name) => [name, ...columns.map((column) => spread(column.get(name)))]);
  return table([['', ...variants.map(({ title }) => title)], ...rows]);
}

/** In words: each later variant against the first. */
export function statement([first, ...others]: readonly Variant[]): string {
  const parts = others.map((other) => {
    const found = differences(first, other);
    const lines = table(found.map((difference) => [`  ${difference.name}`, means(difference), verdict(difference)]), 'left');
    return `${other.title} against ${first.title}:\n${lines}`;
  });
  const count = first.results.length;
  const comparisons = others.length === 0 ? 0 : valuesByName(first.results).size;
  return `${parts.join('\n')}\nTest: two-sided permutation test of the means, ${PERMUTATIONS} permutations, ${seeds(count)} each,\n` +
    `Holm's correction for the ${comparisons} numbers of a pair, level ${LEVEL * 100} %.\n${tooFew(count, comparisons)}`;
}

function tooFew(count: number, comparisons: number): string {
  return leastProbability(count) * comparisons <= LEVEL ? '' : `With ${seeds(count)} no difference can be found significant, however large: give more --seeds.\n`;
}

function differences(first: Variant, other: Variant): Difference[] {
  const from = valuesByName(first.results);
  const to = valuesByName(other.results);
  const names = [...from.keys()].filter((name) => to.has(name));
  const adjusted = holm(names.map((name) => probability(from.get(name)!, to.get(name)!)));
  return names.map((name, i) => ({ name, from: from.get(name)!, to: to.get(name)!, probability: adjusted[i] }));
}

function means({ from, to }: Difference): string {
  return `${rounded(mean([...from]))} → ${rounded(mean([...to]))}`;
}

function verdict({ from, to, probability }: Difference): string {
  if ([...from, ...to].every((value) => value === from[0])) return 'the same in every run';
  return `${probability <= LEVEL ? 'significant' : 'not significant'} (p = ${probability.toPrecision(2)})`;
}

function valuesByName(results: readonly RunResult[]): Map<string, number[]> {
  const values = new Map<string, number[]>();
  for (const { name, value } of results.flatMap(measures)) {
    const list = values.get(name);
    if (list === undefined) values.set(name, [value]);
    else list.push(value);
  }
  return values;
}

/** `9999 ± 2 (9995..10002)`; one number where there is no spread. */
function spread(values: number[] | undefined): string {
  if (values === undefined) return '-';
  const [least, most] = [min(values), max(values)];
  return least === most ? String(least) : `${rounded(mean(values))} ± ${rounded(sampleStandardDeviation(values))} (${least}..${most})`;
}

function seeds(count: number): string {
  return `${count} seed${count === 1 ? '' : 's'}`;
}
