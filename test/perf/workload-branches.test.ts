/** Branches of workload files: what they say, and what they do not say, is what recordings show. */
import { describe, expect, test } from '@jest/globals';
import { PerfData, bytesSource } from '../../perf/data/index.ts';
import { parse_branch_str } from '../../perf/branch-filter.ts';
import { parse_events } from '../../perf/parse-events.ts';
import { loadWorkload } from '../../perf/workload/load.ts';
import { bytesOf, specOf } from './job.ts';

const MAIN = 0x40_0530;
const STEP = 0x40_0570;
const PERIOD = 20_011;

const CALLS = `functions:
  main: { branches: 0.25 }
  step: { branches: 0.25, branch-misses: 0.0125 }
main:
  - run: { main: 50 %, main > step: 50 % }
    for: 10 ms
    taken:
      - { from: main+0x1c, to: step, kind: call }
      - { from: step+0x10, to: step+0x20, kind: conditional }
      - { from: step+0x3c, to: main+0x20, kind: return }
      - { from: main+0x3c, to: main, kind: jump }
`;

interface Sampled {
  readonly ip: number;
  /** Newest first. */
  readonly branches: readonly { readonly from: number; readonly to: number; readonly missed: boolean; readonly cycles: number }[];
}

/** Samples within the functions, once the records are full. */
function sampled(text: string, event = 'cycles:u', period = PERIOD): Sampled[] {
  const description = loadWorkload('own.yaml', text);
  const { record, ...machine } = specOf({ kernel: 'v6.18', pmu: 'skylake', tool: '6.1', freq: null, period });
  const options = { ...record, events: parse_events(event), branch_stack: parse_branch_str('any,u') };
  const data = PerfData.open(bytesSource(bytesOf({ ...machine, workload: { name: 'own', args: [], description }, record: options })));
  const all = [...data.records()].flatMap((entry) => (entry.name === 'SAMPLE' ? [entry.sample] : [])).map(({ ip, branch_stack }) => ({
    ip: Number(ip), branches: branch_stack!.entries.map(({ from, to, flags }) => ({ from: Number(from), to: Number(to), missed: (flags & 1n) !== 0n, cycles: Number((flags >> 4n) & 0xffffn) })),
  }));
  return all.filter(({ branches }) => branches.length === 32 && branches.every(({ from, to }) => from >= MAIN && to >= MAIN));
}

const named = (address: number): string => (address >= STEP ? `step+0x${(address - STEP).toString(16)}` : `main+0x${(address - MAIN).toString(16)}`);
const lines = ({ branches }: Sampled): string[] => branches.map(({ from, to }) => `${named(from)} ${named(to)}`).toReversed();

/** The records are so many branches of `turn`, from any of them on. */
function expectTurns(samples: readonly Sampled[], turn: readonly string[]): void {
  expect(samples.length).toBeGreaterThan(100);
  const starts = samples.map((sample) => {
    const [first] = lines(sample);
    const start = turn.indexOf(first);
    expect(lines(sample)).toEqual(Array.from({ length: 32 }, (_, i) => turn[(start + i) % turn.length]));
    return start;
  });
  expect(new Set(starts).size).toBe(turn.length);
}

describe('a turn that is said', () => {
  const TURN = ['main+0x1c step+0x0', 'step+0x10 step+0x20', 'step+0x3c main+0x20', 'main+0x3c main+0x0'];

  test('is taken again and again', () => expectTurns(sampled(CALLS), TURN));
  test('is as long as the rate of branches has it, those that are not taken among them', () => {
    for (const [text, cycles] of [[CALLS, 4], [`${CALLS}    not-taken: 4\n`, 8]] as const) {
      expect(new Set(sampled(text).flatMap(({ branches }) => branches.slice(0, -1).map((branch) => branch.cycles)))).toEqual(new Set([cycles]));
    }
  });
  test('gives each function its share of the time', () => {
    const more = CALLS.replace('      - { from: step+0x3c', '      - { from: step+0x24, to: step+0x30, kind: jump }\n      - { from: step+0x3c');
    const samples = sampled(more.replace('main: 50 %, main > step: 50 %', 'main: 25 %, main > step: 75 %'));
    const inStep = samples.filter(({ ip }) => ip >= STEP).length / samples.length;
    // 15 of 20 cycles for three branches, as the records tell, too.
    const cycles = samples.flatMap(({ branches }) => branches.slice(0, -1)).filter(({ from }) => from >= STEP).map((branch) => branch.cycles);
    expect(new Set(cycles)).toEqual(new Set([5]));
    expect(Math.abs(inStep - 0.75)).toBeLessThan(4 * Math.sqrt((0.75 * 0.25) / samples.length));
  });
  test('is mispredicted where something is predicted, one of twenty', () => {
    const branches = sampled(CALLS).flatMap((sample) => sample.branches).filter(({ from }) => from >= STEP);
    const missed = branches.filter((branch) => branch.missed).length / branches.length;
    expect(Math.abs(missed - 0.05)).toBeLessThan(0.01);
    expect(sampled(CALLS).flatMap((sample) => sample.branches).some((branch) => branch.missed && branch.from < STEP)).toBe(false);
  });
  test('does not change who causes an event: a miss is one of step, and its sample stands behind its newest branch', () => {
    for (const { ip, branches: [newest] } of sampled(CALLS, 'branch-misses:u', 101)) {
      expect(ip).toBeGreaterThanOrEqual(STEP);
      expect(newest.to).toBeGreaterThanOrEqual(STEP);
      expect(ip).toBeGreaterThanOrEqual(newest.to);
    }
  });
});

describe('where nothing is said', () => {
  const SILENT = CALLS.slice(0, CALLS.indexOf('    taken'));

  test('a function is a loop over its text', () => expectTurns(sampled(SILENT.replace(/\{ main: .*\}/, 'main')), ['main+0x3c main+0x0']));
  test('and a mixture does a turn of each', () => {
    expectTurns(sampled(SILENT), ['main+0x3c main+0x0', 'main+0x3c step+0x0', 'step+0x3c step+0x0', 'step+0x3c main+0x0']);
  });
});
