/**
 * Bounded reading and growing writing of the integers, strings and paddings that perf.data is made of.
 * Reference: tools/perf/Documentation/perf.data-file-format.txt.
 * Not modelled: middle-endian machines; a file is little-endian or big-endian throughout.
 */
import { PerfDataError, hex } from './error.ts';

const utf8Decoder = new TextDecoder();
const utf8Encoder = new TextEncoder();

/** `length` rounded up to a multiple of `unit`, a power of two. */
export function align(length: number, unit: number): number {
  return (length + unit - 1) & -unit;
}

/** The text of `bytes` up to the first NUL. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return utf8Decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Reads forward between `at` and `end`; what would pass the end is an error that names `what` and its place in the file. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly little: boolean;
  /** What is being read, for the error's sentence. */
  readonly what: string;
  /** Offset in the file of the first of `bytes`. */
  readonly origin: number;
  at = 0;
  end: number;

  constructor(bytes: Uint8Array, what: string, origin = 0, little = true) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.what = what;
    this.origin = origin;
    this.little = little;
    this.end = bytes.byteLength;
  }

  get remaining(): number {
    return this.end - this.at;
  }

  /** Claims the next `length` bytes and returns where they begin. */
  take(length: number): number {
    const at = this.at;
    if (!(length <= this.end - at)) {
      throw new PerfDataError(
        `${this.what} is cut short: ${length} bytes are needed at offset ${hex(this.origin + at)}, ${this.end - at} are left`);
    }
    this.at = at + length;
    return at;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  u16(): number {
    return this.view.getUint16(this.take(2), this.little);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), this.little);
  }

  s32(): number {
    return this.view.getInt32(this.take(4), this.little);
  }

  u64(): bigint {
    return this.view.getBigUint64(this.take(8), this.little);
  }

  /** A 64-bit offset or size; beyond 2^53 it cannot belong to a file. */
  size(): number {
    const at = this.at;
    const value = this.u64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new PerfDataError(`${this.what} holds an impossible size, ${hex(value)}, at offset ${hex(this.origin + at)}`);
    }
    return Number(value);
  }

  f64(): number {
    return this.view.getFloat64(this.take(8), this.little);
  }

  /** A view of the next `length` bytes. */
  slice(length: number): Uint8Array {
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }

  /** A count of elements that follow, each of at least `elementSize` bytes: checked before anybody allocates. */
  count(value: number | bigint, elementSize: number): number {
    if (BigInt(value) * BigInt(elementSize) > BigInt(this.remaining)) {
      throw new PerfDataError(
        `${this.what} claims ${value} elements before offset ${hex(this.origin + this.at)}, more than its ${this.remaining} bytes hold`);
    }
    return Number(value);
  }
}

/** Writes forward into one buffer that doubles when full. Always little-endian. */
export class ByteWriter {
  at = 0;
  #bytes: Uint8Array;
  #view: DataView;

  constructor(capacity = 4096) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** The bytes written so far, as a view that the next write may change. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.at);
  }

  /** Claims the next `length` bytes and returns where they begin. */
  claim(length: number): number {
    const at = this.at;
    this.at = at + length;
    if (this.at > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.at, 2 * this.#bytes.length));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }

  u8(value: number): void {
    const at = this.claim(1);
    this.#view.setUint8(at, value);
  }

  u16(value: number): void {
    const at = this.claim(2);
    this.#view.setUint16(at, value, true);
  }

  u32(value: number): void {
    const at = this.claim(4);
    this.#view.setUint32(at, value, true);
  }

  u64(value: bigint): void {
    const at = this.claim(8);
    this.#view.setBigUint64(at, value, true);
  }

  f64(value: number): void {
    const at = this.claim(8);
    this.#view.setFloat64(at, value, true);
  }

  put(bytes: Uint8Array): void {
    const at = this.claim(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Zero bytes, also over what an earlier use of the buffer left there. */
  zeros(length: number): void {
    const at = this.claim(length);
    this.#bytes.fill(0, at, at + length);
  }

  /** A string, its NUL, and zeros up to a multiple of `unit` bytes. */
  text(value: string, unit: number): void {
    const bytes = utf8Encoder.encode(value);
    this.put(bytes);
    this.zeros(align(bytes.length + 1, unit) - bytes.length);
  }

  /** Rewrites a 16-bit value written before: the size in a record's header. */
  patchU16(at: number, value: number): void {
    this.#view.setUint16(at, value, true);
  }

  /** Rewrites a 32-bit value written before: the length of a string. */
  patchU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }
}
