/** Any record of any type survives being written and read, and any damage ends in records or in one clear sentence. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { perf_event_attr } from '../../../kernel/abi/index.ts';
import { ByteWriter, decodeRecord, encodeRecord, PerfDataError, sampleLayout, type PerfRecord } from '../../../perf/data/index.ts';
import { Dump } from '../../../perf/report/dump.ts';
import { evlist } from '../../../perf/report/evlist.ts';
import { headerText } from '../../../perf/report/header-text.ts';
import { Output } from '../../../perf/report/output.ts';
import { noploop, open, SAMPLE_TYPE } from './recordings.ts';

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const s32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const text = fc.string({ maxLength: 100 }).map((value) => value.replaceAll('\0', ''));
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const words = fc.array(u64, { maxLength: 20 });

const task = { pid: s32, tid: s32 };
const mapping = { start: u64, len: u64, pgoff: u64, filename: text };
const fork = { pid: s32, ppid: s32, tid: s32, ptid: s32, time: u64 };

/** One generator for each kind of field that records have; types with the same fields need not each be here. */
const BODIES: Record<string, Record<string, fc.Arbitrary<unknown>>> = {
  MMAP: { ...task, ...mapping },
  MMAP2: { ...task, ...mapping, object: fc.record({ maj: u32, min: u32, ino: u64, ino_generation: u64 }), prot: u32, flags: u32 },
  LOST: { id: u64, lost: u64 },
  COMM: { ...task, comm: text },
  EXIT: fork,
  FORK: fork,
  THROTTLE: { time: u64, id: u64, stream_id: u64 },
  LOST_SAMPLES: { lost: u64 },
  SWITCH: {},
  SWITCH_CPU_WIDE: { next_prev_pid: s32, next_prev_tid: s32 },
  NAMESPACES: { ...task, link_info: fc.array(fc.record({ dev: u64, ino: u64 }), { maxLength: 9 }) },
  KSYMBOL: { addr: u64, len: u32, ksym_type: u16, flags: u16, symbol: text },
  CGROUP: { id: u64, path: text },
  READ: { ...task, read: fc.record({ time_enabled: u64, time_running: u64, values: fc.tuple(fc.record({ value: u64, id: u64 })) }) },
  AUX: { aux_offset: u64, aux_size: u64, flags: u64 },
  ID_INDEX: { entries: fc.array(fc.record({ id: u64, idx: u64, cpu: u64, tid: u64 }), { maxLength: 9 }) },
  THREAD_MAP: { threads: fc.array(fc.record({ pid: u64, comm: fc.constantFrom('', 'a', 'noploop', 'fifteen letters') }), { maxLength: 9 }) },
  STAT: { id: u64, cpu: u32, thread: u32, val: u64, ena: u64, run: u64 },
  FINISHED_ROUND: {},
  FEATURE: { feat_id: u64, data: bytes(40) },
};

const SAMPLE_FIELDS = {
  identifier: [16, u64], ip: [0, u64], task: [1, fc.record({ pid: u32, tid: u32 })], time: [2, u64], addr: [3, u64], id: [6, u64],
  stream_id: [9, u64], cpu: [7, fc.record({ cpu: u32, res: fc.constant(0) })], period: [8, u64], callchain: [5, words],
  raw: [10, fc.integer({ min: 0, max: 9 }).chain((n) => bytes(8 * n + 4))], weight: [14, u64], data_src: [15, u64],
  transaction: [17, u64], phys_addr: [19, u64], cgroup: [21, u64],
} as const;

const trailer = fc.record({ task: fc.record({ pid: u32, tid: u32 }), time: u64, id: u64 });
const layout = sampleLayout(perf_event_attr({ sample_type: SAMPLE_TYPE, sample_id_all: true, read_format: 7n }));

function throughBytes(record: PerfRecord, by = layout): PerfRecord {
  const to = new ByteWriter();
  encodeRecord(to, record, by);
  return decodeRecord(to.written, by);
}

describe('records survive being written and read', () => {
  test.each(Object.entries(BODIES))('%s', (name, body) => {
    const hasTrailer = !['ID_INDEX', 'THREAD_MAP', 'STAT', 'FINISHED_ROUND', 'FEATURE'].includes(name);
    const record = fc.record({ name: fc.constant(name), misc: fc.constant(2), ...body, ...(hasTrailer ? { sample_id: trailer } : {}) });
    fc.assert(fc.property(record, (value) => {
      expect(throughBytes(value as PerfRecord)).toEqual(value);
    }), { numRuns: 50, seed: 1 });
  });

  test('SAMPLE with any choice of fields', () => {
    const names = Object.keys(SAMPLE_FIELDS) as (keyof typeof SAMPLE_FIELDS)[];
    const record = fc.subarray(names).chain((chosen) => fc.record({
      sample: fc.record(Object.fromEntries(chosen.map((field) => [field, SAMPLE_FIELDS[field][1] as fc.Arbitrary<unknown>]))),
      type: fc.constant(chosen.reduce((bits, field) => bits | (1n << BigInt(SAMPLE_FIELDS[field][0])), 0n)),
    }));
    fc.assert(fc.property(record, ({ sample, type }) => {
      const value = { name: 'SAMPLE', misc: 1, sample } as PerfRecord;
      expect(throughBytes(value, sampleLayout(perf_event_attr({ sample_type: type })))).toEqual(value);
    }), { numRuns: 300, seed: 1 });
  });
});

/** Reads all that there is to read in a file; true if it could. */
function readable(file: Uint8Array): boolean {
  try {
    const data = open(file);
    headerText(data, { full: true });
    evlist(data, { verbose: true });
    new Dump(data, new Output(() => {}), 'fuzz').run();
    return true;
  } catch (error) {
    // One sentence, no line break, and the place or the thing named: anything else is a bug.
    if (!(error instanceof PerfDataError) || error.message.includes('\n')) throw error;
    return false;
  }
}

/** A stream of numbers that is the same in every run. */
function* numbers(seed: number): Generator<number, never, undefined> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state;
  }
}

test('20,000 damaged files each end in records or in one sentence', () => {
  const good = noploop(12);
  const random = numbers(7);
  const next = (below: number): number => random.next().value % below;
  const outcomes = { read: 0, refused: 0 };
  for (let round = 0; round < 20_000; round++) {
    const file = good.slice(0, next(10) === 0 ? next(good.length) : good.length);
    for (let damage = 1 + next(4); damage > 0 && file.length > 0; damage--) {
      const at = next(file.length);
      file[at] = next(3) === 0 ? 0xff : next(256);
    }
    outcomes[readable(file) ? 'read' : 'refused']++;
  }
  expect(outcomes.read + outcomes.refused).toBe(20_000);
  expect(outcomes.refused).toBeGreaterThan(1000);
}, 60_000);
