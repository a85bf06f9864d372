/**
 * Speed as ratios, measured side by side and in turn (A B A B …), the median of the pairs' ratios:
 * a warm run of the main job against the bare loop, the whole command against `node -e 0`, and the event queue against
 * others on a PHOLD-like load. `npm run build` first.
 */
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareEngine } from '../bin/engine.ts';
import { run } from '../perf/index.ts';
import { BareLoop } from './bare-loop.ts';
import { mainJob } from './main-job.ts';
import { type Peer, presentPeers } from './peers.ts';
import { onMachine, onQueue } from './phold.ts';

const ROUNDS = 7;
/** Of the queue's load. */
const EVENTS = 1e6;

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

/** How many times as fast as a peer the queue is. */
function against(peer: Peer, timers: number): string {
  const pairs = Array.from({ length: ROUNDS }, () => onQueue(timers, EVENTS) / peer.measure(timers));
  return `${median(pairs).toFixed(1)} times ${peer.name}`;
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

const peers = presentPeers();
for (const timers of [4, 16, 256, 4096]) {
  const [queue, machine] = [onQueue, onMachine].map((phold) => median(Array.from({ length: ROUNDS }, () => phold(timers, EVENTS))).toFixed(1));
  console.log(`event queue, ${timers} timers: ${queue} million events per second, ${machine} through the machine's CPUs`);
  for (const peer of peers) console.log(`  ${against(peer, timers)}`);
}
