/**
 * The bytes of a record, sixteen to a line, in hexadecimal and as characters.
 * Reference: trace_event_printer() of tools/perf/util/debug.c and print_binary.c, v6.1.
 * Not modelled: colours.
 */
import { piece, type Output } from './output.ts';

const PER_LINE = 16;
/** ".  0000: " and then " xx" for each byte, two spaces, the characters, newline. */
const PREFIX = 9;
const CHARACTERS = PREFIX + 3 * PER_LINE + 2;
const LINE = CHARACTERS + PER_LINE + 1;

const SPACE = 0x20;
const DOT = 0x2e;

const DIGITS = new TextEncoder().encode('0123456789abcdef');
const HEAD = piece('.\n. ... raw event: size ');
const HEAD_END = piece(' bytes\n');
const TAIL = piece('\n');

/** Lines begin like this: the offset's digits are filled in. */
const LINE_START = new TextEncoder().encode('.  0000: ');

/** For each byte " xx" and a space behind, which the next byte overwrites: one store in place of three. */
const DIGIT_GROUP = Uint32Array.from({ length: 256 }, (_, byte) =>
  SPACE | (DIGITS[byte >> 4] << 8) | (DIGITS[byte & 15] << 16) | (SPACE << 24));
const CHARACTER = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= SPACE && byte < 0x7f ? byte : DOT));

export class Hexdump {
  readonly #out: Output;

  constructor(out: Output) {
    this.#out = out;
  }

  /** Prints `size` bytes of `bytes` from `at` on. */
  print(bytes: Uint8Array, at: number, size: number): void {
    const out = this.#out;
    out.put(HEAD);
    out.decimal(size);
    out.put(HEAD_END);
    for (let offset = 0; offset < size; offset += PER_LINE) this.#line(bytes, at, offset, Math.min(PER_LINE, size - offset));
    out.put(TAIL);
  }

  #line(bytes: Uint8Array, at: number, offset: number, count: number): void {
    const out = this.#out;
    const to = out.reserve(LINE);
    const start = out.at;
    for (let i = 0; i < PREFIX; i++) to[start + i] = LINE_START[i];
    to[start + 3] = DIGITS[(offset >> 12) & 15];
    to[start + 4] = DIGITS[(offset >> 8) & 15];
    to[start + 5] = DIGITS[(offset >> 4) & 15];
    to[start + 6] = DIGITS[offset & 15];
    if (count < PER_LINE) to.fill(SPACE, start + PREFIX, start + LINE);
    const from = at + offset;
    const characters = start + CHARACTERS;
    const { view } = out;
    for (let i = 0; i < count; i++) {
      const byte = bytes[from + i];
      view.setUint32(start + PREFIX + 3 * i, DIGIT_GROUP[byte], true);
      to[characters + i] = CHARACTER[byte];
    }
    to[characters - 1] = SPACE;
    to[start + LINE - 1] = 0x0a;
    out.at = start + LINE;
  }
}
