/**
 * Many seeds of the experiment of 2011 in one command: `npm run bench -- many-seeds [SEEDS [ROUNDS]]`, after `npm run build`.
 * Measured in turn, as ratios: time for twice as many runs (2 is linear), one worker against two, and memory.
 * CPU time says what the runs cost whatever else the machine does; only the ratio of workers needs the clock and an idle machine.
 */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [seeds = '1000', rounds = '3'] = process.argv.slice(3);
const OUTPUT = join(tmpdir(), `perfsim-many-seeds-${process.pid}.csv`);
/** CLK_TCK of Linux. */
const TICKS_PER_SECOND = 100;
const POLL_MS = 20;

interface Usage {
  seconds: number;
  cpu_seconds: number;
  /** Most memory in use at any time, MiB. */
  memory: number;
}

/** What the process has used so far, all its threads included; null once it has ended. */
function usage(pid: number): Omit<Usage, 'seconds'> | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    const [, peak] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return peak === undefined ? null : { cpu_seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND, memory: Number(peak) / 1024 };
  } catch {
    return null;
  }
}

function sweep(count: number, workers: number): Promise<Usage> {
  rmSync(OUTPUT, { force: true });
  const words = ['sweep', '-k', 'v3.1', '--seeds', `1..${count}`, '--workers', String(workers), '-o', OUTPUT, '--', 'record', '-e', 'cycles,cycles,cycles', 'noploop', '10'];
  const start = performance.now();
  const child = spawn(process.execPath, ['dist/bin/perfsim.cjs', ...words], { stdio: 'ignore' });
  let last = { cpu_seconds: 0, memory: 0 };
  const poll = setInterval(() => (last = usage(child.pid!) ?? last), POLL_MS);
  return new Promise((resolve, reject) => {
    child.on('close', (status) => {
      clearInterval(poll);
      if (status === 0) resolve({ seconds: (performance.now() - start) / 1000, ...last });
      else reject(new Error(`the sweep ended with status ${status}`));
    });
  });
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

const count = Number(seeds);
const pairs: { half: Usage; whole: Usage; two: Usage }[] = [];
for (let round = 0; round < Number(rounds); round++) {
  pairs.push({ half: await sweep(count / 2, 1), whole: await sweep(count, 1), two: await sweep(count, 2) });
}
rmSync(OUTPUT, { force: true });

const last = pairs.at(-1)!;
console.log(`${count} seeds with one worker: ${last.whole.seconds.toFixed(1)} s, ${last.whole.cpu_seconds.toFixed(1)} s of CPU time`);
console.log(`twice as many runs: ${median(pairs.map(({ half, whole }) => whole.cpu_seconds / half.cpu_seconds)).toFixed(2)} times the CPU time`);
console.log(`two workers: ${median(pairs.map(({ whole, two }) => whole.seconds / two.seconds)).toFixed(2)} times as fast as one`);
console.log(`memory at its peak: ${last.half.memory.toFixed(0)} MiB for ${count / 2} seeds, ${last.whole.memory.toFixed(0)} MiB for ${count}`);
