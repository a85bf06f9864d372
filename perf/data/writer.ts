/**
 * Writes perf.data in file format as it is recorded: header, ids, attributes, then data in chunks, the features last.
 * Reference: perf_session__do_write_header() of tools/perf/util/header.c, v6.1; perf_session__write_header() of v3.2.
 * Not modelled: appending to an existing file (perf record -A, gone since v3.10); files per thread (--threads).
 */
import type { ByteSink } from '../run-spec.ts';
import { ByteWriter } from './bytes.ts';
import { PerfDataError } from './error.ts';
import { writeAttr } from './attr.ts';
import { NO_CONTEXT, chars } from './fields.ts';
import { writeFeatures, type EventDescription, type Features } from './features.ts';
import { FILE_HEADER_SIZE, fileHeader, type Section } from './header.ts';
import { sampleLayout, type SampleLayout } from './layout.ts';
import { encodeRecord, type PerfRecord } from './records.ts';

/** struct perf_trace_event_type: attr.config, and the name in an array that ends in a NUL. */
const EVENT_TYPE_NAME_SIZE = 64;
const EVENT_TYPE_SIZE = 8 + EVENT_TYPE_NAME_SIZE;
const eventTypeName = chars(EVENT_TYPE_NAME_SIZE);

/** Each feature's entry in the index: u64 offset, u64 size. */
const INDEX_ENTRY_SIZE = 16;

export class PerfDataWriter {
  readonly #sink: ByteSink;
  readonly #events: readonly EventDescription[];
  readonly #layout: SampleLayout;
  readonly #attrSize: number;
  readonly #attrs: Section;
  readonly #eventTypes: Section;
  readonly #data: Section;
  readonly #scratch = new ByteWriter(4096);

  /** Writes all that stands before the data. Every event needs an id if there are several. `hasEventTypes`: with their names beside them, as v3.2 has it. */
  constructor(sink: ByteSink, events: readonly EventDescription[], hasEventTypes = false) {
    checkEvents(events);
    this.#sink = sink;
    this.#events = events;
    this.#layout = sampleLayout(events[0].attr);
    this.#attrSize = events[0].attr.size + 16;
    const idBytes = 8 * events.reduce((count, event) => count + event.ids.length, 0);
    this.#attrs = { offset: FILE_HEADER_SIZE + idBytes, size: events.length * this.#attrSize };
    const attrsEnd = this.#attrs.offset + this.#attrs.size;
    this.#eventTypes = hasEventTypes ? { offset: attrsEnd, size: events.length * EVENT_TYPE_SIZE } : { offset: 0, size: 0 };
    this.#data = { offset: attrsEnd + this.#eventTypes.size, size: 0 };
    this.#sink.write(this.#header([]));
    this.#sink.write(this.#idsAndAttrs());
  }

  /** Bytes of data written so far. */
  get dataSize(): number {
    return this.#data.size;
  }

  /** Bytes written so far, header included. */
  get fileSize(): number {
    return this.#data.offset + this.#data.size;
  }

  /** Appends bytes that already are whole records, such as those of a ring buffer. */
  append(chunk: Uint8Array): void {
    this.#sink.write(chunk);
    this.#data.size += chunk.length;
  }

  /** Appends a record of the tool's own making: MMAP, COMM and the like get a trailer of zeros unless they bring one. */
  appendRecord(record: PerfRecord): void {
    this.#scratch.at = 0;
    encodeRecord(this.#scratch, record, this.#layout);
    this.append(this.#scratch.written.slice());
  }

  /** Writes the features behind the data and completes the header. EVENT_DESC is written from the events unless given. */
  finish(features: Features = {}): void {
    const sections = writeFeatures({ event_desc: [...this.#events], ...features });
    const index = new ByteWriter(sections.length * INDEX_ENTRY_SIZE);
    let offset = this.#data.offset + this.#data.size + sections.length * INDEX_ENTRY_SIZE;
    for (const { payload } of sections) {
      index.u64(BigInt(offset));
      index.u64(BigInt(payload.length));
      offset += payload.length;
    }
    this.#sink.write(index.written);
    for (const { payload } of sections) this.#sink.write(payload);
    this.#sink.patch(0, this.#header(sections.map(({ bit }) => bit)));
  }

  #header(features: number[]): Uint8Array {
    return fileHeader({ attrSize: this.#attrSize, attrs: this.#attrs, data: this.#data, features }, this.#eventTypes);
  }

  #idsAndAttrs(): Uint8Array {
    const to = new ByteWriter(this.#data.offset);
    for (const { ids } of this.#events) for (const id of ids) to.u64(id);
    let idOffset = FILE_HEADER_SIZE;
    for (const { attr, ids } of this.#events) {
      writeAttr(to, attr);
      to.u64(BigInt(idOffset));
      to.u64(BigInt(8 * ids.length));
      idOffset += 8 * ids.length;
    }
    if (this.#eventTypes.size > 0) this.#events.forEach((event) => writeEventType(to, event));
    return to.written;
  }
}

function writeEventType(to: ByteWriter, { attr, name }: EventDescription): void {
  to.u64(attr.config);
  eventTypeName.write(to, eventTypeText(name), NO_CONTEXT);
}

/** As much of an event's name as an event type holds in front of its NUL. */
export function eventTypeText(name: string): string {
  return name.slice(0, EVENT_TYPE_NAME_SIZE - 1);
}

/** What every reader takes for granted about the events of one file. */
export function checkEvents(events: readonly EventDescription[]): void {
  if (events.length === 0) throw new PerfDataError('a recording needs at least one event');
  for (const { attr, name, ids } of events) {
    if (attr.size !== events[0].attr.size) {
      throw new PerfDataError(`the attribute of ${name} has ${attr.size} bytes and that of ${events[0].name} ${events[0].attr.size}; in a file all have one size`);
    }
    if (events.length > 1 && ids.length === 0) {
      throw new PerfDataError(`the event ${name} has no id; with several events each needs one, or its samples cannot be told apart`);
    }
  }
}
