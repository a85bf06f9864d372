/**
 * The SAMPLE record and the trailer of all other records: the fields that attr.sample_type selects, in the kernel's order.
 * Reference: tools/perf/util/evsel.c, evsel__parse_sample(), v6.1; include/uapi/linux/perf_event.h.
 * Not modelled: nothing; branch flags and data_src are given as the 64-bit words that they are.
 */
import {
  PERF_FORMAT_GROUP, PERF_FORMAT_ID, PERF_FORMAT_LOST, PERF_FORMAT_TOTAL_TIME_ENABLED, PERF_FORMAT_TOTAL_TIME_RUNNING,
  PERF_SAMPLE_ADDR, PERF_SAMPLE_AUX, PERF_SAMPLE_BRANCH_STACK, PERF_SAMPLE_CALLCHAIN, PERF_SAMPLE_CGROUP,
  PERF_SAMPLE_CODE_PAGE_SIZE, PERF_SAMPLE_CPU, PERF_SAMPLE_DATA_PAGE_SIZE, PERF_SAMPLE_DATA_SRC, PERF_SAMPLE_ID,
  PERF_SAMPLE_IDENTIFIER, PERF_SAMPLE_IP, PERF_SAMPLE_PERIOD, PERF_SAMPLE_PHYS_ADDR, PERF_SAMPLE_RAW,
  PERF_SAMPLE_READ, PERF_SAMPLE_REGS_INTR, PERF_SAMPLE_REGS_USER, PERF_SAMPLE_STACK_USER, PERF_SAMPLE_STREAM_ID,
  PERF_SAMPLE_TID, PERF_SAMPLE_TIME, PERF_SAMPLE_TRANSACTION, PERF_SAMPLE_WEIGHT, PERF_SAMPLE_WEIGHT_STRUCT,
} from '../../kernel/abi/index.ts';
import { align, type ByteReader, type ByteWriter } from './bytes.ts';
import { counted, struct, u32, u64, type Field, type RecordContext, type Values } from './fields.ts';
import type { SampleLayout } from './layout.ts';

/** attr.branch_sample_type: the branch stack opens with the index of the hardware's newest entry. */
const PERF_SAMPLE_BRANCH_HW_INDEX = 1n << 17n;

/** One counter's part of PERF_SAMPLE_READ, or of a READ record. */
export interface ReadValue {
  value: bigint;
  id?: bigint;
  lost?: bigint;
}

export interface SampleRead {
  time_enabled?: bigint;
  time_running?: bigint;
  /** One value, or with PERF_FORMAT_GROUP one for each event of the group. */
  values: ReadValue[];
}

const has = (mask: bigint, bit: number): boolean => (mask & BigInt(bit)) !== 0n;

function readTimes(from: ByteReader, format: bigint, into: SampleRead): void {
  if (has(format, PERF_FORMAT_TOTAL_TIME_ENABLED)) into.time_enabled = from.u64();
  if (has(format, PERF_FORMAT_TOTAL_TIME_RUNNING)) into.time_running = from.u64();
}

function readIdAndLost(from: ByteReader, format: bigint, into: ReadValue): ReadValue {
  if (has(format, PERF_FORMAT_ID)) into.id = from.u64();
  if (has(format, PERF_FORMAT_LOST)) into.lost = from.u64();
  return into;
}

function writeTimes(to: ByteWriter, format: bigint, read: SampleRead): void {
  if (has(format, PERF_FORMAT_TOTAL_TIME_ENABLED)) to.u64(read.time_enabled ?? 0n);
  if (has(format, PERF_FORMAT_TOTAL_TIME_RUNNING)) to.u64(read.time_running ?? 0n);
}

function writeIdAndLost(to: ByteWriter, format: bigint, read: ReadValue): void {
  if (has(format, PERF_FORMAT_ID)) to.u64(read.id ?? 0n);
  if (has(format, PERF_FORMAT_LOST)) to.u64(read.lost ?? 0n);
}

