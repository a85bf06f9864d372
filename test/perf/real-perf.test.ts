/**
 * Real perf 6.1 against the simulated one: the same commands on cpu-clock, which needs no PMU. The program uses one second
 * of CPU time, however long that takes on a machine with other work: so the counts can be compared.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { run } from '../../perf/index.ts';
import { parse_events } from '../../perf/parse-events.ts';
import { runStat } from '../../perf/stat/run-stat.ts';
import { statText } from '../../perf/stat/text.ts';
import { dash, obstacle, perf, recorded, type Recorded } from '../support/real-perf.ts';
import { bytesOf, specOf } from './job.ts';

const PROGRAM = ['dash', '-c', 'ulimit -St 1; while :; do :; done'];
const EVENTS = 'cpu-clock,cpu-clock,cpu-clock';
const FREQ = 1000;
const PAGES = 8;

/** Other work only ever takes samples away: of so many recordings the one with the most was disturbed the least. */
const ATTEMPTS = 3;

const MACHINE = { kernel: 'v6.18', tool: '6.1', hz: 250 } as const;

interface Woken extends Recorded {
  readonly wakeups: number;
}

function measured(folder: string): Woken {
  const path = join(folder, 'perf.data');
  const { stderr } = perf('record', '-o', path, '-F', String(FREQ), '-m', String(PAGES), '-e', EVENTS, '--', ...PROGRAM);
  return { ...recorded(readFileSync(path)), wakeups: Number(/Woken up (\d+) times/.exec(stderr)?.[1]) };
}

function simulated(cpus: number): Woken {
  const { record, ...machine } = specOf({ ...MACHINE, cpus });
  const spec = { ...machine, workload: dash(1000), record: { ...record, events: parse_events(EVENTS), freq: FREQ, mmap_pages: PAGES } };
  return { ...recorded(bytesOf(spec)), wakeups: run(spec, null).wakeups };
}

const CLOCKS = 'cpu-clock,task-clock';

function simulatedStat(): string {
  const { record: _, ...machine } = specOf(MACHINE);
  const stat = { events: parse_events(CLOCKS), repeat: 1, interval_ms: null, inherit: true, system_wide: false, cpu_list: null };
  const { runs } = runStat({ ...machine, workload: dash(1000), stat });
  return statText({ events: stat.events, tool: '6.1', subject: `'${PROGRAM.join(' ')}'`, nmi_watchdog: true, isChild: true }, runs);
}

/** Without the shell's own words in front, and with every number as N. */
const form = (printed: string): string => printed.replaceAll(/ *\d+\.\d+/g, ' N').replace(/^[^]*?(?=Performance)/, '').trim();
const clock = (printed: string): number => Number(/([\d.]+) msec cpu-clock/.exec(printed)?.[1]);

/** On a machine with more to do than it has CPUs, timers expire late, and of several periods that have passed one is sampled. */
const isBusy = loadavg()[0] > availableParallelism();
const unhurried = isBusy ? test.skip : test;
const busy = isBusy ? ' (skipped: this machine is too busy to be compared with)' : '';

const reason = obstacle();
const title = reason === null ? 'perf 6.1 and its simulation' : `perf 6.1 and its simulation (skipped: ${reason})`;

(reason === null ? describe : describe.skip)(title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'real-perf-'));
  let real!: Woken;
  let ours!: Woken;
  let counted!: { real: string; ours: string };

  beforeAll(() => {
    real = Array.from({ length: ATTEMPTS }, () => measured(folder)).reduce((best, one) => (one.samples > best.samples ? one : best));
    ours = simulated(real.cpus);
    counted = { real: perf('stat', '-e', CLOCKS, '--', ...PROGRAM).stderr, ours: simulatedStat() };
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test('write the same types of records, of the same sizes, in the same order', () => {
    // When the tool comes to read is a matter of timing; and a busy machine throttles or loses what an idle one does not.
    const order = ({ names }: Recorded): string[] => names.filter((name) => !['FINISHED_ROUND', 'LOST', 'THROTTLE', 'UNTHROTTLE'].includes(name));
    expect(order(ours)).toEqual(order(real));
    for (const name of ours.names) expect({ name, sizes: ours.sizes[name] }).toEqual({ name, sizes: real.sizes[name] });
  });

  unhurried(`wake up as often, within one, and have as many samples, within 2 %${busy}`, () => {
    expect(Math.abs(ours.wakeups - real.wakeups)).toBeLessThanOrEqual(1);
    expect(Math.abs(ours.samples / real.samples - 1)).toBeLessThan(0.02);
  });

  test('print what they count in the same form', () => expect(form(counted.ours)).toBe(form(counted.real)));
  unhurried(`count the same, within 2 %${busy}`, () => expect(Math.abs(clock(counted.ours) / clock(counted.real) - 1)).toBeLessThan(0.02));
});

/** Measured on the machine of the conformance cases: samples of each event and wakeups, at three sizes of the buffer. */
test.each([[128, 9926, 6], [8, 4949, 44], [1, 4966, 350]])('-m %i with %i samples of each event wakes the tool %i times', (mmap_pages, samples, wakeups) => {
  const { record, ...machine } = specOf({ ...MACHINE, cpus: 2 });
  const result = run({ ...machine, workload: dash(samples), record: { ...record, events: parse_events(EVENTS), freq: FREQ, mmap_pages } }, null);
  for (const event of result.events) expect(Math.abs(event.samples - samples)).toBeLessThan(0.005 * samples);
  expect(result.lost_total).toBe(0);
  expect(Math.abs(result.wakeups - wakeups)).toBeLessThanOrEqual(1);
});
