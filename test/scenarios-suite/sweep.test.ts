/** Sweeps: the same file however they were stopped, and the answer in words. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { sweepCommand } from '../../bin/commands/sweep.ts';
import type { RunResult, RunSpec } from '../../perf/run-spec.ts';
import { answer, drawn, type Outcome, type Point } from '../../scenarios/suite/sweep.ts';
import { FakeSimulation } from '../bin/fake-simulation.ts';

/** What a buffer of so many pages loses if nobody reads it: 48 bytes per sample. */
function unread({ record, seed }: RunSpec): RunResult {
  const room = Math.floor((record.mmap_pages * 4096 - 8) / 48);
  const produced = 100 + Number(seed);
  const lost = Math.max(0, produced - room);
  return {
    events: [{ name: 'cycles', samples: produced - lost }], records: {}, lost_reported: 0, lost_total: lost, wakeups: 1,
    bytes_written: 0, file_bytes: 0, buffer_high_water: 48 * (produced - lost), reader_latency: { mean_ns: 0, max_ns: 0 }, duration_ns: 1e10,
  };
}

let folder: string;
let printed: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweep-'));
  printed = '';
  const print = (text: unknown): boolean => {
    printed += String(text);
    return true;
  };
  jest.spyOn(process.stdout, 'write').mockImplementation(print);
  jest.spyOn(process.stderr, 'write').mockImplementation(print);
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Sweeps into the file; Ctrl-C comes after so many runs. Answers how many runs were made. */
async function sweep(file: string, interruptAfter = Infinity, words = ['-m', '1..4*2', '-F', '100,1000', '--seeds', '1..3'], own: string[] = []): Promise<{ runs: number; status: number }> {
  let runs = 0;
  const status = await sweepCommand(() => Promise.resolve(new FakeSimulation()), async function* run(specs) {
    for (const spec of specs) {
      if (++runs === interruptAfter) process.emit('SIGINT');
      yield await Promise.resolve(unread(spec));
    }
  }).run([...words, '-o', join(folder, file), '--', 'record', '-e', 'cycles,cycles', ...own, 'noploop', '1']);
  return { runs, status };
}

const text = (file: string): string => readFileSync(join(folder, file), 'utf8');

test('a second sweep into a file that is being written is refused, unless the first is no more', async () => {
  const lock = join(folder, 'x.csv.lock');
  writeFileSync(lock, String(process.ppid));
  await expect(sweep('x.csv')).rejects.toThrow(`another sweep (process ${process.ppid}) writes '${join(folder, 'x.csv')}': wait for its end, or name another file with -o.`);
  expect(readdirSync(folder)).toEqual(['x.csv.lock']);
  for (const gone of [2 ** 22 + 1, process.pid]) {
    writeFileSync(lock, String(gone));
    expect((await sweep('x.csv')).status).toBe(0);
  }
  expect(readdirSync(folder)).toEqual(['x.csv']);
});

describe.each(['x.csv', 'x.jsonl'])('%s', (file) => {
  test('has a line for each run', async () => {
    expect(await sweep(file)).toEqual({ runs: 18, status: 0 });
    expect(text(file).split('\n').length - 1).toBe(file === 'x.csv' ? 19 : 18);
  });

  test('goes on after Ctrl-C, and is the same in the end', async () => {
    await sweep(file);
    expect(await sweep(`again-${file}`, 7)).toEqual({ runs: 7, status: 130 });
    expect(await sweep(`again-${file}`)).toEqual({ runs: 11, status: 0 });
    expect(text(`again-${file}`)).toBe(text(file));
  });

  test('is the same wherever a kill has cut it off', async () => {
    await sweep(file);
    const whole = text(file);
    const answered = printed;
    for (let length = 0; length < whole.length; length += 97) {
      writeFileSync(join(folder, file), whole.slice(0, length));
      printed = '';
      await sweep(file);
      expect({ text: text(file), printed }).toEqual({ text: whole, printed: answered });
    }
  });

  test('of another sweep is not touched', async () => {
    await sweep(file);
    const before = text(file);
    await expect(sweep(file, Infinity, ['-m', '2..4*2'])).rejects.toThrow('holds something else from line');
    expect(text(file)).toBe(before);
  });
});

