/** `report` of a recording with branch stacks: branches in place of samples, as real perf shows them. */
import { describe, expect, test } from '@jest/globals';
import { PerfData, bytesSource } from '../../../perf/data/index.ts';
import { parse_branch_str } from '../../../perf/branch-filter.ts';
import { parse_events } from '../../../perf/parse-events.ts';
import { hasBranchStacks } from '../../../perf/report/branch-stack.ts';
import { layoutOf, type LayoutOptions } from '../../../perf/report/columns.ts';
import { histogram } from '../../../perf/report/histogram.ts';
import { histogramText } from '../../../perf/report/histogram-text.ts';
import { havePerf, realPerf } from '../data/recordings.ts';
import { bytesOf, specOf } from '../job.ts';

function recording(pmu: string, filter: string, events: string, [name, ...args]: string[], system_wide = false): Uint8Array {
  const { record, ...machine } = specOf({ kernel: 'v6.18', pmu, tool: '6.1' });
  return bytesOf({ ...machine, workload: { name, args }, record: { ...record, events: parse_events(events), branch_stack: parse_branch_str(filter), system_wide } });
}

function report(bytes: Uint8Array, options: LayoutOptions): string {
  const data = PerfData.open(bytesSource(bytes));
  const branches = hasBranchStacks(data);
  const layout = layoutOf({ ...options, branches });
  return histogramText(histogram(data, { layout, branches, graph: null }), { layout });
}

const BRSTACK = recording('skylake', 'any,u', 'cycles:u', ['brstack', '2e7']);

test('a branch counts once, whatever its sample stands for', () => {
  const data = PerfData.open(bytesSource(BRSTACK));
  const branches = [...data.records()].reduce((sum, record) => sum + (record.name === 'SAMPLE' ? record.sample.branch_stack!.entries.length : 0), 0);
  const [{ samples, periods }] = histogram(data, { layout: layoutOf({ branches: true }), branches: true, graph: null }).tables;
  expect({ samples, periods }).toEqual({ samples: branches, periods: [BigInt(branches)] });
});

test('of ten branches of a turn each has three or four of the 32 of a sample', () => {
  const rows = report(BRSTACK, { sort: 'comm,dso_to' }).split('\n').filter((line) => line.includes('%'));
  expect(rows.length).toBe(1);
  const shares = report(BRSTACK, {}).split('\n').flatMap((line) => {
    const [, share, from, to] = /^ +([\d.]+)%.* 0x0+(5\w\w) .* 0x0+(5\w\w)/.exec(line) ?? [];
    return share === undefined ? [] : [[`${from} ${to}`, Number(share)] as const];
  });
  const names = new Set(shares.map(([name]) => name));
  expect(names.size).toBe(10);
  // Without those of its start, which are others.
  const shareOf = (name: string | null): number => shares.filter(([other]) => name === null || other === name).reduce((sum, [, part]) => sum + part, 0);
  for (const name of names) {
    expect(shareOf(name) / shareOf(null)).toBeGreaterThanOrEqual(3 / 32 - 0.001);
    expect(shareOf(name) / shareOf(null)).toBeLessThanOrEqual(4 / 32 + 0.001);
  }
});

test('keys of branches are for branches alone', () => {
  expect(() => layoutOf({ sort: 'cycles' })).toThrow("the key 'cycles' in --sort is one of branches, and this report is of samples");
  expect(() => layoutOf({ sort: 'symbol_from', branches: true })).toThrow('beside others perf adds their IPC, which is not modelled');
});

(havePerf ? describe : describe.skip)('real perf (skipped where it is not installed)', () => {
  /** Without symbols of the kernel, which perf finds by this machine's means; and without its tip. */
  const comparable = (text: string): string => text.replace(/^# To display the perf.data header info.*\n#\n/, '').replace(/\n#\n# \(.*\)\n#\n$/, '\n').trimEnd();

  describe.each([
    ['skylake, -j any,u', BRSTACK], ['nehalem, -b, two events', recording('nehalem', 'any', 'cycles:u,instructions:u', ['sqrtloop', '0.05'])],
    ['core2, a small stack', recording('core2', 'any', 'cycles:u', ['brstack', '1e6'])],
  ])('%s', (_, bytes) => {
    test.each<[string, LayoutOptions]>([
      ['', {}], ['-s comm,dso_to,cycles', { sort: 'comm,dso_to,cycles' }], ['-s cycles,comm', { sort: 'cycles,comm' }], ['-s dso_from', { sort: 'dso_from' }],
      ['-n --show-total-period', { 'show-nr-samples': true, 'show-total-period': true }], ['-F overhead,comm,dso_to', { fields: 'overhead,comm,dso_to' }],
    ])('report --stdio %s', (words, options) => {
      const { stdout } = realPerf(bytes, 'report', '--stdio', ...words.split(' ').filter(Boolean));
      expect(comparable(report(bytes, options))).toBe(comparable(stdout));
    });
  });
});
