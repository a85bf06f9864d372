/**
 * COMPRESSED records (perf record -z): their payloads are one zstd stream, and what comes out of it are records again.
 * Reference: perf_session__process_compressed_event() of tools/perf/util/session.c, v6.1; COMPRESSED2 of v6.16.
 * Not modelled: one stream for each thread of `perf record --threads`, which writes a directory; compressed recordings of big-endian machines.
 */
import { Decompress } from 'fzstd';
import { Block } from './blocks.ts';
import { PerfDataError, hex } from './error.ts';
import { PERF_RECORD_COMPRESSED, PERF_RECORD_COMPRESSED2, RECORD_HEADER_SIZE } from './record-types.ts';

/** The most that one record may hold: more than any ring buffer, less than damage could make of 64 KiB. */
const OUTPUT_LIMIT = 64 << 20;

export class Decompressor {
  #stream: Decompress | null = null;
  #parts: Uint8Array[] = [];
  #length = 0;
  /** The beginning of a record whose end is in the next COMPRESSED record. */
  #rest = new Uint8Array();

  /** The records inside the record at `at` of `block`: none if it is not a compressed one. */
  *blocks(block: Block, at: number): Generator<Block, void, undefined> {
    const data = compressedData(block, at);
    if (data === null) return;
    const position = block.position(at);
    const bytes = this.#decompress(data, position);
    const view = new DataView(bytes.buffer);
    let end = 0;
    while (end + RECORD_HEADER_SIZE <= bytes.length) {
      const size = view.getUint16(end + 6, true);
      if (size < RECORD_HEADER_SIZE) {
        throw new PerfDataError(`the compressed record at offset ${hex(position)} holds a record of ${size} bytes, fewer than its header; the file is damaged`);
      }
      if (end + size > bytes.length) break;
      end += size;
    }
    this.#rest = bytes.slice(end);
    if (end > 0) yield new Block(bytes, end, position, true);
  }

  #decompress(data: Uint8Array, position: number): Uint8Array {
    this.#parts = [this.#rest];
    this.#length = this.#rest.length;
    this.#stream ??= new Decompress((part) => this.#take(part));
    try {
      this.#stream.push(data);
    } catch (error) {
      throw new PerfDataError(`the compressed record at offset ${hex(position)} cannot be decompressed: ${(error as Error).message}`);
    }
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  #take(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length > OUTPUT_LIMIT) throw new Error(`it grows beyond ${OUTPUT_LIMIT} bytes`);
    this.#parts.push(part);
  }
}

function compressedData(block: Block, at: number): Uint8Array | null {
  const record = block.record(at);
  if (block.type(at) === PERF_RECORD_COMPRESSED) return record.subarray(RECORD_HEADER_SIZE);
  if (block.type(at) !== PERF_RECORD_COMPRESSED2 || record.length < 16) return null;
  const start = RECORD_HEADER_SIZE + 8;
  return record.subarray(start, start + Number(block.view.getBigUint64(at + RECORD_HEADER_SIZE, true)));
}
