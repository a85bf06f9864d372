import { beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  PAGE_SIZE, PERF_RECORD_LOST, PERF_RECORD_SAMPLE, PERF_SAMPLE_CPU, PERF_SAMPLE_IP, PERF_SAMPLE_TID, READ_ONCE,
  type PerfEvent, type RingBuffer,
} from '../../kernel/index.ts';
import { forAll } from '../support/property.ts';
import { Bench, LOST_BYTES, SAMPLE_BYTES, drain, head, interruptedAt } from './bench.ts';

const SIZE = PAGE_SIZE;
const FITS = Math.floor((SIZE - 8) / SAMPLE_BYTES);

let bench: Bench;
let event: PerfEvent;
let rb: RingBuffer;

beforeEach(() => {
  bench = new Bench();
  const fd = bench.open();
  event = bench.event(fd);
  rb = bench.map(fd);
});

function write(samples: number): void {
  for (let i = 0; i < samples; i++) bench.sample(event);
}

/** What a writer of records of these sizes does, said in numbers: sections 3.2 and 3.3 in twelve lines. */
class Model {
  head = 0;
  tail = 0;
  lost = 0;
  wakeup = 0;
  wakeups = 0;
  readonly #watermark: number;

  constructor(watermark: number) {
    this.#watermark = watermark;
  }

  write(size: number, lostSize: number): void {
    const total = size + (this.lost > 0 ? lostSize : 0);
    if (this.head + total - this.tail > SIZE - 1) {
      this.lost++;
      return;
    }
    this.head += total;
    this.lost = 0;
    if (this.head - this.wakeup <= this.#watermark) return;
    this.wakeup += this.#watermark;
    this.wakeups++;
  }
}

/** Samples of 48, 16, 24 and 32 bytes, with and without a trailer on the LOST record. */
const KINDS = [
  { attr: {}, size: 48, lost: 48 },
  { attr: { sample_type: BigInt(PERF_SAMPLE_IP), sample_id_all: false }, size: 16, lost: 24 },
  { attr: { sample_type: BigInt(PERF_SAMPLE_IP | PERF_SAMPLE_TID), sample_id_all: false }, size: 24, lost: 24 },
  { attr: { sample_type: BigInt(PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_CPU) }, size: 32, lost: 40 },
];
const action = fc.oneof({ weight: 20, arbitrary: fc.nat(KINDS.length - 1) }, { weight: 1, arbitrary: fc.constant('read' as const) });

describe('a ring buffer', () => {
  test('stores, drops, reports and wakes as the arithmetic says, whatever is written and read', () => {
    const watermarks = fc.integer({ min: 1, max: SIZE });
    forAll([fc.array(action, { maxLength: 600, size: 'max' }), watermarks], (actions, watermark) => {
      const bench = new Bench();
      const fds = KINDS.map(({ attr }) => bench.open({ ...attr, watermark: true, wakeup_events: watermark }));
      const rb = bench.map(fds[0]);
      for (const fd of fds.slice(1)) bench.kernel.perf_event_set_output(bench.event(fd), bench.event(fds[0]));
      const model = new Model(watermark);
      let wakeups = 0;
      for (const action of actions) {
        if (action === 'read') {
          drain(rb);
          model.tail = model.head;
        } else {
          bench.sample(bench.event(fds[action]));
          model.write(KINDS[action].size, KINDS[action].lost);
          wakeups += Number(bench.irqWork());
        }
        expect([head(rb), READ_ONCE(rb.lost), READ_ONCE(rb.wakeup), wakeups]).toEqual([model.head, model.lost, model.wakeup, model.wakeups]);
      }
    }, 60);
  });

  test('never holds as many unread bytes as it is large', () => {
    write(SIZE);
    expect(head(rb)).toBe(FITS * SAMPLE_BYTES);
    expect(head(rb)).toBeLessThanOrEqual(SIZE - 8);
  });

  test('refuses the record that would fill it to the last byte', () => {
    const fd = bench.open({ sample_type: BigInt(PERF_SAMPLE_IP), sample_id_all: false });
    const rb = bench.map(fd);
    for (let i = 0; i < SIZE / 16; i++) bench.sample(bench.event(fd));
    expect([head(rb), READ_ONCE(rb.lost)]).toEqual([SIZE - 16, 1]);
  });

  test('reports losses in front of the next record that fits, and not before', () => {
    write(FITS + 7);
    expect(drain(rb).map(({ type }) => type)).toEqual(Array.from({ length: FITS }, () => PERF_RECORD_SAMPLE));
    write(2);
    const [lost, ...samples] = drain(rb);
    expect(lost).toEqual({ type: PERF_RECORD_LOST, size: LOST_BYTES, count: 7 });
    expect(samples.map(({ type }) => type)).toEqual([PERF_RECORD_SAMPLE, PERF_RECORD_SAMPLE]);
  });

  test('needs room for the report and the record together to go on', () => {
    write(FITS + 1);
    drain(rb, SAMPLE_BYTES);
    write(1);
    expect(READ_ONCE(rb.lost)).toBe(2);
    drain(rb, 2 * SAMPLE_BYTES);
    write(1);
    expect(READ_ONCE(rb.lost)).toBe(0);
  });

  test('publishes nothing of a record that is dropped', () => {
    write(FITS);
    const before = head(rb);
    write(5);
    expect(head(rb)).toBe(before);
  });
});

/** Interrupts the second of three samples at `step` by a sample; null when there is no such step. */
function nested(step: number): { types: number[]; heads: number[] } | null {
  const bench = new Bench();
  const fd = bench.open();
  const event = bench.event(fd);
  const rb = bench.map(fd);
  const heads: number[] = [];
  bench.sample(event);
  const happened = interruptedAt(step, () => bench.sample(event), () => {
    bench.sample(event);
    heads.push(head(rb));
  });
  heads.push(head(rb));
  bench.sample(event);
  return happened ? { types: drain(rb).map(({ type }) => type), heads } : null;
}

describe('a writer that an NMI interrupts with a writer', () => {
  test('at any step leaves both records whole, and publishes both before it ends', () => {
    let steps = 0;
    for (let outcome = nested(0); outcome !== null; outcome = nested(++steps)) {
      expect(outcome.types).toEqual([PERF_RECORD_SAMPLE, PERF_RECORD_SAMPLE, PERF_RECORD_SAMPLE, PERF_RECORD_SAMPLE]);
      expect(outcome.heads.at(-1)).toBe(3 * SAMPLE_BYTES);
    }
    expect(steps).toBeGreaterThan(10);
  });

  test('publishes nothing from below: what the outer one has reserved is not yet written', () => {
    const published = new Set<number>();
    for (let step = 0, outcome = nested(0); outcome !== null; outcome = nested(++step)) published.add(outcome.heads[0]);
    // Before the outer record has its place; while it is being written; after its writer has left.
    expect([...published].sort((a, b) => a - b)).toEqual([1, 2, 3].map((records) => records * SAMPLE_BYTES));
  });
});
