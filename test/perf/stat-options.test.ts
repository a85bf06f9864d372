/** What perf stat is asked for beside events and repetition. */
import { describe, expect, test } from '@jest/globals';
import type { StatRun } from '../../perf/stat/stat-spec.ts';
import { statText } from '../../perf/stat/text.ts';
import { count, countsOf, runOf, statOf, table, within } from './stat-job.ts';

describe('-A', () => {
  const run: StatRun = {
    ...runOf(count(3e6, 3e6)),
    by_cpu: [{ cpu: 0, counts: [count(2e6, 2e6)] }, { cpu: 3, counts: [count(1e6, 1e6)] }],
  };

  test('shows the CPUs apart, each with the metrics of its own', () => {
    const lines = statText(table('task-clock'), [run]).split('\n').filter((line) => line.startsWith('CPU'));
    expect(lines).toEqual([
      'CPU0                     2.00 msec task-clock                       #    0.010 CPUs utilized          ',
      'CPU3                     1.00 msec task-clock                       #    0.005 CPUs utilized          ',
    ]);
  });

  test('adds up to what is shown without', () => {
    const [{ counts, by_cpu }] = statOf({ events: 'cycles,context-switches', system_wide: true, no_aggr: true });
    counts.forEach((sum, event) => expect(by_cpu!.reduce((all, { counts: own }) => all + own[event]!.value, 0)).toBe(sum!.value));
    expect(by_cpu!.map(({ cpu }) => cpu)).toEqual([0, 1, 2, 3]);
  });
});

test('-D: what comes before is not counted', () => {
  const [before, after] = [0, 200].map((delay_ms) => countsOf({ events: 'instructions:u', delay_ms })[0]!);
  within(after, before * 0.6, 0.02);
  expect(countsOf({ events: 'instructions:u', delay_ms: -1 })).toEqual([null]);
});

test('-B sets thousands apart, and nothing else', () => {
  const text = statText({ ...table('cycles,task-clock'), big_num: true }, [runOf(count(1234567), count(1_234_567e3))]);
  expect(text).toContain('         1,234,567      cycles ');
  expect(text).toContain('          1,234.57 msec task-clock ');
});

test('--no-scale shows what the counter had', () => {
  const lines = (no_scale: boolean): string => statText({ ...table('cycles'), no_scale }, [runOf(count(1000, 40e6, 80e6))]);
  expect(lines(false)).toContain('              2000      cycles ');
  expect(lines(true)).toContain('              1000      cycles ');
  expect(lines(true)).toContain('(50.00%)');
});

test.each([
  ['L1-dcache-load-misses,L1-dcache-loads', '25.00% of all L1-dcache accesses'], ['LLC-load-misses,LLC-loads', '25.00% of all LL-cache accesses'],
  ['iTLB-load-misses,iTLB-loads', '25.00% of all iTLB cache accesses'], ['branch-misses,branches', '25.00% of all branches'],
])('%s: the first in per cent of the second, or alone', (events, metric) => {
  expect(statText(table(events), [runOf(count(25), count(100))])).toContain(`#   ${metric}`);
  expect(statText(table(`${events.split(',')[0]},task-clock`), [runOf(count(25), count(100))])).not.toMatch(/misses +#/);
});

describe('a group that has no counters for all', () => {
  const GROUP = '{cache-misses,cache-references,branch-misses,cache-misses,cache-misses}';

  test('lacks the members that came too late', () => {
    expect(countsOf({ events: GROUP }).map((value) => value !== null)).toEqual([true, true, true, true, false]);
  });

  test('with :W is counted event by event, in turns', () => {
    const [{ counts }] = statOf({ events: `${GROUP}:W` });
    for (const one of counts) expect(one!.running / one!.enabled).toBeCloseTo(0.8, 1);
  });

  test('with :W that has counters stays a group', () => {
    const [{ counts }] = statOf({ events: '{cache-misses,cache-references}:W' });
    expect(counts[0]!.running).toBe(counts[1]!.running);
  });
});
