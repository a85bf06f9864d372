/** The experiment of 2011 through the front door: section 10 of kernel.md, and section 12.6 for what must come out. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { RunResult } from '../../perf/index.ts';
import { forAll } from '../support/property.ts';
import { capacityOf, ran, recorded, samplesOf, spreadOf, totalOf, type Job } from './job.ts';

const seeds = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
const isBetween = (value: number, from: number, to: number): boolean => value >= from && value <= to;

/** Ten seconds at 1000 samples a second of each event, all delivered. */
function delivers(job: Job): RunResult {
  const result = ran(job);
  expect({ lost: result.lost_total, reported: result.lost_reported }).toEqual({ lost: 0, reported: 0 });
  for (const samples of samplesOf(result)) expect(isBetween(samples, 9950, 10_050)).toBe(true);
  return result;
}

describe('a kernel with the fix', () => {
  test('delivers all samples of three events, and wakes the tool once per watermark and once at the end', () => {
    for (const seed of seeds(1, 4)) expect(delivers({ seed }).wakeups).toBe(6);
  });

  test('does so as it was committed', () => expect(delivers({ kernel: 'fix-as-committed' }).wakeups).toBe(6));
  test('does so on AMD', () => expect(delivers({ pmu: 'amd64' }).wakeups).toBe(6));
  test('does so without the watchdog', () => expect(delivers({ nmi_watchdog: false }).wakeups).toBe(6));
  test('does so on one CPU', () => expect(delivers({ cpus: 1 }).wakeups).toBe(6));

  test('records the exec and both reports of the exit', () => {
    const { records } = ran({});
    expect({ COMM: records['COMM'], MMAP: records['MMAP'], EXIT: records['EXIT'] }).toEqual({ COMM: 2, MMAP: 66, EXIT: 2 });
  });

  test('gives seven events, of which four count at a time, about equal shares', () => {
    const result = ran({ events: 7 });
    expect(result.lost_total).toBe(0);
    expect(spreadOf(result) / Math.max(...samplesOf(result))).toBeLessThan(0.01);
    // Between the share of the counters and full time: the period adapts to the time that an event is off.
    for (const samples of samplesOf(result)) expect(isBetween(samples, (10_000 * 4) / 7 - 100, 10_000)).toBe(true);
  });
});

describe('v3.1, with three events in one buffer', () => {
  const runs = seeds(1, 40).map((seed) => ran({ kernel: 'v3.1', seed }));
  const unheard = runs.filter(({ wakeups, lost_total }) => wakeups === 1 && lost_total > 0);
  const heard = runs.filter(({ wakeups }) => wakeups > 1);

  test('loses all but one buffer in most runs, and more is delivered in others', () => {
    expect(unheard.length).toBeGreaterThan(runs.length / 2);
    expect(heard.length).toBeGreaterThan(0);
    expect(unheard.length + heard.length).toBe(runs.length);
  });

  test('comes to what the report of 2011 shows when no crossing reaches the tool', () => {
    for (const result of unheard) {
      expect(isBetween(totalOf(result), 10_905, 10_945)).toBe(true);
      for (const samples of samplesOf(result)) expect(isBetween(samples, 3636, 3650)).toBe(true);
    }
  });

  test('then has five to seven samples of each event beyond one buffer, as the report has', () => {
    const { samples } = capacityOf({});
    const isExplained = (total: number): boolean => isBetween(total - samples, 3 * 5, 3 * 7);
    expect(unheard.map(totalOf).filter((total) => !isExplained(total))).toEqual([]);
    expect(isExplained(3644 + 3642 + 3644)).toBe(true);
  });

  test('then has no record of the loss, nor of the exit', () => {
    for (const { records } of unheard) expect(Object.keys(records).sort()).toEqual(['COMM', 'MMAP', 'SAMPLE']);
    for (const { records } of unheard) expect([records['COMM'], records['MMAP']]).toEqual([2, 66]);
  });

  test('comes to about 1820 more of each event for each watermark that was read', () => {
    for (const result of heard.filter(({ lost_total }) => lost_total > 0)) {
      for (const samples of samplesOf(result)) expect(isBetween((samples - 3636) % 1820, 0, 20)).toBe(true);
    }
  });
});

