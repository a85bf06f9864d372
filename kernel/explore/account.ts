/**
 * The explorer's own account of what readers are owed. It watches records being stored and dropped, and never asks the
 * kernel's stamps and counters.
 *
 * A reader is owed a wakeup once a record ends beyond another multiple of the watermark, or the N-th sample has been
 * stored; until it has seen a data_head that covers it. The owner of an O_ASYNC file is owed a signal after each overflow.
 *
 * Reference: perf_event_open(2), wakeup_events, wakeup_watermark and O_ASYNC; section 3.5.
 * Not modelled: buffers in overwrite mode.
 */
import { Cell } from '../../sim/memory.ts';
import { Violation } from '../../sim/explore/model.ts';
import { PERF_RECORD_SAMPLE } from '../abi/index.ts';
import { READ_ONCE, WRITE_ONCE, atomic_add_return } from '../primitives.ts';
import type { PerfEvent, RingBuffer, TaskStruct } from '../structs/index.ts';
import { SilentTracepoints } from '../tracepoints.ts';

/** Bytes that a buffer keeps free, so that a full one is not taken for an empty one; records are multiples of that. */
const KEPT_FREE = 8;

/** Of one buffer; positions in bytes ever written. */
class Entry {
  /** The end of the last record that was stored, and of the last that calls for a wakeup. */
  readonly stored = new Cell(0, null, 'stored');
  readonly due = new Cell(0, null, 'due');
  /** The data_head that a reader has seen after poll had told it to look. */
  readonly seen = new Cell(0, null, 'seen');
  /** The same of each reader. */
  readonly seen_by = new Map<number, Cell<number>>();
  /** How often something has called for a wakeup, and how often one was posted. */
  readonly calls = new Cell(0, null, 'calls');
  readonly posted = new Cell(0, null, 'posted');
  /** All samples, and those since the last that called for a wakeup. */
  readonly all_samples = new Cell(0, null, 'all samples');
  readonly samples = new Cell(0, null, 'samples');
  /** Records that found no place, and those that LOST records report. */
  readonly dropped = new Cell(0, null, 'dropped');
  readonly reported = new Cell(0, null, 'reported');

  seenBy(reader: number): Cell<number> {
    let cell = this.seen_by.get(reader);
    if (cell === undefined) this.seen_by.set(reader, (cell = new Cell(0, null, `seen by ${reader}`)));
    return cell;
  }
}

export class Account extends SilentTracepoints {
  readonly #entries = new Map<RingBuffer, Entry>();
  /** Something has called for a wakeup of any reader. */
  readonly #called = new Cell(false, null, 'called');
  /** By event: its owner has not been signalled since the last overflow. */
  readonly #unsignalled = new Map<PerfEvent, Cell<boolean>>();
  /** By event: overflows of which no sample has been stored, dropped or refused yet. */
  readonly #unwritten = new Map<PerfEvent, Cell<number>>();

  /** Told of every event before anything happens: what is looked at later is a function of memory alone. */
  opened(event: PerfEvent): void {
    this.#unsignalled.set(event, new Cell(false, null, `unsignalled ${event.id}`));
    this.#unwritten.set(event, new Cell(0, null, `unwritten ${event.id}`));
  }

