/** Law 3: delivered + reported lost + unread + dropped without a report = produced. Each term is counted on its own. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { nehalem } from '../../pmu/chips/nehalem.ts';
import { location } from '../../pmu/location.ts';
import { noploop } from '../../pmu/workloads/noploop.ts';
import {
  KERNELS, PERF_EVENT_IOC_SET_OUTPUT, PERF_RECORD_LOST, READ_ONCE, SilentTracepoints, Sys, TimedSystem, type PerfEvent,
  type Program, type RingBuffer, type VmArea,
} from '../../kernel/index.ts';
import { config_attrs } from '../../perf/tool/attr.ts';
import { PERSONALITIES } from '../../perf/tool/personality.ts';
import { forAll } from '../support/property.ts';
import { specOf, type Job } from './job.ts';

/** Sees what the kernel has to say, and what becomes of it. */
class Accounts extends SilentTracepoints {
  readonly buffers = new Set<RingBuffer>();
  produced = 0;
  fullest = 0;

  override record_stored(rb: RingBuffer, _event: PerfEvent, _type: number, _size: number, head: number): void {
    this.buffers.add(rb);
    this.produced++;
    this.fullest = Math.max(this.fullest, (head - READ_ONCE(rb.user_page.data_tail)) / rb.size);
  }

  override record_dropped(rb: RingBuffer): void {
    this.buffers.add(rb);
    this.produced++;
  }
}

/** Records in a piece of a buffer, LOST records apart: they say of how many others they tell. */
class Count {
  records = 0;
  reported = 0;

  add(view: DataView, from: number, to: number): void {
    const at = (offset: number): number => view.getUint32(offset % view.byteLength, true);
    for (let offset = from; offset < to; offset += at(offset + 4) >>> 16) {
      if (at(offset) === PERF_RECORD_LOST) this.reported += at(offset + 16);
      else this.records++;
    }
  }
}

/** Where a run's records are in the end. */
interface Balance {
  readonly produced: number;
  readonly accountedFor: number;
  readonly reported: number;
  readonly unreported: number;
  /** Largest part of a buffer that was ever in use. */
  readonly fullest: number;
}

/** Runs the program of one reader and adds up; `read` takes what it has read. */
function settle(job: Job, reader: (sys: Sys, read: (chunk: Uint8Array) => void) => Program): Balance {
  const { kernel: name, seed, cpus } = specOf(job);
  const kernel = KERNELS.find(({ variant }) => variant.name === name)!;
  const system = new TimedSystem({ chip: nehalem, cpus, seed, kernel });
  const accounts = new Accounts();
  system.kernel.trace = accounts;
  const delivered = new Count();
  const read = (chunk: Uint8Array): void => delivered.add(new DataView(chunk.buffer, chunk.byteOffset, chunk.length), 0, chunk.length);
  const { task } = system.spawn('reader', (task) => reader(new Sys(system, task), read));
  system.runUntilExit(task);

  const unread = new Count();
  let unreported = 0;
  for (const rb of accounts.buffers) {
    unread.add(rb.view, READ_ONCE(rb.user_page.data_tail), READ_ONCE(rb.user_page.data_head));
    unreported += READ_ONCE(rb.lost);
  }
  const reported = delivered.reported + unread.reported;
  const accountedFor = delivered.records + unread.records + reported + unreported;
  return { produced: accounts.produced, accountedFor, reported, unreported, fullest: accounts.fullest };
}

/** perf record with noploop. */
function recordTool(job: Job): Balance {
  const { record, workload, tool } = specOf(job);
  const { RecordTool, attrs, events, executable } = PERSONALITIES[tool];
  const program = { run: noploop.parse(workload.args), executable: executable(workload.name) };
  return settle(job, (sys, write) => new RecordTool({ options: record, events: events(record), attrs: attrs(record), workload: program }, { begin() {}, write }).program(sys));
}

const WORK = location('user', 'work', 0x40_0000, 0x100, {});

/** A program that samples itself and now and then reads half of what there is: too seldom, but for chance. */
function slowReader(job: Job): Balance {
  const attrs = config_attrs({ ...specOf(job).record, inherit: false }).map((attr) => ({ ...attr, disabled: false }));
  return settle(job, function* reader(sys, read) {
    const first = yield* sys.perf_event_open(attrs[0], 0, -1, -1, 0);
    const vma = (yield* sys.mmap(first, { pages: specOf(job).record.mmap_pages + 1, writable: true, shared: true, page_offset: 0 })) as VmArea;
    for (const attr of attrs.slice(1)) {
      yield* sys.ioctl(yield* sys.perf_event_open(attr, 0, -1, -1, 0), PERF_EVENT_IOC_SET_OUTPUT, first);
    }
    const data = sys.data(vma);
    const pauses = sys.system.machine.random.stream('test/reader');
    let tail = 0;
    for (let round = 0; round < 20; round++) {
      yield* sys.run(WORK, pauses.logBetween(10_000, 10_000_000));
      for (const until = (tail + sys.data_head(vma)) / 2; tail < until; ) {
        const size = new DataView(data.buffer).getUint16((tail + 6) % data.length, true);
        read(Uint8Array.from({ length: size }, (_, i) => data[(tail + i) % data.length]));
        tail += size;
      }
      sys.write_data_tail(vma, tail);
    }
    // What is written from here on stays where it is.
    yield* sys.run(WORK, 10_000_000);
    yield* sys.exit();
  });
}

/** The balance is even in every run; the sums of its terms. */
function balances(runs: (job: Job) => Balance, count: number): { reported: number; unreported: number } {
  const kernel = fc.constantFrom(...KERNELS.map(({ variant }) => variant.name));
  const events = fc.integer({ min: 1, max: 5 });
  const pages = fc.integer({ min: 0, max: 3 }).map((power) => 2 ** power);
  const freq = fc.integer({ min: 1000, max: 40_000 });
  const sums = { reported: 0, unreported: 0 };
  forAll([kernel, events, pages, freq, fc.nat(1000).map(String)], (kernel, events, mmap_pages, freq, seed) => {
    const { produced, accountedFor, reported, unreported, fullest } = runs({ kernel, events, mmap_pages, freq, seed, seconds: 0.2 });
    expect(produced).toBeGreaterThan(0);
    expect(accountedFor).toBe(produced);
    expect(fullest).toBeLessThan(1);
    sums.reported += reported;
    sums.unreported += unreported;
  }, count);
  return sums;
}

describe('every record that the kernel produces is delivered, reported as lost, still unread, or dropped and counted', () => {
  test('where perf record reads, or sleeps on', () => {
    expect(balances(recordTool, 60).unreported).toBeGreaterThan(1000);
  });

  test('where the perf of 6.1 reads, which no kernel loses a wakeup for', () => {
    expect(balances((job) => recordTool({ ...job, tool: '6.1' }), 10).unreported).toBeLessThan(1000);
  });

  test('where a reader is too slow', () => {
    const { reported, unreported } = balances(slowReader, 30);
    expect(reported).toBeGreaterThan(1000);
    expect(unreported).toBeGreaterThan(0);
  });
});
