/** `perf record --overwrite`: what a backward buffer holds when the tool comes, and what the tool makes of it. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PAGE_SIZE, V6_18, type KernelClass, type PerfEvent, type RingBuffer } from '../../kernel/index.ts';
import type { PerfOutputHandle } from '../../kernel/ring_buffer.ts';
import { PerfData, bytesSource } from '../../perf/data/index.ts';
import { run, type RecordOptions, type RunSpec } from '../../perf/index.ts';
import { parse_events } from '../../perf/parse-events.ts';
import { Bytes, bytesOf, specOf } from './job.ts';

interface Asked extends Partial<Omit<RecordOptions, 'events'>> {
  kernel?: string;
  events?: string;
  workload?: string;
}

function overwriting({ kernel = 'v6.18', events = 'cpu-clock', workload = 'noploop 0.2', ...options }: Asked): RunSpec {
  const { record, ...machine } = specOf({ kernel, tool: '6.1', cpus: 1 });
  const [name, ...args] = workload.split(' ');
  return { ...machine, workload: { name, args }, record: { ...record, events: parse_events(events), overwrite: true, ...options } };
}

/** The kernel's records as the file has them, byte for byte: between the COMM in front and the round's end. */
function kernelRecords(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer);
  const records = [...PerfData.open(bytesSource(bytes)).records()];
  const end = records.findIndex(({ name }) => name === 'FINISHED_ROUND');
  return records.slice(1, end).map(({ position }) => hex(bytes.subarray(position, position + view.getUint16(position + 6, true))));
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

interface Written {
  readonly rb: RingBuffer;
  readonly offset: number;
  readonly record: string;
}

/** v6.18, and every record as it stood in its buffer when it was complete. */
function witness(): { kernel: KernelClass; written: Written[] } {
  const written: Written[] = [];
  const begun = new Map<PerfOutputHandle, { offset: number; size: number }>();
  class Witness extends V6_18 {
    override perf_output_begin(handle: PerfOutputHandle, writer: PerfEvent, size: number, type: number): number {
      const result = super.perf_output_begin(handle, writer, size, type);
      if (result === 0) begun.set(handle, { offset: handle.offset, size });
      return result;
    }

    override perf_output_end(handle: PerfOutputHandle): void {
      const { rb } = handle;
      const { offset, size } = begun.get(handle)!;
      const bytes = Uint8Array.from({ length: size }, (_, i) => rb.data[(offset + i) & (rb.size - 1)]);
      written.push({ rb, offset, record: hex(bytes) });
      super.perf_output_end(handle);
    }
  }
  return { kernel: Witness, written };
}

/** Of each buffer, as many as `size` bytes hold, the youngest, which has the lowest offset, first. */
function thatFit(written: readonly Written[], size: number): string[][] {
  const buffers = [...new Set(written.map(({ rb }) => rb))];
  return buffers.map((rb) => {
    const own = written.filter((one) => one.rb === rb).sort((a, b) => a.offset - b.offset);
    return own.filter(({ offset, record }) => offset + record.length / 2 - own[0].offset <= size).map(({ record }) => record);
  });
}

test('the recording has the youngest records that fit, in order and whole, and nothing is reported lost', () => {
  const job = fc.record({
    freq: fc.integer({ min: 500, max: 8000 }), mmap_pages: fc.constantFrom(1, 2, 4, 8), seed: fc.nat().map(String),
    events: fc.constantFrom('cpu-clock', 'cycles', 'cycles,instructions', '{cycles,branches}:S', 'cpu-clock,page-faults'),
    workload: fc.constantFrom('noploop 0.2', 'thloop 0.1', 'leafloop 0.15'), call_graph: fc.boolean(), cpus: fc.constantFrom(1, 4),
  });
  let overwritten = 0;
  fc.assert(fc.property(job, ({ seed, cpus, ...asked }) => {
    const { kernel, written } = witness();
    const bytes = new Bytes();
    const result = run({ ...overwriting(asked), seed, cpus }, bytes, { kernel });
    const left = thatFit(written, asked.mmap_pages * PAGE_SIZE);
    const recorded = kernelRecords(bytes.all);
    // The buffers come in the order of their CPUs, which need not be that of their first records.
    expect(recorded.length).toBe(left.flat().length);
    for (const own of left) expect(recorded.slice(recorded.indexOf(own[0]), recorded.indexOf(own[0]) + own.length)).toEqual(own);
    if (recorded.length < written.length) overwritten++;
    const { lost_reported, lost_total, records: { LOST_SAMPLES }, wakeups } = result;
    expect({ lost_reported, lost_total, LOST_SAMPLES, wakeups }).toEqual({ lost_reported: 0, lost_total: 0, LOST_SAMPLES: undefined, wakeups: 1 });
  }), { seed: 20111, numRuns: 30 });
  expect(overwritten).toBeGreaterThan(10);
});

test('the youngest record comes first, and the buffer is never fuller than it is large', () => {
  const data = PerfData.open(bytesSource(bytesOf(overwriting({ mmap_pages: 1, freq: 4000 }))));
  const times = [...data.records()].flatMap((record) => (record.name === 'SAMPLE' ? [record.sample.time!] : []));
  expect(times.length).toBeGreaterThan(90);
  expect(times).toEqual([...times].sort((a, b) => Number(b - a)));
  expect(run(overwriting({ mmap_pages: 1, freq: 4000 }), null).buffer_high_water).toBe(PAGE_SIZE);
});

describe('what describes the machine and the workload stands behind the records', () => {
  const namesOf = (asked: Asked): string[] => {
    const names = [...PerfData.open(bytesSource(bytesOf(overwriting(asked)))).records()].map(({ name }) => name);
    return names.filter((name, i) => name !== names[i - 1]);
  };
  const machine = ['ID_INDEX', 'MMAP', 'EVENT_UPDATE', 'THREAD_MAP', 'CPU_MAP'];

  test('of a workload', () => {
    expect(namesOf({ mmap_pages: 1, freq: 4000 })).toEqual(['COMM', 'EXIT', 'SAMPLE', 'FINISHED_ROUND', 'FINISHED_INIT', 'COMM', ...machine]);
  });

  test('of a program that runs already', () => {
    const target = { workload: { name: 'noploop', args: ['0.2'] }, alone: true, thread: false };
    const names = namesOf({ mmap_pages: 1, freq: 4000, target });
    expect(names.slice(names.indexOf('FINISHED_ROUND'))).toEqual(['FINISHED_ROUND', 'FINISHED_INIT', ...machine, 'COMM', 'MMAP2']);
  });
});

test('a kernel that does not know backward writing is refused, as perf does', () => {
  expect(() => run(overwriting({ kernel: 'v4.2' }), null)).toThrow(/^Reading from overwrite event is not supported by this kernel: /);
});
