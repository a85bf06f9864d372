/** A sweep that is killed at any moment, or stopped with Ctrl-C, goes on where it was: its file is the same in the end, byte for byte. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';

const folder = mkdtempSync(join(tmpdir(), 'perfsim-killed-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SWEEP = ['-m', '1..16*2', '-F', '1000,4000', '--latency', 'write=0,write=10ms', '--seeds', '1..3', '--workers', '1'];
const COMMAND = ['--', 'record', '-e', 'cycles,cycles,cycles', 'noploop', '0.1'];

const text = (file: string): string => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '');
const linesOf = (file: string): number => text(file).split('\n').length - 1;

/** Runs the sweep into the file; as soon as that has so many lines more, it gets the signal. Answers how it ended. */
async function sweep(file: string, signal: NodeJS.Signals | null = null, after = Infinity): Promise<{ status: number | null; signal: NodeJS.Signals | null; stdout: string }> {
  const before = linesOf(file);
  const child: ChildProcess = spawn(process.execPath, [join(process.cwd(), 'dist/bin/perfsim.cjs'), 'sweep', ...SWEEP, '-o', file, ...COMMAND], { cwd: folder });
  let stdout = '';
  child.stdout!.on('data', (chunk) => (stdout += String(chunk)));
  const watch = setInterval(() => {
    if (signal === null || child.killed || linesOf(file) - before < after) return;
    child.kill(signal);
  }, 1);
  return new Promise((resolve) => {
    child.on('close', (status, killed) => {
      clearInterval(watch);
      resolve({ status, signal: killed, stdout });
    });
  });
}

test('a sweep is the same after SIGKILL and Ctrl-C as without', async () => {
  const format = 'csv';
  const whole = await sweep(`whole.${format}`);
  expect(whole.status).toBe(0);

  expect(await sweep(`cut.${format}`, 'SIGKILL', 10)).toMatchObject({ signal: 'SIGKILL' });
  expect(linesOf(`cut.${format}`)).toBeLessThan(linesOf(`whole.${format}`));
  expect(await sweep(`cut.${format}`, 'SIGINT', 10)).toMatchObject({ status: 130 });
  expect(linesOf(`cut.${format}`)).toBeLessThan(linesOf(`whole.${format}`));
  const resumed = await sweep(`cut.${format}`);
  expect({ ...resumed, text: text(`cut.${format}`) }).toEqual({ ...whole, text: text(`whole.${format}`) });
}, 60_000);
