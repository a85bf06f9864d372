/** Real perf 6.1 stat and the simulated one, given the same words: the same lines, but for the numbers. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { obstacle, perf } from '../support/real-perf.ts';
import { ROOT } from '../support/source-file.ts';

const LOOP = ['dash', '-c', 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done'];
const MACHINE = ['--kernel', 'v6.18', '--tool', '6.1', '--hz', '250'];

const folder = mkdtempSync(join(tmpdir(), 'real-perf-'));
const workload = join(folder, 'dash.yaml');
writeFileSync(workload, 'functions: { loop: {} }\nmain: [{ run: loop, for: 130 ms }]\n');
afterAll(() => rmSync(folder, { recursive: true }));

function simulated(words: readonly string[]): string {
  const args = [join(ROOT, 'dist/bin/perfsim.cjs'), 'stat', ...words, ...MACHINE, '--workload', workload];
  return spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } }).stderr;
}

/**
 * The lines that differ in more than their numbers, each once; whose counts they are is another matter. In an interval
 * during which a busy machine has not let the program run nothing is counted.
 */
function form(printed: string): string[] {
  const lines = printed.replace(/for '[^']*'/, 'for N').replaceAll(/ *-?\d+(\.\d+)?/g, ' N').split('\n');
  return [...new Set(lines.filter((line) => !line.includes('<not counted>')))];
}

const reason = obstacle();

(reason === null ? describe : describe.skip)(reason === null ? 'perf stat' : `perf stat (skipped: ${reason})`, () => {
  const events = ['-e', 'cpu-clock,task-clock'];
  test.each([
    [events], [['-r', '3', ...events]], [['-x', ',', ...events]], [['-x', ';', '-r', '2', ...events]], [['-j', ...events]],
    [['-I', '50', ...events]], [['-I', '50', '-x', ',', ...events]], [['-e', '{cpu-clock:u,task-clock}']], [['-a', ...events]], [['-C', '0', '-e', 'cpu-clock']],
    [['-n']], [['-a', '-A', ...events]], [['-a', '-A', '-x', ',', ...events]], [['-a', '-A', '-j', ...events]], [['-a', '-A', '-I', '50', ...events]],
    [['-D', '20', ...events]], [['-I', '50', '--summary', ...events]], [['-I', '50', '--interval-count', '1', ...events]], [['--no-scale', '--no-big-num', ...events]],
  ])('%j', (words) => {
    expect(form(simulated(words))).toEqual(form(perf('stat', ...words, '--', ...LOOP).stderr));
  });
});