/** What read(2) on the event would return, as attr.read_format orders it. */
export const sampleRead: Field<SampleRead> = {
  absent: { values: [{ value: 0n }] },
  read(from, { layout: { read_format } }) {
    const read: SampleRead = { values: [] };
    const first = from.u64();
    readTimes(from, read_format, read);
    if (!has(read_format, PERF_FORMAT_GROUP)) {
      read.values.push(readIdAndLost(from, read_format, { value: first }));
      return read;
    }
    for (let left = from.count(first, 8); left > 0; left--) {
      read.values.push(readIdAndLost(from, read_format, { value: from.u64() }));
    }
    return read;
  },
  write(to, read, { layout: { read_format } }) {
    const group = has(read_format, PERF_FORMAT_GROUP);
    to.u64(group ? BigInt(read.values.length) : read.values[0].value);
    writeTimes(to, read_format, read);
    for (const value of read.values) {
      if (group) to.u64(value.value);
      writeIdAndLost(to, read_format, value);
    }
  },
};

/** Bytes behind a u32 length, the two together a multiple of 8. */
const raw: Field<Uint8Array> = {
  absent: new Uint8Array(),
  read: (from) => from.slice(from.u32()).slice(),
  write(to, value) {
    const length = align(value.length + 4, 8) - 4;
    to.u32(length);
    to.put(value);
    to.zeros(length - value.length);
  },
};

export interface BranchStack {
  hw_idx?: bigint;
  entries: { from: bigint; to: bigint; flags: bigint }[];
}

const branchEntry = struct({ from: u64, to: u64, flags: u64 });

const branchStack: Field<BranchStack> = {
  read(from, context) {
    const count = from.count(from.u64(), 24);
    const hw_idx = context.layout.branch_sample_type & PERF_SAMPLE_BRANCH_HW_INDEX ? from.u64() : undefined;
    const entries = Array.from({ length: count }, () => branchEntry.read(from, context));
    return hw_idx === undefined ? { entries } : { hw_idx, entries };
  },
  write(to, value, context) {
    to.u64(BigInt(value.entries.length));
    if (context.layout.branch_sample_type & PERF_SAMPLE_BRANCH_HW_INDEX) to.u64(value.hw_idx ?? 0n);
    for (const entry of value.entries) branchEntry.write(to, entry, context);
  },
};

export interface RegsDump {
  /** 0 none (and no values follow), 1 32-bit, 2 64-bit. */
  abi: bigint;
  /** One for each bit of the attr's mask. */
  values: bigint[];
}

function regs(mask: (layout: SampleLayout) => bigint): Field<RegsDump> {
  return {
    read(from, { layout }) {
      const abi = from.u64();
      const values: bigint[] = [];
      if (abi !== 0n) for (let rest = mask(layout); rest; rest &= rest - 1n) values.push(from.u64());
      return { abi, values };
    },
    write(to, value) {
      to.u64(value.abi);
      for (const register of value.values) to.u64(register);
    },
  };
}

export interface StackDump {
  /** What was copied, and after it what the kernel had left of its promise. */
  bytes: Uint8Array;
  /** How many of the bytes are the stack. */
  dynamic_size: bigint;
}

const stack: Field<StackDump> = {
  read(from) {
    const size = from.count(from.u64(), 1);
    if (size === 0) return { bytes: new Uint8Array(), dynamic_size: 0n };
    return { bytes: from.slice(size).slice(), dynamic_size: from.u64() };
  },
  write(to, value) {
    to.u64(BigInt(value.bytes.length));
    to.put(value.bytes);
    if (value.bytes.length > 0) to.u64(value.dynamic_size);
  },
};

const aux: Field<Uint8Array> = {
  read: (from) => from.slice(from.count(from.u64(), 1)).slice(),
  write(to, value) {
    to.u64(BigInt(value.length));
    to.put(value);
  },
};

const task = struct({ pid: u32, tid: u32 });
const cpu = struct({ cpu: u32, res: u32 });

