/**
 * Cuts the data of a recording into blocks of whole records, each block a piece of memory of bounded size.
 * Reference: reader__mmap(), prefetch_event() and __perf_session__process_pipe_events() of tools/perf/util/session.c, v6.1.
 * Not modelled: nothing; payloads behind AUXTRACE records are passed over.
 */
import { align } from './bytes.ts';
import { PerfDataError, hex } from './error.ts';
import { toLittleEndian } from './byte-order.ts';
import { EventTable } from './events.ts';
import {
  PERF_RECORD_AUXTRACE, PERF_RECORD_COMPRESSED, PERF_RECORD_COMPRESSED2, PERF_RECORD_HEADER_TRACING_DATA,
  RECORD_HEADER_SIZE, RECORD_SIZE_MAX,
} from './record-types.ts';
import { readBytes, type ByteSource } from './source.ts';
import { Decompressor } from './zstd.ts';

/** Whole records in memory, little-endian whatever the file is. */
export class Block {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Offset just behind the last whole record. */
  readonly end: number;
  readonly #position: number;
  readonly #compressed: boolean;

  constructor(bytes: Uint8Array, end: number, position: number, compressed = false) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = end;
    this.#position = position;
    this.#compressed = compressed;
  }

  type(at: number): number {
    return this.view.getUint32(at, true);
  }

  misc(at: number): number {
    return this.view.getUint16(at + 4, true);
  }

  size(at: number): number {
    return this.view.getUint16(at + 6, true);
  }

  /** The bytes of the record at `at`, header included. */
  record(at: number): Uint8Array {
    return this.bytes.subarray(at, at + this.size(at));
  }

  /** Where the record at `at` is in the file; decompressed records are where their COMPRESSED record is. */
  position(at: number): number {
    return this.#compressed ? this.#position : this.#position + at;
  }
}

export interface BlockOptions {
  /** Where the records begin and end in the source; null where only the end of the source tells. */
  start: number;
  end: number | null;
  little: boolean;
  pipe: boolean;
  /** Takes what stands behind a pipe's TRACING_DATA record. */
  tracingData?: (payload: Uint8Array) => void;
  /** The events of a file, for turning the byte order. Those of a pipe become known on the way. */
  events: EventTable;
}

const BLOCK_SIZE = 1 << 20;
/** More than this is damage. */
const TRACING_DATA_MAX = 64 << 20;

/** Records after which something else than the next record follows in the file. */
function interrupts(type: number, pipe: boolean): boolean {
  return type === PERF_RECORD_AUXTRACE || type === PERF_RECORD_COMPRESSED || type === PERF_RECORD_COMPRESSED2
    || (pipe && type === PERF_RECORD_HEADER_TRACING_DATA);
}

/**
 * Finds the end of the whole records in `bytes`, or of the first that interrupts them, and checks their sizes.
 * Everything that walks over a block trusts this check.
 */
function wholeRecords(view: DataView, filled: number, little: boolean, pipe: boolean) {
  let at = 0;
  while (at + RECORD_HEADER_SIZE <= filled) {
    const size = view.getUint16(at + 6, little);
    if (size < RECORD_HEADER_SIZE || at + size > filled) break;
    if (interrupts(view.getUint32(at, little), pipe)) return { end: at + size, last: at, interrupted: true };
    at += size;
  }
  return { end: at, last: at, interrupted: false };
}

/** Why no whole record begins at `position`, of which `filled` bytes are there. */
function broken(source: ByteSource, view: DataView, filled: number, little: boolean, position: number): PerfDataError {
  const size = filled < RECORD_HEADER_SIZE ? RECORD_HEADER_SIZE : view.getUint16(6, little);
  if (size < RECORD_HEADER_SIZE) {
    return new PerfDataError(
      `the record at offset ${hex(position)} says it has ${size} bytes, fewer than its header (bad event header size); the recording is damaged from there on`);
  }
  return new PerfDataError(
    `${source.name} ends within the record at offset ${hex(position)}, of which it has ${filled} bytes; the recording was cut short there`);
}

/** Bytes behind the record that are no records. */
function payloadSize(block: Block, at: number): number {
  if (block.type(at) === PERF_RECORD_AUXTRACE && block.size(at) >= 16) return Number(block.view.getBigUint64(at + 8, true));
  if (block.type(at) === PERF_RECORD_HEADER_TRACING_DATA && block.size(at) >= 12) return align(block.view.getUint32(at + 8, true), 8);
  return 0;
}

/** The data in blocks, in the order of the file. A source that ends within a record is an error, once all before it has been given. */
export function* readBlocks(source: ByteSource, options: BlockOptions): Generator<Block, void, undefined> {
  const { little, pipe } = options;
  const decompressor = new Decompressor();
  const events = pipe ? new EventTable() : options.events;
  let position = options.start;
  let rest = new Uint8Array();
  for (;;) {
    const left = Math.min(options.end ?? Infinity, source.size ?? Infinity) - position - rest.length;
    const bytes = new Uint8Array(rest.length + Math.max(0, Math.min(BLOCK_SIZE, left)));
    bytes.set(rest);
    const read = source.read(position + rest.length, bytes.subarray(rest.length));
    const filled = rest.length + read;
    if (filled === 0) return checkEnd(source, options, position);
    const view = new DataView(bytes.buffer);
    const { end, last, interrupted } = wholeRecords(view, filled, little, pipe);
    if (end === 0 && (read === 0 || filled > RECORD_SIZE_MAX)) throw broken(source, view, filled, little, position);
    const block = new Block(little ? bytes : toLittleEndian(bytes.subarray(0, end), position, events), end, position);
    if (end > 0) yield block;
    rest = bytes.slice(end, filled);
    position += end;
    if (!interrupted) continue;
    yield* decompressor.blocks(block, last);
    const payload = payloadSize(block, last);
    if (block.type(last) === PERF_RECORD_HEADER_TRACING_DATA && payload <= TRACING_DATA_MAX) {
      rest = withMore(source, position, rest, payload);
      options.tracingData?.(rest.slice(0, payload));
    } else if (payload > rest.length) skip(source, position + rest.length, payload - rest.length);
    rest = rest.slice(Math.min(payload, rest.length));
    position += payload;
  }
}

/** `bytes`, and what follows them in the source up to `length`. */
function withMore(source: ByteSource, position: number, bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (bytes.length >= length) return bytes;
  const more = readBytes(source, position + bytes.length, length - bytes.length);
  const all = new Uint8Array(bytes.length + more.length);
  all.set(bytes);
  all.set(more, bytes.length);
  return all;
}

/** Passes over bytes that are not wanted: a pipe has to be read through. */
function skip(source: ByteSource, position: number, length: number): void {
  if (source.size !== null) return;
  const bytes = new Uint8Array(BLOCK_SIZE);
  for (let left = length; left > 0;) {
    const read = source.read(position + length - left, bytes.subarray(0, Math.min(left, BLOCK_SIZE)));
    if (read === 0) return;
    left -= read;
  }
}

function checkEnd(source: ByteSource, options: BlockOptions, position: number): void {
  if (options.end !== null && position < options.end) {
    throw new PerfDataError(
      `${source.name} ends at offset ${hex(position)}, but its header promises data up to ${hex(options.end)}; the recording was cut short`);
  }
}