test('the answer is the smallest size from which on nothing is lost, and its margin', async () => {
  await sweep('x.csv');
  const used = (100 * 48 * 103) / 8192;
  const expected = `-m 2 is enough: at most ${used.toFixed(1)} % of the buffer was in use, margin ${(100 - used).toFixed(1)} %; -m 1 loses up to 18 records in 3 of 3 runs\n`;
  expect(printed).toBe(`--freq 100: ${expected}--freq 1000: ${expected}`);
});

describe('the answer says', () => {
  const point = (mmap_pages: number): Point => ({ settings: [], mmap_pages, overwrite: false, seed: '1' });
  const losing = (lost: number): Outcome => ({ samples: [1], lost, lost_reported: 0, wakeups: 1, buffer_high_water: 2048 });

  test.each([
    [[5, 5], 'no -m that was tried is enough; -m 2 loses up to 5 records in 1 of 1 runs\n'],
    [[0, 0], '-m 1, the smallest that was tried, is enough: at most 50.0 % of the buffer was in use, margin 50.0 %\n'],
    [[0, 5], 'no -m that was tried is enough; -m 2 loses up to 5 records in 1 of 1 runs\n'],
  ])('for losses of %j with 1 and 2 pages: %s', (losses, sentence) => {
    expect(answer([point(1), point(2)], losses.map(losing))).toBe(sentence);
  });

  test('that a buffer which keeps what came last has no right size', () => {
    expect(answer([{ ...point(1), overwrite: true }], [losing(0)])).toMatch(/^with --overwrite the buffer keeps what came last, and .* no -m is enough, or too small\n$/);
  });
});

test('each latency that varies has a column of its own', async () => {
  const words = ['--latency', 'write=1ms,write=2ms', '--latency', 'irq=1us,irq=2us', '--seeds', '1'];
  await sweep('x.csv', Infinity, words);
  const [head, ...lines] = text('x.csv').split('\n');
  expect(head).toMatch(/^command,latency write,latency irq,seed,/);
  expect(lines.slice(0, 2)).toEqual([expect.stringMatching(/",1ms,1us,1,/), expect.stringMatching(/",1ms,2us,1,/)]);
  await sweep('x.jsonl', Infinity, words);
  expect(JSON.parse(text('x.jsonl').split('\n')[1])).toMatchObject({ 'latency write': '1ms', 'latency irq': '2us' });
});

test('options that exclude each other do not vary together', async () => {
  await expect(sweep('x.csv', Infinity, ['-F', '100,1000', '-c', '5,6'])).rejects.toThrow('--freq and --count exclude each other: vary one of them.');
});

test('a random part of the rows has the wanted size and keeps their order', () => {
  const rows = Array.from({ length: 50 }, (_, i) => i);
  const part = drawn(rows, 12);
  expect(part.length).toBe(12);
  expect(part).toEqual(part.toSorted((a, b) => a - b));
});

test('runs of a kernel that has changed since are not gone on from', async () => {
  const kernel = join(folder, 'mine.ts');
  writeFileSync(kernel, '');
  const own = [`--kernel=${kernel}`];
  expect(await sweep('own.csv', 2, undefined, own)).toEqual({ runs: 2, status: 130 });
  expect(await sweep('own.csv', 2, undefined, own)).toEqual({ runs: 2, status: 130 });
  const later = Date.now() / 1000 + 10;
  utimesSync(kernel, later, later);
  await expect(sweep('own.csv', Infinity, undefined, own))
    .rejects.toThrow(`'${kernel}' has changed since '${join(folder, 'own.csv')}' was written, whose runs it would make otherwise: name another file with -o, or remove that one.`);
});
