/**
 * The head of a perf.data file: where the attributes, the data and the features are.
 * Reference: struct perf_file_header of tools/perf/util/header.h and perf_file_header__read() of header.c, v6.1.
 * Not modelled: version 1 of the format (PERFFILE, before v2.6.36), and the extra header sizes of perf before v2.6.33.
 */
import { ByteReader, ByteWriter } from './bytes.ts';
import { PerfDataError, hex } from './error.ts';

/** "PERFILE2" read as a little-endian u64 is what a machine of either order writes for itself. */
const MAGIC = 'PERFILE2';
const SWAPPED_MAGIC = '2ELIFREP';

export const FILE_HEADER_SIZE = 104;
export const PIPE_HEADER_SIZE = 16;
/** Files of the first tools end their header before the feature bitmap. */
const HEADER_SIZE_WITHOUT_FEATURES = 72;
const FEATURE_BITS = 256;

/** A part of the file. */
export interface Section {
  offset: number;
  size: number;
}

export interface FileHeader {
  little: boolean;
  /** The format of `perf record -o -`: no sections, everything is in records. */
  pipe: boolean;
  attrSize: number;
  attrs: Section;
  data: Section;
  /** Bits of the features, ascending. */
  features: number[];
}

function byteOrder(start: Uint8Array): boolean {
  const magic = String.fromCharCode(...start.subarray(0, 8));
  if (magic === MAGIC) return true;
  if (magic === SWAPPED_MAGIC) return false;
  if (magic === 'PERFFILE' || magic === 'ELIFFREP') {
    throw new PerfDataError('the file has version 1 of the format, of perf before 2.6.36; record it again with a later perf');
  }
  throw new PerfDataError('the file is not a recording of perf: it does not begin with PERFILE2; record one with `perfsim record`');
}

function section(from: ByteReader): Section {
  return { offset: from.size(), size: from.size() };
}

function featureBits(bitmap: Uint8Array, little: boolean): number[] {
  const bits: number[] = [];
  for (let bit = 0; bit < FEATURE_BITS; bit++) {
    // The bitmap is an array of u64, so that on a big-endian machine each eight bytes come last first.
    const byte = little ? bit >> 3 : (bit >> 3) ^ 7;
    if (bitmap[byte] & (1 << (bit & 7))) bits.push(bit);
  }
  return bits;
}

/** Reads the header from the first bytes of a file, of which a pipe needs 16 and a file 104. A source without an end has no file. */
export function readHeader(start: Uint8Array, hasEnd = true): FileHeader {
  if (start.length < PIPE_HEADER_SIZE) {
    throw new PerfDataError(`the file ends after ${start.length} bytes, before the ${PIPE_HEADER_SIZE} of the shortest header; was the recording interrupted?`);
  }
  const little = byteOrder(start);
  const from = new ByteReader(start, 'the file header', 0, little);
  from.take(8);
  const size = from.size();
  const nothing = { offset: 0, size: 0 };
  if (size === PIPE_HEADER_SIZE) {
    return { little, pipe: true, attrSize: 0, attrs: nothing, data: nothing, features: [] };
  }
  if (size !== FILE_HEADER_SIZE && size !== HEADER_SIZE_WITHOUT_FEATURES) {
    throw new PerfDataError(`the file header says at offset 0x8 that it has ${size} bytes; 16, 72 or 104 are known`);
  }
  if (!hasEnd) throw new PerfDataError("the recording has the form of a file, which cannot be read from a pipe: name the file itself, or record with '-o -'");
  const attrSize = from.size();
  const attrs = section(from);
  const data = section(from);
  section(from);
  const features = size === FILE_HEADER_SIZE ? featureBits(from.slice(FEATURE_BITS / 8), little) : [];
  checkAttrs(attrSize, attrs);
  return { little, pipe: false, attrSize, attrs, data, features };
}

function checkAttrs(attrSize: number, attrs: Section): void {
  if (attrSize < 80 || attrSize > 4096) {
    throw new PerfDataError(`the file header gives event attributes ${attrSize} bytes at offset 0x10; at least 80 and at most 4096 make sense`);
  }
  if (attrs.size < attrSize) throw new PerfDataError(`the file has no event attribute at offset ${hex(attrs.offset)}, so its data mean nothing`);
}

/** The bytes of a file's header. `eventTypes`: where v3.2 has the names of the events. */
export function fileHeader(header: Pick<FileHeader, 'attrSize' | 'attrs' | 'data' | 'features'>, eventTypes: Section = { offset: 0, size: 0 }): Uint8Array {
  const to = new ByteWriter(FILE_HEADER_SIZE);
  for (const letter of MAGIC) to.u8(letter.charCodeAt(0));
  const { attrSize, attrs, data } = header;
  for (const value of [FILE_HEADER_SIZE, attrSize, attrs.offset, attrs.size, data.offset, data.size, eventTypes.offset, eventTypes.size]) to.u64(BigInt(value));
  const bitmap = new Uint8Array(FEATURE_BITS / 8);
  for (const bit of header.features) bitmap[bit >> 3] |= 1 << (bit & 7);
  to.put(bitmap);
  return to.written;
}

/** The bytes of a pipe's header. */
export function pipeHeader(): Uint8Array {
  const to = new ByteWriter(PIPE_HEADER_SIZE);
  for (const letter of MAGIC) to.u8(letter.charCodeAt(0));
  to.u64(BigInt(PIPE_HEADER_SIZE));
  return to.written;
}
