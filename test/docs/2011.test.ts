/** docs/2011.md, executed: its table over 300 seeds, and the law that every one of these runs must follow. */
import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { RunResult } from '../../perf/index.ts';

const SEEDS = 300;
const BUFFER = 128 * 4096;
const WATERMARK = BUFFER / 2;
const SAMPLE = 48;
/** What a start-up of a few overflows per event, on another CPU, may add; and side-band records take away. */
const SLACK = { fewer: 15, more: 25 };

/** The bench that the document names, in a process of its own: bundled, it runs five times as fast as under jest. */
const { stdout } = spawnSync(process.execPath, ['bench/run.mjs', 'seeds', 'v3.1', String(SEEDS), 'json'], { encoding: 'utf8' });
const results = stdout.trim().split('\n').map((line) => JSON.parse(line) as RunResult);

function total({ events }: RunResult): number {
  return events.reduce((sum, { samples }) => sum + samples, 0);
}

/** Samples that k delivered crossings and one full buffer hold. */
function capacity(k: number): number {
  return (k * WATERMARK + BUFFER) / SAMPLE;
}

describe('the experiment of 2011 on v3.1', () => {
  test('runs with every seed', () => {
    expect(results.length).toBe(SEEDS);
  });

  test('every run that no crossing wakes ends with one full buffer, and with neither LOST nor EXIT', () => {
    const unwoken = results.filter(({ wakeups }) => wakeups === 1);
    expect(unwoken.length).toBeGreaterThan(SEEDS / 2);
    for (const result of unwoken) {
      expect(total(result)).toBeGreaterThanOrEqual(10_905);
      expect(total(result)).toBeLessThanOrEqual(10_945);
      for (const { samples } of result.events) expect(Math.abs(samples - 3643)).toBeLessThanOrEqual(7);
      expect(Object.keys(result.records)).toEqual(['MMAP', 'COMM', 'SAMPLE']);
    }
  });

  test('every run holds the samples of a whole number of watermarks and one full buffer', () => {
    for (const result of results) {
      const k = Math.round((total(result) - capacity(0)) / (WATERMARK / SAMPLE));
      expect(total(result) - capacity(k)).toBeGreaterThanOrEqual(-SLACK.fewer);
      expect(total(result) - capacity(k)).toBeLessThanOrEqual(SLACK.more);
    }
  });

  test('the report of 2011 lies inside what comes out', () => {
    const totals = results.filter(({ wakeups }) => wakeups === 1).map(total);
    expect(Math.min(...totals)).toBeLessThanOrEqual(10_930);
    expect(Math.max(...totals)).toBeGreaterThanOrEqual(10_930);
    for (const { records } of results) expect(records).toMatchObject({ MMAP: 66, COMM: 2 });
  });

  test('the document tells how many runs had how many wakeups, and what they counted', () => {
    const rows = [1, 2, 3].map((wakeups) => {
      const group = results.filter((result) => result.wakeups === wakeups);
      const samples = group.flatMap(({ events }) => events.map((event) => event.samples));
      const [least, most] = [Math.min(...samples), Math.max(...samples)].map((count) => count.toLocaleString('en'));
      return `| ${wakeups - 1} | ${group.length} | ${least} to ${most} |`;
    });
    expect(results.filter(({ wakeups }) => wakeups > 3)).toEqual([]);
    const document = readFileSync('docs/2011.md', 'utf8');
    expect(rows.filter((row) => !document.includes(row))).toEqual([]);
  });

  test('the seeds to be shown have what the document says', () => {
    const document = readFileSync('docs/2011.md', 'utf8');
    const rows = [8, 2, 27, 5, 50].map((seed) => {
      const result = results[seed - 1];
      return `| ${seed} | ${total(result).toLocaleString('en')} | ${result.wakeups - 1} | ${result.records['LOST'] ?? 0} | `;
    });
    expect(rows.filter((row) => !document.includes(row))).toEqual([]);
  });
});
