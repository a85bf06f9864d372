/** `--timeline` from the shell: the file, what stderr says of it, and what is left when it cannot be written. */
import { afterAll, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Timeline } from '../../perf/trace/trace-events.ts';
import { ROOT } from '../support/source-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'perfsim-timeline-'));
afterAll(() => rmSync(folder, { recursive: true }));

const perfsim = (...args: string[]) => spawnSync(process.execPath, [join(ROOT, 'dist/bin/perfsim.cjs'), ...args], { cwd: folder, encoding: 'utf8' });
const timeline = (name: string): Timeline => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Timeline;

/** A recording up to its features, one of which is the command that was typed. */
function upToFeatures(name: string): Buffer {
  const bytes = readFileSync(join(folder, name));
  const [offset, size] = [40, 48].map((at) => Number(bytes.readBigUInt64LE(at)));
  return bytes.subarray(0, offset + size);
}

test('record writes it beside the recording, which is the same as without', () => {
  expect(perfsim('record', '-N', '-o', 'plain.data', 'noploop', '0.02').status).toBe(0);
  expect(perfsim('record', '-N', '-o', 'watched.data', '--timeline', 'run.json', 'noploop', '0.02').status).toBe(0);
  expect(upToFeatures('watched.data').equals(upToFeatures('plain.data'))).toBe(true);
  const { traceEvents, otherData } = timeline('run.json');
  expect(new Set(traceEvents.filter(({ name }) => name === 'process_name').map(({ args }) => args?.['name'])))
    .toEqual(new Set(['CPU 0', 'CPU 1', 'CPU 2', 'CPU 3', 'counters', 'ring buffers', 'tasks that wait']));
  expect(otherData['left out']).not.toContain('evenly spread');
});

test('what a long run leaves out is said in the file and on stderr, in the same words', () => {
  const { stderr } = perfsim('record', '-N', '-q', '-o', 'long.data', '--timeline', 'long.json', '-F', '5000', 'noploop', '2');
  const said = [...stderr.matchAll(/^\[ timeline: (.*) \]$/gm)].map(([, sentence]) => sentence);
  expect(said.length).toBeGreaterThan(0);
  expect(timeline('long.json').otherData['left out']).toBe(said.join('; '));
});

test('explore writes its counterexample: a track for each thread, a slice for each line of the table', () => {
  const { stdout, status } = perfsim('explore', 'poll-vs-set-output', '--kernel', 'no-mmap-mutex', '--timeline', 'race.json');
  expect(status).toBe(1);
  const table = [...stdout.matchAll(/^ +(t\d+) +(T\d) +(\S+)/gm)].map(([, ...words]) => words);
  const { traceEvents } = timeline('race.json');
  const threads = new Map(traceEvents.filter(({ name }) => name === 'thread_name').map(({ tid, args }) => [tid, args?.['name']]));
  expect(traceEvents.filter(({ ph }) => ph === 'X').map(({ name, tid, args }) => [args?.['step'], threads.get(tid), name])).toEqual(table);
  expect(traceEvents.at(-1)!.name).toMatch(/^lost wakeup: T1 sleeps/);
});

test('a timeline that cannot be written is refused before anything runs', () => {
  const before = readdirSync(folder);
  const { stderr, status } = perfsim('record', '-N', '-o', 'never.data', '--timeline', 'no/run.json', 'noploop', '0.1');
  expect([stderr, status]).toEqual(["perfsim: cannot write 'no/run.json': no such file or directory.\n", 2]);
  expect(readdirSync(folder)).toEqual(before);
});

test('a timeline goes to standard output, unless something else does', () => {
  const { stdout, status } = perfsim('record', '-N', '-q', '-o', 'beside.data', '--timeline', '-', 'noploop', '0.01');
  expect(status).toBe(0);
  expect((JSON.parse(stdout) as Timeline).traceEvents.length).toBeGreaterThan(10);
  expect(perfsim('record', '-o', '-', '--timeline', '-', 'noploop', '0.01').stderr).toBe('perfsim: the recording and its timeline cannot both go to standard output; name a file for one of them.\n');
  expect(perfsim('explore', 'poll-vs-set-output', '--kernel', 'no-mmap-mutex', '--timeline', '-').stderr)
    .toBe('perfsim: the counterexample itself goes to standard output; name a file for its --timeline.\n');
});
