/**
 * The explorer beside its peers, measured in turn (A B A B …), the median of the pairs' ratios: whole processes on the race
 * of 2011, started as the command is, beside Spin (generate, compile, run) at its best settings; and schedules per second
 * beside fast-check's scheduler. Needs Debian's spin and gcc.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Cell } from '../sim/memory.ts';
import { PctChooser, RandomChooser, type Chooser } from '../sim/explore/choosers.ts';
import { draw } from '../sim/explore/draw.ts';
import { PlainModel } from '../sim/explore/model.ts';
import { search } from '../sim/explore/search.ts';
import { World } from '../sim/explore/world.ts';
import { RandomStream } from '../sim/random.ts';
import { READ_ONCE, WRITE_ONCE } from '../kernel/primitives.ts';
import { worldOf } from '../kernel/explore/scenario.ts';
import { KERNELS } from '../kernel/variants/index.ts';
import { scenario } from './seed-race.ts';

const ROUNDS = 9;

/** What Spin is tried with; the fastest counts. Partial order reduction is on; safety only, as here. */
const COMPILERS = ['-O0', '-O1', '-O2'];
const SPIN_OPTIONS = '-DSAFETY -DNOFAIR -DMEMLIM=2000';

const folder = mkdtempSync(join(tmpdir(), 'perfsim-spin-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
copyFileSync('bench/peers/seed-race.pml', join(folder, 'model.pml'));
const START = execFileSync(process.execPath, ['bench/seed-race-build.mjs', folder], { encoding: 'utf8' });

function output(command: string, args: readonly string[]): string {
  const { stdout, stderr, error } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return stdout + stderr;
}

const spin = (define: string, compiler: string): string =>
  output('sh', ['-c', `spin -a ${define} model.pml && gcc -w ${compiler} ${SPIN_OPTIONS} -o pan pan.c && ./pan -m10000 -w20`]);
const perfsim = (kernel: string): string => output(process.execPath, [START, kernel]);

function milliseconds(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** How many times as long `b` takes as `a`. */
function compare(what: string, a: () => unknown, b: () => unknown): void {
  const pairs = Array.from({ length: ROUNDS }, () => [milliseconds(a), milliseconds(b)] as const);
  const ratios = pairs.map(([x, y]) => y / x);
  console.log(`${what}: ${median(ratios).toFixed(1)} times as fast (${median(pairs.map(([x]) => x)).toFixed(0)} ms against ${median(pairs.map(([, y]) => y)).toFixed(0)} ms; ratios from ${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)})`);
}

/** Spin's fastest compiler setting for the model. */
function best(define: string): string {
  const times = COMPILERS.map((compiler) => median(Array.from({ length: 3 }, () => milliseconds(() => spin(define, compiler)))));
  return COMPILERS[times.indexOf(Math.min(...times))];
}

const figure = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN);

for (const [define, kernel] of [['-DOLD', 'v3.1'], ['-DNEW', 'v3.18']] as const) {
  const [theirs, ours] = [spin(define, '-O2'), JSON.parse(perfsim(kernel)) as { verdict: string; states: number; transitions: number }];
  console.log(`${kernel}: ${ours.verdict}, ${ours.states} states; Spin: ${figure(theirs, /errors: (\d+)/)} errors, ${figure(theirs, /(\d+) states, stored/)} states`);
  const compiler = best(define);
  compare(`${kernel}, whole processes, Spin with gcc ${compiler}`, () => perfsim(kernel), () => spin(define, compiler));
}
for (const kernel of ['waitq-in-rb', 'no-mmap-mutex', 'fix-as-committed', 'v3.2', 'v3.10', 'v3.15']) {
  const { verdict } = JSON.parse(perfsim(kernel)) as { verdict: string };
  compare(`${kernel} (${verdict}), whole process, against Spin's for v3.1`, () => perfsim(kernel), () => spin('-DOLD', '-O0'));
}

// Warm: states per second of the search alone. Spin's is what pan says of itself.
const fixed = KERNELS.find(({ variant }) => variant.name === 'v3.18')!;
const worlds = Array.from({ length: 6 }, () => worldOf(scenario, fixed));
const rates = worlds.map((world) => {
  let states = 0;
  const elapsed = milliseconds(() => (states = search(world).states));
  return states / elapsed / 1000;
});
// Pan tells no rate of a run that was too short for its clock.
const theirRates = Array.from({ length: 10 }, () => figure(spin('-DNEW', '-O2'), /rate ([\d.]+)/) / 1e6).filter((rate) => !Number.isNaN(rate));
console.log(`states per second, reduced: ${rates.map((rate) => rate.toFixed(2)).join(' ')} million, cold to warm; Spin at -O2 ${theirRates.map((rate) => rate.toFixed(2)).join(' ')}`);

/** So many tasks that add to one cell, so often, reading and writing. */
const [TASKS, TIMES] = [3, 5];

function drawn(schedules: number, chooser: Chooser): void {
  const cell = new Cell(0);
  const run = (): void => {
    for (let i = 0; i < TIMES; i++) WRITE_ONCE(cell, READ_ONCE(cell) + 1);
  };
  const world = new World(new PlainModel(Array.from({ length: TASKS }, (_, processor) => ({ name: `T${processor}`, processor, level: 0, run }))));
  draw(world, chooser, { schedules });
}

async function scheduled(runs: number): Promise<void> {
  await fc.assert(fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    let cell = 0;
    const task = async (): Promise<void> => {
      for (let i = 0; i < TIMES; i++) {
        const value = await scheduler.schedule(Promise.resolve(cell));
        await scheduler.schedule(Promise.resolve());
        cell = value + 1;
      }
    };
    const tasks = Array.from({ length: TASKS }, task);
    await scheduler.waitAll();
    await Promise.all(tasks);
  }), { numRuns: runs });
}

/** What V8 has not compiled yet says nothing of either. */
const WARM_UP = 3;
const [OURS, THEIRS] = [400_000, 4_000];

for (const [name, make] of [['random', () => new RandomChooser(new RandomStream('bench'))], ['PCT', () => new PctChooser(new RandomStream('bench'), 3)]] as const) {
  const perSecond: number[][] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const ours = OURS / milliseconds(() => drawn(OURS, make()));
    const start = performance.now();
    await scheduled(THEIRS);
    if (round >= WARM_UP) perSecond.push([ours, THEIRS / (performance.now() - start)]);
  }
  console.log(`schedules per second, ${name}, ${TASKS} tasks of ${2 * TIMES} steps: ${median(perSecond.map(([x, y]) => x / y)).toFixed(1)} times fast-check's (${median(perSecond.map(([x]) => x)).toFixed(0)} against ${median(perSecond.map(([, y]) => y)).toFixed(1)} thousand)`);
}

const world = worldOf(scenario, fixed);
const ofRace = Array.from({ length: WARM_UP + ROUNDS }, () => 10_000 / milliseconds(() => draw(world, new RandomChooser(new RandomStream('bench')), { schedules: 10_000 }))).slice(WARM_UP);
console.log(`schedules of the race per second, random: ${median(ofRace).toFixed(0)} thousand`);
