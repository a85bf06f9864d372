/**
 * The kinds of fields that records are made of. A record type is then a literal: its fields in their order.
 * Reference: include/uapi/linux/perf_event.h, enum perf_event_type.
 * Not modelled: nothing.
 */
import { PERF_RECORD_MISC_MMAP_BUILD_ID } from './record-types.ts';
import { align, textOf, type ByteReader, type ByteWriter } from './bytes.ts';
import type { SampleLayout } from './layout.ts';

/** What a field may have to know besides its bytes. */
export interface RecordContext {
  misc: number;
  layout: SampleLayout;
}

/** For what stands outside of records, and so does not depend on any event's layout. */
export const NO_CONTEXT: RecordContext = { misc: 0, layout: undefined as never };

/** One field: how it is read, and how the same value is written. */
export interface Field<T> {
  read(from: ByteReader, context: RecordContext): T;
  write(to: ByteWriter, value: T, context: RecordContext): void;
  /** What is written where a sample selects the field and has no value for it; eight zero bytes if not said. */
  absent?: T;
}

export type Fields = Record<string, Field<unknown>>;

/** The value that a set of fields describes. */
export type Values<F> = { -readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

export const u8: Field<number> = { read: (from) => from.u8(), write: (to, value) => to.u8(value) };
export const u16: Field<number> = { read: (from) => from.u16(), write: (to, value) => to.u16(value) };
export const u32: Field<number> = { read: (from) => from.u32(), write: (to, value) => to.u32(value) };
/** Signed, for ids of which −1 means the kernel or nobody. */
export const s32: Field<number> = { read: (from) => from.s32(), write: (to, value) => to.u32(value) };
export const u64: Field<bigint> = { read: (from) => from.u64(), write: (to, value) => to.u64(value) };

/** The rest of the record as a string: NUL-terminated, padded to a multiple of `unit` bytes. */
export function text(unit = 8): Field<string> {
  return { read: (from) => textOf(from.slice(from.remaining)), write: (to, value) => to.text(value, unit) };
}

/** The rest of the record as a string padded to a multiple of `unit` bytes; one that fills them has no NUL. */
export function padded(unit: number): Field<string> {
  return {
    read: (from) => textOf(from.slice(from.remaining)),
    write(to, value) {
      const bytes = new TextEncoder().encode(value);
      to.put(bytes);
      to.zeros(align(bytes.length, unit) - bytes.length);
    },
  };
}

/** A string in an array of `length` bytes that need not end in a NUL. */
export function chars(length: number): Field<string> {
  return {
    read: (from) => textOf(from.slice(length)),
    write(to, value) {
      const bytes = new TextEncoder().encode(value).subarray(0, length);
      to.put(bytes);
      to.zeros(length - bytes.length);
    },
  };
}

/** A fixed number of raw bytes, or the rest of the record. */
export function bytes(length?: number): Field<Uint8Array> {
  return {
    read: (from) => from.slice(length ?? from.remaining).slice(),
    write: (to, value) => to.put(value),
  };
}

/** Several fields in a row as one value. */
export function struct<F extends Fields>(fields: F): Field<Values<F>> {
  const entries = Object.entries(fields) as [keyof F & string, Field<unknown>][];
  return {
    read: (from, context) =>
      Object.fromEntries(entries.map(([name, field]) => [name, field.read(from, context)])) as Values<F>,
    write(to, value, context) {
      for (const [name, field] of entries) field.write(to, value[name], context);
    },
  };
}

/** A count and as many elements of at least `elementSize` bytes. */
export function counted<T>(count: Field<number> | Field<bigint>, element: Field<T>, elementSize: number): Field<T[]> {
  return {
    read: (from, context) =>
      Array.from({ length: from.count(count.read(from, context), elementSize) }, () => element.read(from, context)),
    write(to, value, context) {
      if (count === u64) u64.write(to, BigInt(value.length), context);
      else (count as Field<number>).write(to, value.length, context);
      for (const item of value) element.write(to, item, context);
    },
  };
}

/** As many elements of `elementSize` bytes as the rest of the record holds. */
export function array<T>(element: Field<T>, elementSize: number): Field<T[]> {
  return {
    read: (from, context) =>
      Array.from({ length: Math.floor(from.remaining / elementSize) }, () => element.read(from, context)),
    write(to, value, context) {
      for (const item of value) element.write(to, item, context);
    },
  };
}

/** A field that older tools did not write yet: undefined when the record ends before it. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return {
    read: (from, context) => (from.remaining > 0 ? field.read(from, context) : undefined),
    write(to, value, context) {
      if (value !== undefined) field.write(to, value, context);
    },
  };
}

/** What identifies the mapped file of an MMAP2: its build id, or its device and inode. */
export type MappedObject =
  | { build_id: Uint8Array }
  | { maj: number; min: number; ino: bigint; ino_generation: bigint };

const device = struct({ maj: u32, min: u32, ino: u64, ino_generation: u64 });

export const mappedObject: Field<MappedObject> = {
  read(from, context) {
    if (!(context.misc & PERF_RECORD_MISC_MMAP_BUILD_ID)) return device.read(from, context);
    const [size] = from.slice(4);
    return { build_id: from.slice(20).slice(0, Math.min(size, 20)) };
  },
  write(to, value, context) {
    if (!('build_id' in value)) return device.write(to, value, context);
    to.u32(value.build_id.length);
    to.put(value.build_id);
    to.zeros(20 - value.build_id.length);
  },
};