describe('the arithmetic of a buffer that nobody reads', () => {
  const events = fc.integer({ min: 2, max: 4 });
  const pages = fc.integer({ min: 0, max: 5 }).map((power) => 2 ** power);
  const freq = fc.integer({ min: 250, max: 2000 });
  const seed = fc.nat(100_000).map(String);

  /** Twice as long as the buffer takes to fill. */
  const seconds = (job: Job, perSecond: number): number => 0.5 + (2 * capacityOf(job).samples) / (job.events! * perSecond);

  /** Most samples on the CPU where the child starts: a ramp of seven, and a millisecond and a half before its exec. */
  const startUp = ({ events, freq }: Job, perSecond = freq!): number => events! * (7 + Math.ceil(perSecond * 0.0015));

  /** Full to the last sample that fits; and as many again from where the tool had read to as it had read before. */
  const obeys = (job: Job, start: number): 'unheard' | 'heard' | 'delivered' => {
    const result = ran({ ...job, kernel: 'v3.1' });
    const { sideband, sample, samples, per_watermark } = capacityOf(job);
    if (result.lost_total === 0) return 'delivered';
    const beyond = totalOf(result) - samples;
    if (result.wakeups === 1) {
      expect(result.buffer_high_water).toBe(sideband + sample * samples);
      expect(isBetween(beyond, 0, start)).toBe(true);
      return 'unheard';
    }
    const rest = beyond % per_watermark;
    // The reader's wake-up leaves it some of the crossing's round and of the next.
    expect(isBetween(rest, 0, start + 2 * job.events!)).toBe(true);
    return 'heard';
  };

  test('holds for any number of pages and events, and any frequency', () => {
    const outcomes = { unheard: 0, heard: 0, delivered: 0 };
    forAll([events, pages, freq, seed], (events, mmap_pages, freq, seed) => {
      const job = { events, mmap_pages, freq, seed };
      outcomes[obeys({ ...job, seconds: seconds(job, freq) }, startUp(job))]++;
    }, 80);
    expect(outcomes.unheard).toBeGreaterThan(20);
    expect(outcomes.heard).toBeGreaterThan(10);
  });

  test('holds for samples without a period, at a fixed number of events', () => {
    const outcomes = { unheard: 0, heard: 0, delivered: 0 };
    forAll([events, pages, fc.integer({ min: 1_000_000, max: 4_000_000 }), seed], (events, mmap_pages, period, seed) => {
      const perSecond = 2_666_667_000 / period;
      const job = { events, mmap_pages, freq: null, period, seed };
      outcomes[obeys({ ...job, seconds: seconds(job, perSecond) }, startUp(job, perSecond))]++;
    }, 40);
    expect(outcomes.unheard).toBeGreaterThan(10);
  });

  test('gives the figures of the report with 128 pages: 384 bytes before 10914 samples of 48', () => {
    expect(capacityOf({})).toMatchObject({ sideband: 384, sample: 48, samples: 10_914 });
  });
});

describe('v3.1 loses nothing', () => {
  test('with one event', () => expect(delivers({ kernel: 'v3.1', events: 1 }).wakeups).toBe(2));
  test('when every sample of the first event wakes the tool', () => {
    for (const seed of seeds(1, 3)) delivers({ kernel: 'v3.1', no_delay: true, seed });
  });
});

describe('v3.1 on AMD', () => {
  test('loses as it does on Intel', () => {
    const runs = seeds(1, 5).map((seed) => ran({ kernel: 'v3.1', pmu: 'amd64', seed }));
    const unheard = runs.filter(({ wakeups }) => wakeups === 1);
    expect(unheard.length).toBeGreaterThan(0);
    for (const result of unheard) expect(isBetween(totalOf(result), 10_905, 10_945)).toBe(true);
  });
});

describe('a recording', () => {
  const job = { seconds: 0.5, mmap_pages: 16 };

  test('of the same seed has the same bytes', () => expect(recorded({ ...job, seed: '7' })).toEqual(recorded({ ...job, seed: '7' })));
  test('of another seed has other bytes', () => expect(recorded({ ...job, seed: '7' })).not.toEqual(recorded({ ...job, seed: '8' })));

  test('does not depend on what ran before', () => {
    const first = recorded({ ...job, seed: '7' });
    ran({ seconds: 0.5, kernel: 'v3.1', pmu: 'amd64', seed: '9' });
    expect(recorded({ ...job, seed: '7' })).toEqual(first);
  });
});
