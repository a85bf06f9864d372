/**
 * Text on its way out, as bytes in one buffer: what printf does for perf, without making a string of every number.
 * Not modelled: printf's formats in general; only those that the reports need.
 */

/** Takes the bytes before it returns; they are overwritten afterwards. */
export type TextSink = (bytes: Uint8Array) => void;

const CAPACITY = 1 << 18;
/** No single piece that is not a string is longer than this. */
const MARGIN = 1 << 10;
const TEN_TO_9 = 1_000_000_000;
/** Powers of ten below 2^32, by exponent. */
const POWERS = Float64Array.from({ length: 10 }, (_, exponent) => 10 ** exponent);
const ZERO = 0x30;
const SPACE = 0x20;

const encoder = new TextEncoder();

/** For each byte its two hexadecimal digits, the first in the low byte. */
const HEX_PAIRS = Uint16Array.from({ length: 256 }, (_, byte) => {
  const [first, second] = byte.toString(16).padStart(2, '0');
  return first.charCodeAt(0) | (second.charCodeAt(0) << 8);
});

/** A text that is printed again and again: encoded once, and kept in words of four bytes, which are copied at once. */
export interface Piece {
  readonly words: Uint32Array;
  readonly length: number;
}

export function piece(text: string): Piece {
  const bytes = encoder.encode(text);
  const padded = new Uint8Array((bytes.length + 3) & ~3);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  return { words: Uint32Array.from({ length: padded.length / 4 }, (_, i) => view.getUint32(4 * i, true)), length: bytes.length };
}

/** Two decimal digits of each number below 100, the first in the low byte. */
const DECIMAL_PAIRS = Uint16Array.from({ length: 100 }, (_, number) => (ZERO + Math.floor(number / 10)) | ((ZERO + (number % 10)) << 8));

/** How many digits a number below 2^32 has. */
function digitsOf(value: number): number {
  let digits = 1;
  while (digits < POWERS.length && value >= POWERS[digits]) digits++;
  return digits;
}

export class Output {
  readonly #sink: TextSink;
  readonly #bytes = new Uint8Array(CAPACITY);
  /** The same buffer, for storing several bytes at once. */
  readonly view = new DataView(this.#bytes.buffer);
  #at = 0;
  #flushed = 0;

  constructor(sink: TextSink) {
    this.#sink = sink;
  }

  flush(): void {
    if (this.#at > 0) this.#sink(this.#bytes.subarray(0, this.#at));
    this.#flushed += this.#at;
    this.#at = 0;
  }

  /** Bytes in all. */
  get written(): number {
    return this.#flushed + this.#at;
  }

  /** Makes sure that `length` bytes fit, and hands out the buffer; `advance` says how many were used. */
  reserve(length = MARGIN): Uint8Array {
    if (this.#at + length > CAPACITY) this.flush();
    return this.#bytes;
  }

  get at(): number {
    return this.#at;
  }

  set at(value: number) {
    this.#at = value;
  }

  text(text: string): void {
    const bytes = this.reserve(Math.min(3 * text.length, CAPACITY));
    if (3 * text.length <= CAPACITY) {
      this.#at += encoder.encodeInto(text, bytes.subarray(this.#at)).written;
      return;
    }
    this.flush();
    const encoded = encoder.encode(text);
    this.#sink(encoded);
    this.#flushed += encoded.length;
  }

  /** What was encoded before: the cheapest text. Up to three bytes behind it are overwritten later. */
  put({ words, length }: Piece): void {
    this.reserve(length + 4);
    const { view } = this;
    const at = this.#at;
    for (let i = 0; i < words.length; i++) view.setUint32(at + 4 * i, words[i], true);
    this.#at = at + length;
  }

  byte(byte: number): void {
    this.reserve(1)[this.#at++] = byte;
  }

  /** %*u of a 64-bit value */
  paddedDecimal(low: number, high: number, width: number): void {
    if (high > 0) return this.text((((BigInt(high)) << 32n) | BigInt(low)).toString().padStart(width));
    const bytes = this.reserve();
    for (let spaces = width - digitsOf(low); spaces > 0; spaces--) bytes[this.#at++] = SPACE;
    this.#smallDecimal(low, 1);
  }

  /** %02x */
  hexByte(byte: number): void {
    const pair = HEX_PAIRS[byte];
    this.#bytes[this.#at++] = pair & 0xff;
    this.#bytes[this.#at++] = pair >> 8;
  }

  /** %x of a 64-bit value */
  hex(low: number, high = 0): void {
    this.reserve();
    let digits = high > 0 ? 16 - (Math.clz32(high) >> 2) : 8 - (Math.clz32(low) >> 2);
    if (digits === 0) digits = 1;
    for (let digit = digits - 1; digit >= 0; digit--) {
      const nibble = digit < 8 ? (low >>> (4 * digit)) & 15 : (high >>> (4 * digit - 32)) & 15;
      this.#bytes[this.#at++] = nibble + (nibble < 10 ? ZERO : 0x57);
    }
  }

  /** %#x of a 64-bit value: zero has no prefix */
  hashHex(low: number, high = 0): void {
    this.reserve();
    if (low !== 0 || high !== 0) {
      this.#bytes[this.#at++] = ZERO;
      this.#bytes[this.#at++] = 0x78;
    }
    this.hex(low, high);
  }

  /** %016x of a 64-bit value */
  hex16(low: number, high: number): void {
    this.reserve();
    for (const word of [high, low]) for (let shift = 24; shift >= 0; shift -= 8) this.hexByte((word >>> shift) & 0xff);
  }

  /** %u of a 64-bit value */
  decimal(low: number, high = 0): void {
    if (high === 0) return this.#smallDecimal(low, 1);
    if (high >= 0x20_0000) return this.text(((BigInt(high) << 32n) | BigInt(low)).toString());
    const value = high * 2 ** 32 + low;
    const front = Math.floor(value / TEN_TO_9);
    if (front === 0) return this.#smallDecimal(value, 1);
    this.decimal(front % 2 ** 32, Math.floor(front / 2 ** 32));
    this.#smallDecimal(value - front * TEN_TO_9, 9);
  }

  /** Behind seconds: the point, six digits of microseconds, and ": ". */
  fraction(microseconds: number): void {
    this.reserve()[this.#at++] = 0x2e;
    this.#smallDecimal(microseconds, 6);
    this.#bytes[this.#at++] = 0x3a;
    this.#bytes[this.#at++] = 0x20;
  }

  /** %d of a 32-bit value */
  signed(value: number): void {
    this.reserve();
    if (value >= 0) return this.#smallDecimal(value, 1);
    this.#bytes[this.#at++] = 0x2d;
    this.#smallDecimal(-value, 1);
  }

  /** A number below 2^32 with at least `width` digits, two at a time from the last. */
  #smallDecimal(value: number, width: number): void {
    const bytes = this.reserve();
    const { view } = this;
    const start = this.#at;
    let end = start + Math.max(width, digitsOf(value));
    this.#at = end;
    let rest = value >>> 0;
    for (; end - start >= 2; end -= 2) {
      const next = (rest / 100) >>> 0;
      view.setUint16(end - 2, DECIMAL_PAIRS[rest - next * 100], true);
      rest = next;
    }
    if (end > start) bytes[start] = ZERO + rest;
  }
}

/** Everything written, as one string: for tests and for small texts. */
export function collect(write: (out: Output) => void): string {
  const parts: string[] = [];
  const decoder = new TextDecoder();
  const out = new Output((bytes) => parts.push(decoder.decode(bytes, { stream: true })));
  write(out);
  out.flush();
  return parts.join('') + decoder.decode();
}
