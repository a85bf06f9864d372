/** docs/ground-truth.md, measured again cell by cell. */
import { describe, expect, test } from '@jest/globals';
import type { Chip } from '../../pmu/chip.ts';
import { CHIPS } from '../../pmu/chips/index.ts';
import { nehalem } from '../../pmu/chips/nehalem.ts';
import { ran, samplesOf } from '../perf/job.ts';
import { textOf } from '../support/source-file.ts';
import { percentApart } from './equal-events.ts';
import { PROGRAMS, countedOff, scaledError, type KnownProgram } from './ground-truth.ts';

/** The tables of the document: by chip, the figures in their order. */
const tables = textOf('docs/ground-truth.md').split(/\n\n/).filter((block) => /^\| (chip|kernel) \|/.test(block)).map((block) => {
  const [head, , ...rows] = block.trim().split('\n').map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  return { head: head.slice(1), rows: new Map(rows.map(([chip, ...figures]) => [chip, figures.map(Number)])) };
});
const [counted, scaledByTick, scaledByTimer, equal] = tables.filter(({ head }) => head.length === 8);
const PROGRAM_NAMES = PROGRAMS.map(({ name }) => name);

test('there is a row for every chip and a column for every program', () => {
  for (const { head, rows } of [counted, scaledByTick, scaledByTimer]) {
    expect(head).toEqual(PROGRAM_NAMES);
    expect([...rows.keys()]).toEqual(CHIPS.map(({ name }) => name));
  }
  expect([...equal.rows.keys()]).toEqual(CHIPS.map(({ name }) => name));
});

/** Programs whose figure is larger than the table says. */
function worse(chip: Chip, stated: typeof counted, figure: (program: KnownProgram, chip: Chip, kernel: string) => number, kernel: string): string[] {
  const bounds = stated.rows.get(chip.name)!;
  return PROGRAMS.filter((program, i) => !(figure(program, chip, kernel) <= bounds[i])).map(({ name }) => name);
}

describe.each(CHIPS.map((chip) => [chip.name, chip] as const))('%s', (_, chip) => {
  test('counts exactly what programs do', () => {
    for (const kernel of ['v3.2', 'v6.18']) expect(worse(chip, counted, countedOff, kernel)).toEqual([]);
  });

  const scaledPercent: typeof scaledError = (program, of, kernel) => 100 * scaledError(program, of, kernel);

  test('estimates within the stated error what it counts part of the time', () => {
    expect(worse(chip, scaledByTick, scaledPercent, 'v3.2')).toEqual([]);
    expect(worse(chip, scaledByTimer, scaledPercent, 'v6.18')).toEqual([]);
  });

  test('has equal samples of three equal events, within one percent', () => {
    for (const kernel of ['v3.2', 'v3.11', 'v6.18']) expect(percentApart({ kernel, pmu: chip.name, events: 3, seconds: 4 })).toBeLessThan(1);
  });
});

test('v3.2 falls short where nothing changes, by less than the time that an event waits', () => {
  const noploop = PROGRAMS[0];
  for (const chip of CHIPS) {
    const [v3_2, v6_18] = ['v3.2', 'v6.18'].map((kernel) => scaledError(noploop, chip, kernel));
    expect(v3_2).toBeGreaterThan(10 * v6_18);
    // Three times as many events as counters wait two thirds of a round of so many ticks, of which a second has 1000.
    expect(v3_2).toBeLessThan((3 * (chip.general.count + chip.fixed.count)) / 1000);
  }
});

test('what the kernels miss of the enabled time of threads and children, the table says', () => {
  const { rows } = tables.find(({ head }) => head.join() === 'noploop,thloop,sqrtloop')!;
  for (const [kernel, figures] of rows) {
    const measured = ['noploop', 'thloop', 'sqrtloop'].map((name) => 100 * scaledError(PROGRAMS.find((program) => program.name === name)!, nehalem, kernel));
    // To a tenth of itself, or of a percent where next to nothing is missing.
    measured.forEach((error, i) => expect(Math.abs(error - figures[i])).toBeLessThan(Math.max(0.1 * figures[i], 0.1)));
  }
});

test('family 15h counts three events beside the watchdog two thirds of the time; on one CPU the lost time is made up for in part', () => {
  const samples = (cpus: number): number[] => samplesOf(ran({ pmu: 'amd64-fam15h', cpus }));
  for (const count of samples(4)) expect(Math.abs(count - 10_000 * (2 / 3))).toBeLessThan(20);
  for (const count of samples(1)) {
    expect(count).toBeGreaterThan(7_000);
    expect(count).toBeLessThan(10_000);
  }
});
