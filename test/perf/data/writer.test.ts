import { describe, expect, test } from '@jest/globals';
import { PerfDataWriter, PerfPipeWriter } from '../../../perf/data/index.ts';
import { cycles, havePerf, MACHINE, MemorySink, noploop, open, realPerf } from './recordings.ts';

const againstPerf = havePerf ? describe : describe.skip;

/** Writes again what was read. */
function rewrite(bytes: Uint8Array): Uint8Array {
  const data = open(bytes);
  const sink = new MemorySink();
  const writer = new PerfDataWriter(sink, data.events.all);
  for (const record of data.records()) writer.appendRecord(record);
  writer.finish(data.features);
  return sink.bytes();
}

test('what is written, read and written again has the same bytes', () => {
  const bytes = noploop(30);
  expect(rewrite(bytes)).toEqual(bytes);
});

test('features come back as they were given', () => {
  const { event_desc, ...features } = open(noploop(1)).features;
  expect(features).toEqual(MACHINE);
  expect(event_desc?.map(({ name, ids }) => [name, ids])).toEqual([['cycles', [10n]], ['cycles', [11n]], ['cycles', [12n]]]);
});

test.each([64, 72, 80, 96, 104, 112, 120, 128, 136])('attributes of %d bytes survive', (size) => {
  const written = cycles(2, { size, config1: 5n, precise_ip: 2, exclude_hv: true });
  expect(open(noploop(3, {}, written)).events.all.map(({ attr }) => attr)).toEqual(written.map(({ attr }) => attr));
});

test('several events need ids, and attributes of one size', () => {
  const [first, second] = cycles(2);
  expect(() => new PerfDataWriter(new MemorySink(), [first, { ...second, ids: [] }])).toThrow('the event cycles has no id');
  const large = cycles(1, { size: 128 })[0];
  expect(() => new PerfDataWriter(new MemorySink(), [first, large])).toThrow('in a file all have one size');
});

/** The same recording through a pipe. */
function piped(bytes: Uint8Array): Uint8Array {
  const data = open(bytes);
  const sink = new MemorySink();
  const writer = new PerfPipeWriter(sink, data.events.all, data.features);
  for (const record of data.records()) writer.appendRecord(record);
  return sink.bytes();
}

test('a pipe carries the same events, features and records', () => {
  const bytes = noploop(30);
  const data = open(piped(bytes));
  const names = Array.from(data.records(), ({ name }) => name);
  expect(names.filter((name) => name === 'SAMPLE')).toHaveLength(30);
  expect(data.events.all.map(({ name, ids }) => [name, ids])).toEqual(open(bytes).events.all.map(({ name, ids }) => [name, ids]));
  expect(data.features).toEqual(open(bytes).features);
});

againstPerf('real perf (skipped where it is not installed)', () => {
  const bytes = noploop(30);

  test('counts the records that were written, in a block for each event', () => {
    const { stdout, stderr } = realPerf(bytes, 'report', '-D');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/TOTAL events: +33\n +MMAP events: +2 .*\n +COMM events: +1 .*\n +SAMPLE events: +30 /);
    expect(stdout.match(/cycles stats:\n +SAMPLE events: +10\n/g)).toHaveLength(3);
  });

  test.each([['script'], ['report', '--stdio'], ['evlist', '-v'], ['report', '--header-only']])('%s %s succeeds without a warning', (...args) => {
    const { status, stdout, stderr } = realPerf(bytes, ...args);
    expect({ status, stderr, empty: stdout === '' }).toEqual({ status: 0, stderr: '', empty: false });
  });

  test.each([['report', '--stdio'], ['script'], ['evlist', '-v']])('%s %s reads a pipe without a warning', (...args) => {
    const { status, stdout, stderr } = realPerf(piped(bytes), ...args);
    expect({ status, stderr, empty: stdout === '' }).toEqual({ status: 0, stderr: '', empty: false });
  });

  test.each([64, 72, 80, 96, 104, 112, 120, 128])('reads attributes of %d bytes', (size) => {
    expect(realPerf(noploop(3, {}, cycles(3, { size })), 'script').status).toBe(0);
  });
});
