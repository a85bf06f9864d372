/** `perfsim record` from the shell: the file that comes out, and what a run that is ended leaves behind. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PERFSIM = fileURLToPath(new URL('../../dist/bin/perfsim.cjs', import.meta.url));
const LONGER_THAN_ANY_TEST = '100000';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perfsim-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const perfsim = (...args: string[]) => spawnSync(process.execPath, [PERFSIM, ...args], { cwd: folder, encoding: 'utf8' });
const record = (...args: string[]) => perfsim('record', '-N', ...args);
const recording = (name = 'perf.data') => readFileSync(join(folder, name));

test("a run ends with perf 3.2's two lines and a recording, and the next one keeps it as perf.data.old", () => {
  const { stdout, stderr, status } = record('-e', 'cycles,cycles', 'noploop', '0.1');
  expect(stderr).toMatch(/^\[ perf record: Woken up \d+ times to write data \]\n\[ perf record: Captured and wrote 0\.\d{3} MB perf\.data \(~\d+ samples\) \]\n$/);
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  const first = recording();
  expect(record('-q', 'noploop', '0.1').stderr).toBe('');
  expect(recording('perf.data.old')).toEqual(first);
  expect(readdirSync(folder)).toEqual(['perf.data', 'perf.data.old']);
});

test('the same seed gives the same bytes, another seed others', () => {
  const [first, again, other] = ['7', '7', '8'].map((seed) => {
    record('--seed', seed, 'noploop', '0.1');
    return recording();
  });
  expect(first.equals(again)).toBe(true);
  expect(first.equals(other)).toBe(false);
});

test('the recording has the command as it was typed', () => {
  record('-e', 'cycles,cycles:u', '--seed', 'a b', '--', 'noploop', '0.1');
  expect(perfsim('report', '--header-only').stdout).toContain('\n# cmdline : perfsim record -N -e cycles,cycles:u --seed a b -- noploop 0.1 \n');
});

/** As Linux tells of the descriptors of a process. */
function holdsNamelessFile(pid: number): boolean {
  const descriptors = `/proc/${pid}/fd`;
  return readdirSync(descriptors).some((fd) => {
    try {
      return readlinkSync(join(descriptors, fd)).endsWith(' (deleted)');
    } catch {
      return false;
    }
  });
}

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('a run that %s ends leaves the folder as it was', async (signal) => {
  writeFileSync(join(folder, 'perf.data'), 'earlier');
  const child = spawn(process.execPath, [PERFSIM, 'record', '-N', '-v', 'noploop', LONGER_THAN_ANY_TEST], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const exit = once(child, 'exit');
  await once(child.stderr, 'data');
  // The file has a name for a moment before it has none.
  while (existsSync('/proc/self/fd') && !holdsNamelessFile(child.pid!)) await turn();
  child.kill(signal);
  expect(await exit).toEqual([null, signal]);
  expect(readdirSync(folder)).toEqual(['perf.data']);
  expect(recording().toString()).toBe('earlier');
});

test('a home in which no symbols can be kept is a sentence, and the recording complete', () => {
  const env = { ...process.env, HOME: '/proc/nobody' };
  const { stderr, status } = spawnSync(process.execPath, [PERFSIM, 'record', '-q', 'noploop', '0.1'], { cwd: folder, env, encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: "perfsim: symbols are not cached in '/proc/nobody/.debug': no such file or directory; -N does without.\n", status: 0 });
  expect(perfsim('evlist').stdout).toBe('cycles\n');
});

test('what was recorded into a file is not read from a pipe', () => {
  record('noploop', '0.1');
  const { stderr, status } = spawnSync(process.execPath, [PERFSIM, 'evlist', '-i', '-'], { input: recording(), encoding: 'utf8' });
  expect(stderr).toBe("perfsim: the recording has the form of a file, which cannot be read from a pipe: name the file itself, or record with '-o -'\n");
  expect(status).toBe(2);
});