/** sample_type's bits in the order in which the kernel writes what they select. */
const SAMPLE_FIELDS = {
  identifier: [PERF_SAMPLE_IDENTIFIER, u64], ip: [PERF_SAMPLE_IP, u64], task: [PERF_SAMPLE_TID, task],
  time: [PERF_SAMPLE_TIME, u64], addr: [PERF_SAMPLE_ADDR, u64], id: [PERF_SAMPLE_ID, u64],
  stream_id: [PERF_SAMPLE_STREAM_ID, u64], cpu: [PERF_SAMPLE_CPU, cpu], period: [PERF_SAMPLE_PERIOD, u64],
  read: [PERF_SAMPLE_READ, sampleRead], callchain: [PERF_SAMPLE_CALLCHAIN, counted(u64, u64, 8)],
  raw: [PERF_SAMPLE_RAW, raw], branch_stack: [PERF_SAMPLE_BRANCH_STACK, branchStack],
  regs_user: [PERF_SAMPLE_REGS_USER, regs((layout) => layout.regs_user)],
  stack_user: [PERF_SAMPLE_STACK_USER, stack],
  weight: [PERF_SAMPLE_WEIGHT | PERF_SAMPLE_WEIGHT_STRUCT, u64], data_src: [PERF_SAMPLE_DATA_SRC, u64],
  transaction: [PERF_SAMPLE_TRANSACTION, u64],
  regs_intr: [PERF_SAMPLE_REGS_INTR, regs((layout) => layout.regs_intr)],
  phys_addr: [PERF_SAMPLE_PHYS_ADDR, u64], cgroup: [PERF_SAMPLE_CGROUP, u64],
  data_page_size: [PERF_SAMPLE_DATA_PAGE_SIZE, u64], code_page_size: [PERF_SAMPLE_CODE_PAGE_SIZE, u64],
  aux: [PERF_SAMPLE_AUX, aux],
} as const;

/** The trailer's bits in their order. */
const TRAILER_FIELDS = {
  task: [PERF_SAMPLE_TID, task], time: [PERF_SAMPLE_TIME, u64], id: [PERF_SAMPLE_ID, u64],
  stream_id: [PERF_SAMPLE_STREAM_ID, u64], cpu: [PERF_SAMPLE_CPU, cpu], identifier: [PERF_SAMPLE_IDENTIFIER, u64],
} as const;

type Selected<T extends Record<string, readonly [number, Field<unknown>]>> =
  Partial<Values<{ [K in keyof T]: T[K][1] }>>;

export type Sample = Selected<typeof SAMPLE_FIELDS>;
export type SampleId = Selected<typeof TRAILER_FIELDS>;

type Selectable = [string, readonly [number, Field<unknown>]][];
const SAMPLE_ENTRIES = Object.entries(SAMPLE_FIELDS) as Selectable;
const TRAILER_ENTRIES = Object.entries(TRAILER_FIELDS) as Selectable;

function readSelected(entries: Selectable, from: ByteReader, context: RecordContext): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, [bits, field]] of entries) {
    if (has(context.layout.sample_type, bits)) values[name] = field.read(from, context);
  }
  return values;
}

function writeSelected(
  entries: Selectable, to: ByteWriter, values: Record<string, unknown>, context: RecordContext,
): void {
  for (const [name, [bits, field]] of entries) {
    if (!has(context.layout.sample_type, bits)) continue;
    const value = values[name] ?? field.absent;
    if (value === undefined) to.zeros(8);
    else field.write(to, value, context);
  }
}

export const sample: Field<Sample> = {
  read: (from, context) => readSelected(SAMPLE_ENTRIES, from, context),
  write: (to, value, context) => writeSelected(SAMPLE_ENTRIES, to, value, context),
};

export const sampleId: Field<SampleId> = {
  read: (from, context) => readSelected(TRAILER_ENTRIES, from, context),
  write: (to, value, context) => writeSelected(TRAILER_ENTRIES, to, value, context),
};