  override record_stored(rb: RingBuffer, event: PerfEvent, type: number, size: number, head: number): void {
    const entry = this.#entry(rb);
    const tail = READ_ONCE(rb.user_page.data_tail);
    if (rb.writable && head - tail > rb.size - KEPT_FREE) {
      throw new Violation('overwritten record', `a record of ${size} bytes is put where ${rb.size - (head - size - tail)} are free`);
    }
    WRITE_ONCE(entry.stored, Math.max(READ_ONCE(entry.stored), head));
    const crossings = (position: number): number => Math.floor((position - 1) / rb.watermark);
    if (type === PERF_RECORD_SAMPLE) {
      atomic_add_return(entry.all_samples, 1);
      this.#written(event);
    }
    const { watermark, wakeup_events } = event.attr;
    let due = crossings(head) > Math.max(0, crossings(head - size));
    if (type === PERF_RECORD_SAMPLE && !watermark && wakeup_events > 0) {
      const samples = READ_ONCE(entry.samples) + 1;
      WRITE_ONCE(entry.samples, samples >= wakeup_events ? samples - wakeup_events : samples);
      due ||= samples >= wakeup_events;
    }
    if (!due) return;
    WRITE_ONCE(entry.due, head);
    WRITE_ONCE(this.#called, true);
    atomic_add_return(entry.calls, 1);
  }

  override record_dropped(rb: RingBuffer, event: PerfEvent): void {
    atomic_add_return(this.#entry(rb).dropped, 1);
    // The events that write through this one are told apart by who has something to write.
    for (const [writer, { v }] of this.#unwritten) {
      if (v === 0 || (writer.parent ?? writer) !== event) continue;
      this.#written(writer);
      break;
    }
  }

  override record_refused(event: PerfEvent): void {
    this.#written(event);
  }

  /** Of a record that is no sample there was none to be written. */
  #written(event: PerfEvent): void {
    const cell = this.#unwritten.get(event)!;
    WRITE_ONCE(cell, Math.max(0, READ_ONCE(cell) - 1));
  }

  override lost_reported(rb: RingBuffer, _event: PerfEvent, count: number): void {
    if (count === 0) throw new Violation('empty LOST record', 'a LOST record reports that 0 records were lost');
    atomic_add_return(this.#entry(rb).reported, count);
  }

  override wakeup_posted(rb: RingBuffer): void {
    atomic_add_return(this.#entry(rb).posted, 1);
  }

  override overflow(event: PerfEvent): void {
    atomic_add_return(this.#unwritten.get(event)!, 1);
    if (READ_ONCE((event.parent ?? event).fasync) !== null) WRITE_ONCE(this.#unsignalled.get(event)!, true);
  }

  /** A signal is sent to `task`. */
  signalled(task: TaskStruct): void {
    for (const [event, cell] of this.#unsignalled) if (READ_ONCE((event.parent ?? event).fasync)?.f_owner === task) WRITE_ONCE(cell, false);
  }

  /** A reader that poll has sent looks at data_head. */
  consumed(rb: RingBuffer, reader: number): void {
    const head = READ_ONCE(rb.user_page.data_head);
    const entry = this.#entry(rb);
    WRITE_ONCE(entry.seen, Math.max(READ_ONCE(entry.seen), head));
    WRITE_ONCE(entry.seenBy(reader), head);
  }

  /** Something other than a record calls for a wakeup of the buffer's readers. */
  call(rb: RingBuffer): void {
    WRITE_ONCE(this.#entry(rb).due, Infinity);
    WRITE_ONCE(this.#called, true);
  }

  /** Whether anything has called for a wakeup of any reader. */
  get hasCalled(): boolean {
    return READ_ONCE(this.#called);
  }

  /** Whether readers that sleep should not; `reader`: whether this one should not, whatever others have seen. */
  isOwed(rb: RingBuffer, reader: number | null = null): boolean {
    const entry = this.#entry(rb);
    const seen = reader === null ? entry.seen : entry.seenBy(reader);
    return entry.due.v > Math.max(seen.v, rb.user_page.data_tail.v);
  }

  /** How many wakeups were posted beyond those that records called for. */
  needlessWakeups(rb: RingBuffer): number {
    const { calls, posted } = this.#entry(rb);
    return READ_ONCE(posted) - READ_ONCE(calls);
  }

  samplesIn(rb: RingBuffer): number {
    return READ_ONCE(this.#entry(rb).all_samples);
  }

  /** Nobody writes any more: each record has been published, or reported, or is counted to be reported. */
  judgeRecords(rb: RingBuffer): void {
    const { stored, dropped, reported } = this.#entry(rb);
    const head = rb.user_page.data_head.v;
    if (head !== stored.v) throw new Violation('lost record', `data_head is ${head}, and records were stored up to ${stored.v}`);
    const counted = reported.v + rb.lost.v;
    if (counted !== dropped.v) throw new Violation('lost record', `${dropped.v} records found no place, and ${counted} are counted as lost`);
  }

  judgeSamples(): void {
    for (const [event, { v }] of this.#unwritten) {
      if (v > 0) throw new Violation('lost record', `event ${event.id} has overflowed, and its sample was neither stored nor dropped for want of a place or a buffer`);
    }
  }

  judgeSignals(): void {
    for (const [event, { v }] of this.#unsignalled) {
      if (v) throw new Violation('lost signal', `event ${event.id} has overflowed since its owner got the last signal`);
    }
  }

  #entry(rb: RingBuffer): Entry {
    let entry = this.#entries.get(rb);
    if (entry === undefined) this.#entries.set(rb, (entry = new Entry()));
    return entry;
  }
}
