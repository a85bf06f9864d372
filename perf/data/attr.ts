/**
 * The bytes of struct perf_event_attr, in every size from 64 (v2.6.31) to 136 (v6.5).
 * Reference: include/uapi/linux/perf_event.h; tools/perf/util/header.c, read_attr().
 * Not modelled: what a later kernel appended beyond 136 bytes is skipped.
 */
import {
  ATTR_FLAGS, ATTR_PRECISE_IP_SHIFT, PERF_ATTR_SIZE_VER0, perf_event_attr, type AttrFlag, type PerfEventAttr,
} from '../../kernel/abi/index.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { PerfDataError, hex } from './error.ts';

type NumberField = { [K in keyof PerfEventAttr]: PerfEventAttr[K] extends number ? K : never }[keyof PerfEventAttr];
type BigintField = { [K in keyof PerfEventAttr]: PerfEventAttr[K] extends bigint ? K : never }[keyof PerfEventAttr];
type LayoutEntry = readonly ['u16' | 'u32', NumberField | null] | readonly ['u64', BigintField] | readonly ['flags', null];

/** The structure from its first byte on; null marks reserved space. */
const LAYOUT: readonly LayoutEntry[] = [
  ['u32', 'type'], ['u32', 'size'], ['u64', 'config'], ['u64', 'sample_period'], ['u64', 'sample_type'],
  ['u64', 'read_format'], ['flags', null], ['u32', 'wakeup_events'], ['u32', 'bp_type'], ['u64', 'config1'],
  ['u64', 'config2'],
  ['u64', 'branch_sample_type'],
  ['u64', 'sample_regs_user'], ['u32', 'sample_stack_user'], ['u32', 'clockid'],
  ['u64', 'sample_regs_intr'],
  ['u32', 'aux_watermark'], ['u16', 'sample_max_stack'], ['u16', null],
  ['u32', 'aux_sample_size'], ['u32', null],
  ['u64', 'sig_data'],
  ['u64', 'config3'],
];

const WIDTH = { u16: 2, u32: 4, u64: 8, flags: 8 } as const;

const FLAG_BITS = Object.entries(ATTR_FLAGS) as [AttrFlag, number][];
const PRECISE_IP_MASK = 3n << BigInt(ATTR_PRECISE_IP_SHIFT);
const KNOWN_FLAGS = FLAG_BITS.reduce((mask, [, bit]) => mask | (1n << BigInt(bit)), PRECISE_IP_MASK);

function flagWord(attr: PerfEventAttr): bigint {
  let word = attr.reserved_flags | (BigInt(attr.precise_ip) << BigInt(ATTR_PRECISE_IP_SHIFT));
  for (const [flag, bit] of FLAG_BITS) if (attr[flag]) word |= 1n << BigInt(bit);
  return word;
}

/** Bit fields are counted from the other end of each byte on a big-endian machine, but the bytes keep their order. */
function bigEndianFlagWord(from: ByteReader): bigint {
  let word = 0n;
  for (let byte = 0; byte < 8; byte++) {
    const value = from.u8();
    for (let bit = 0; bit < 8; bit++) if (value & (0x80 >> bit)) word |= 1n << BigInt(8 * byte + bit);
  }
  return word;
}

function setFlags(attr: PerfEventAttr, word: bigint): void {
  for (const [flag, bit] of FLAG_BITS) attr[flag] = ((word >> BigInt(bit)) & 1n) === 1n;
  attr.precise_ip = Number((word & PRECISE_IP_MASK) >> BigInt(ATTR_PRECISE_IP_SHIFT));
  attr.reserved_flags = word & ~KNOWN_FLAGS;
}

/** Writes the first `attr.size` bytes of the structure. */
export function writeAttr(to: ByteWriter, attr: PerfEventAttr): void {
  const end = to.at + attr.size;
  for (const [kind, field] of LAYOUT) {
    if (to.at + WIDTH[kind] > end) break;
    if (kind === 'flags') to.u64(flagWord(attr));
    else if (kind === 'u64') to.u64(attr[field]);
    else to[kind](field === null ? 0 : attr[field] & (kind === 'u16' ? 0xffff : -1));
  }
  to.zeros(end - to.at);
}

/**
 * Reads an attr that has `space` bytes in the file. Its own size field says how much of them is the structure;
 * a size of 0 is what the first tools wrote for 64.
 */
export function readAttr(from: ByteReader, space: number): PerfEventAttr {
  const start = from.take(space);
  const next = from.at;
  from.at = start;
  const attr = perf_event_attr();
  for (const [kind, field] of LAYOUT) {
    const length = Math.max(attr.size, PERF_ATTR_SIZE_VER0);
    if (from.at + WIDTH[kind] > start + Math.min(length, space)) break;
    if (kind === 'flags') setFlags(attr, from.little ? from.u64() : bigEndianFlagWord(from));
    else if (kind === 'u64') attr[field] = from.u64();
    else {
      const value = from[kind]();
      if (field !== null) attr[field] = value;
    }
    if (field === 'size') checkSize(attr, space, from.origin + start);
  }
  from.at = next;
  return attr;
}

function checkSize(attr: PerfEventAttr, space: number, position: number): void {
  attr.size ||= PERF_ATTR_SIZE_VER0;
  if (attr.size < PERF_ATTR_SIZE_VER0 || attr.size > space) {
    throw new PerfDataError(
      `the event attribute at offset ${hex(position)} says it has ${attr.size} bytes; it must have at least 64 and has room for ${space}`);
  }
}
