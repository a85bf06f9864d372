/** Lists and series that stay short: what is left stands for all that came. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { StepSeries } from '../../../perf/trace/step-series.ts';
import { Thinned } from '../../../perf/trace/thinned.ts';
import { forAll } from '../../support/property.ts';

describe('a thinned list', () => {
  test('keeps every n-th entry for some power of two n, and between half and all of what it may', () => {
    forAll([fc.integer({ min: 2, max: 50 }), fc.integer({ min: 0, max: 2000 })], (limit, count) => {
      const list = new Thinned<number>(limit);
      for (let i = 0; i < count; i++) list.offer(i);
      const { entries } = list;
      const stride = entries.length > 1 ? entries[1] : 1;
      expect(Number.isInteger(Math.log2(stride))).toBe(true);
      expect(entries).toEqual(Array.from({ length: Math.ceil(count / stride) }, (_, i) => i * stride));
      expect(entries.length).toBeLessThanOrEqual(limit);
      expect(list.kept('numbers')).toEqual({ what: 'numbers', how: 'evenly spread', seen: count, kept: entries.length });
      if (count > limit) expect(entries.length).toBeGreaterThanOrEqual(limit / 2);
    });
  });
});

describe('a series', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 50_000 }), fc.integer({ min: 0, max: 1000 })), { minLength: 1, maxLength: 500 });
  const walked = (list: readonly (readonly [number, number])[], series: StepSeries): [number, number][] => {
    let at = 0;
    return list.map(([later, value]) => {
      series.push((at += later), value);
      return [at, value];
    });
  };

  test('keeps the first, the last, the lowest and the highest value, in order of time, and nothing that was not there', () => {
    forAll([steps], (list) => {
      const series = new StepSeries(8);
      const all = walked(list, series);
      const { at, value } = series.series();
      const kept = at.map((ns, i) => [ns, value[i]]);
      expect(all.map(String)).toEqual(expect.arrayContaining(kept.map(String)));
      expect(at).toEqual([...at].sort((a, b) => a - b));
      const values = all.map(([, v]) => v);
      expect([value[0], value.at(-1), Math.min(...value), Math.max(...value)]).toEqual([values[0], values.at(-1), Math.min(...values), Math.max(...values)]);
    });
  });

  test('has at most four points for each span, however long it is', () => {
    const series = new StepSeries(8);
    walked(Array.from({ length: 20_000 }, (_, i) => [7000, (i * 7919) % 1000] as const), series);
    expect(series.series().at.length).toBeLessThanOrEqual(32);
    expect(series.seen).toBe(20_000);
  });

  test('keeps every value next to a marked moment', () => {
    const series = new StepSeries(2);
    const all = Array.from({ length: 3000 }, (_, i) => i);
    for (const i of all) {
      series.push(1000 * i, i);
      if (i === 1500) series.mark();
    }
    expect(series.series().value).toEqual(expect.arrayContaining(all.slice(1490, 1510)));
  });
});
