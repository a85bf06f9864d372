/**
 * Speed as ratios, measured side by side and in turn (A B A B …), the median of the pairs' ratios:
 * a warm run of the main job against the bare loop, the whole command against `node -e 0`, and the event queue on a
 * PHOLD-like load. `npm run build` first.
 */
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareEngine } from '../bin/engine.ts';
import { run } from '../perf/index.ts';
import { EventQueue, Priority } from '../sim/event-queue.ts';
import { BareLoop } from './bare-loop.ts';
import { mainJob } from './main-job.ts';

const ROUNDS = 7;

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function compare(what: string, a: () => void, b: () => void): void {
  a();
  b();
  const pairs = Array.from({ length: ROUNDS }, () => [milliseconds(a), milliseconds(b)] as const);
  const ratio = median(pairs.map(([x, y]) => x / y));
  console.log(`${what}: ${ratio.toFixed(1)} times (${median(pairs.map(([x]) => x)).toFixed(1)} ms against ${median(pairs.map(([, y]) => y)).toFixed(1)} ms)`);
}

function node(...args: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** N timers, each of which arms itself again after a random while; millions of events per second. */
function phold(timers: number, events: number): number {
  const queue = new EventQueue();
  let state = 12345;
  const delay = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return 1 + (state >>> 8);
  };
  const again = (timer: number): void => queue.arm(timer, queue.now + delay());
  for (let i = 0; i < timers; i++) queue.arm(queue.timer(Priority.IRQ, again), delay());
  const elapsed = milliseconds(() => {
    for (let i = 0; i < events; i++) queue.step();
  });
  return events / elapsed / 1000;
}

// As the commands do.
prepareEngine();
for (let warm = 0; warm < 5; warm++) run(mainJob('v3.2', 1), null);
compare('10 s of the main job, warm, against the bare loop', () => run(mainJob('v3.2', 1), null), () => new BareLoop().run(10));
const output = join(tmpdir(), 'perfsim-bench.data');
const command = ['dist/bin/perfsim.cjs', 'record', '-q', '-N', '-o', output, '-e', 'cycles,cycles,cycles', 'noploop', '10'];
compare('the whole command against `node -e 0`', () => node(...command), () => node('-e', '0'));
compare('`--version` against `node -e 0`', () => node('dist/bin/perfsim.cjs', '--version'), () => node('-e', '0'));
compare('`record --help` against `node -e 0`', () => node('dist/bin/perfsim.cjs', 'record', '--help'), () => node('-e', '0'));
/** Median ratio of our events per second to a peer's, measured in turn. */
function against(peer: (timers: number) => number, timers: number, events: number): string {
  phold(timers, events);
  const pairs = Array.from({ length: ROUNDS }, () => phold(timers, events) / peer(timers));
  return median(pairs).toFixed(1);
}

/** A program's own figure; NaN if it cannot run here. */
function figure(command: string, ...args: string[]): number {
  const { stdout, status } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : NaN;
}

const phold_ns3 = join(tmpdir(), 'perfsim-phold-ns3');
const compiled = spawnSync('g++', ['-O3', '-std=c++17', 'bench/peers/phold.cc', '-o', phold_ns3, '-lns3-core']).status === 0;
const schedulers = ['ns3::PriorityQueueScheduler', 'ns3::ListScheduler', 'ns3::MapScheduler', 'ns3::CalendarScheduler'];
for (const timers of [4, 16, 256, 4096]) {
  phold(timers, 1e6);
  console.log(`event queue, ${timers} timers: ${phold(timers, 3e6).toFixed(1)} million events per second`);
  if (compiled) {
    // The list scheduler is only fast while the list is short.
    const tried = schedulers.filter((name) => timers <= 256 || !name.includes('List'));
    const best = (): number => Math.max(...tried.map((name) => figure(phold_ns3, name, String(timers), '3e5')));
    console.log(`  ${against(best, timers, 1e6)} times ns-3 with its best scheduler`);
  }
  if (!Number.isNaN(figure('/usr/bin/python3', 'bench/peers/phold.py', '4', '1000'))) {
    console.log(`  ${against((n) => figure('/usr/bin/python3', 'bench/peers/phold.py', String(n), '1e5'), timers, 1e6)} times SimPy`);
  }
}
