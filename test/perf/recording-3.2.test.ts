/** What the tool of v3.2 writes around the contents of the buffers: the header, and what it says of machine and processes. */
import { describe, expect, test } from '@jest/globals';
import { PERF_SAMPLE_TIME } from '../../kernel/index.ts';
import { PerfData, bytesSource, type RecordOf } from '../../perf/data/index.ts';
import { parse_events } from '../../perf/parse-events.ts';
import type { RecordOptions, RecordingForm, RunSpec } from '../../perf/run-spec.ts';
import { bytesOf, specOf } from './job.ts';

interface Asked extends Partial<Omit<RecordOptions, 'events'>> {
  events?: string;
  workload?: string;
  form?: Partial<RecordingForm>;
}

function recorded({ events = 'cycles', workload = 'noploop 0.05', form, ...options }: Asked = {}): Uint8Array {
  const { record, ...machine } = specOf({});
  const [name, ...args] = workload.split(' ');
  const recording = { pipe: false, unique_names: false, ksymbols: false, no_buildid: false, ...form };
  return bytesOf({ ...machine, workload: { name, args }, record: { ...record, events: parse_events(events), ...options }, recording } satisfies RunSpec);
}

const opened = (bytes: Uint8Array): PerfData => PerfData.open(bytesSource(bytes));
const mapsOf = (bytes: Uint8Array): RecordOf<'MMAP'>[] => [...opened(bytes).records()].filter((record) => record.name === 'MMAP');

/** `-p 'thloop 0.2'`, which has two threads. */
const TARGET = { workload: { name: 'thloop', args: ['0.2'] }, alone: true, thread: false };

describe('the names of the events', () => {
  const LONG = `cpu/event=0x3c,name=${'n'.repeat(80)}/`;

  test('stand in a section behind the attributes', () => {
    const bytes = recorded({ events: `branches,cpu-clock,${LONG}` });
    const view = new DataView(bytes.buffer);
    const word = (at: number): number => Number(view.getBigUint64(at, true));
    const [attrs, attrsSize, data, , types, size] = [24, 32, 40, 48, 56, 64].map(word);
    expect([types, size, data]).toEqual([attrs + attrsSize, 3 * 72, types + size]);
    const nameAt = (at: number): string => Buffer.from(bytes.subarray(at + 8, at + 72)).toString();
    expect([0, 72, 144].map((at) => [word(types + at), nameAt(types + at)])).toEqual([
      [4, 'branches'.padEnd(64, '\0')], [0, 'cpu-clock'.padEnd(64, '\0')], [0x3c, `${'n'.repeat(63)}\0`],
    ]);
  });

  test('follow the attributes in a pipe, each as long as it is in words of eight bytes', () => {
    const records = [...opened(recorded({ events: 'branches,cpu-clock', form: { pipe: true } })).records()];
    expect(records.slice(0, 5).map(({ name }) => name)).toEqual(['ATTR', 'ATTR', 'EVENT_TYPE', 'EVENT_TYPE', 'FEATURE']);
    expect(records.slice(2, 4).map((record) => record.name === 'EVENT_TYPE' && [record.event_id, record.event_name])).toEqual([[4n, 'branches'], [0n, 'cpu-clock']]);
    const [third, fourth, fifth] = records.slice(2).map(({ position }) => position);
    expect([fourth - third, fifth - fourth]).toEqual([8 + 8 + 8, 8 + 8 + 16]);
  });
});

test('the kernel is mapped from 0, and each of its maps ends a byte before the last one in front of the next', () => {
  const maps = mapsOf(recorded()).filter(({ pid }) => pid === -1);
  expect(maps[0]).toMatchObject({ start: 0n, pgoff: 0xffff_ffff_8100_0000n, filename: '[kernel.kallsyms]_text', tid: 0 });
  maps.forEach(({ start, len }, i) => expect(start + len + 1n).toBe(maps[i + 1]?.start ?? 1n << 64n));
});

test.each([['before its exec', recorded()], ['that runs already', recorded({ target: TARGET })]])('what a process has mapped %s is listed by address, and of what has no file [vdso] alone', (_, bytes) => {
  const synthesized = mapsOf(bytes).filter(({ pid, sample_id }) => pid !== -1 && (sample_id?.time ?? 0n) === 0n);
  const maps = synthesized.filter(({ tid }) => tid === synthesized[0].tid);
  expect(maps.map(({ start }) => start)).toEqual(maps.map(({ start }) => start).sort((a, b) => Number(a - b)));
  expect(maps.map(({ filename }) => filename).filter((name) => !name.startsWith('/'))).toEqual(['[vdso]']);
});

describe('a program that runs already', () => {
  const tasksOf = (thread: boolean): string[] => {
    const records = [...opened(recorded({ target: { ...TARGET, thread } })).records()];
    const own = records.slice(0, records.findIndex(({ name }) => name === 'SAMPLE')).filter((record) => !('pid' in record) || record.pid !== -1);
    const [first] = own.flatMap((record) => (record.name === 'COMM' ? [record.pid] : []));
    return own.flatMap((record) => (record.name === 'COMM' || record.name === 'MMAP' ? [`${record.name} ${record.pid - first} ${record.tid - first}`] : []));
  };

  test('is described once for each thread that is recorded: all its names, and the maps', () => {
    const names = ['COMM 0 0', 'COMM 0 1'];
    const maps = (tid: number): string[] => Array.from({ length: 4 }, () => `MMAP 0 ${tid}`);
    expect(tasksOf(false).slice(0, 12)).toEqual([...names, ...maps(0), ...names, ...maps(1)]);
    expect(tasksOf(true).slice(0, 6)).toEqual([...names, ...maps(0)]);
  });

  test('is recorded thread by thread: nothing is inherited, and hence no sample has a time unless -T or -C', () => {
    const asked = [{}, { sample_time: true }, { cpu_list: [0, 1] }].map((options) => opened(recorded({ target: TARGET, ...options })).events.all[0].attr);
    expect(asked.map(({ inherit, sample_type }) => [inherit, (sample_type & BigInt(PERF_SAMPLE_TIME)) !== 0n])).toEqual([[false, false], [false, true], [true, true]]);
  });
});
