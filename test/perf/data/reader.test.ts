import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Session } from '../../../perf/report/session.ts';
import { bytesSource, PerfData, recordName } from '../../../perf/data/index.ts';
import { FIXTURES, fixture, haveFixtures, noploop, open } from './recordings.ts';

interface Expected {
  error?: boolean;
  records?: Record<string, number>;
  events?: { name: string; SAMPLE: number }[];
}

const expected = haveFixtures ? JSON.parse(readFileSync(join(FIXTURES, 'expected.json'), 'utf8')) as Record<string, Expected> : {};
const onFixtures = haveFixtures ? describe : describe.skip;

function countsOf(data: PerfData) {
  const session = new Session(data, {});
  session.run();
  const records = Object.fromEntries(session.counts.byType.map((count, type) => [recordName(type), count]).filter(([, count]) => count));
  const events = data.events.all.map(({ name, index }) => ({ name, SAMPLE: session.counts.samples[index] }));
  return { records, events };
}

onFixtures('the recordings of perf 3.2 to 4.14 (skipped without ../shared/fixtures/perf-data)', () => {
  test.each(Object.entries(expected).filter(([, { error }]) => !error))('%s has the records and samples that perf counts', (name, { records, events }) => {
    expect(countsOf(open(fixture(name)))).toEqual({ records, events });
  });

  test.each(Object.entries(expected).filter(([, { error }]) => error))('%s is refused in one sentence with the offset', (name) => {
    expect(() => countsOf(open(fixture(name)))).toThrow(/^the record at offset 0x[0-9a-f]+ says it has 0 bytes/);
  });
});

describe('what cannot be read is said in one sentence', () => {
  const good = noploop(10);

  test('an empty file', () => expect(() => open(new Uint8Array())).toThrow('the file ends after 0 bytes'));
  test('a foreign file', () => expect(() => open(new Uint8Array(200).fill(65))).toThrow('the file is not a recording of perf'));
  test('version 1', () => {
    const old = good.slice();
    old.set(new TextEncoder().encode('PERFFILE'));
    expect(() => open(old)).toThrow('version 1 of the format');
  });
  test('a cut in the data, once the records before it have been given', () => {
    const cut = good.subarray(0, 0x400);
    const names: string[] = [];
    expect(() => {
      for (const record of open(cut).records()) names.push(record.name);
    }).toThrow(/ends within the record at offset 0x3/);
    expect(names.slice(0, 4)).toEqual(['MMAP', 'COMM', 'MMAP', 'SAMPLE']);
  });
  test('a cut between records', () => expect(() => [...open(good.subarray(0, 392 + 72)).records()]).toThrow('the recording was cut short'));
  test('a cut in the attributes', () => expect(() => open(good.subarray(0, 200))).toThrow('truncated'));
});

test('a source is read in pieces: a pipe never goes back, and a file is not read at once', () => {
  const bytes = noploop(60_000);
  const reads: number[] = [];
  const inner = bytesSource(bytes);
  const data = PerfData.open({ ...inner, read: (position, into) => (reads.push(into.length), inner.read(position, into)) });
  let samples = 0;
  for (const record of data.records()) if (record.name === 'SAMPLE') samples++;
  expect(samples).toBe(60_000);
  expect(Math.max(...reads)).toBeLessThanOrEqual(1 << 20);
});
