/**
 * Every record of perf.data as a literal, and from these literals one reader and one writer for all of them.
 * Reference: enum perf_event_type of include/uapi/linux/perf_event.h; tools/lib/perf/include/perf/event.h, v6.1.
 * Not modelled: what AUXTRACE and TRACING_DATA carry behind the record itself.
 */
import type { PerfEventAttr } from '../../kernel/abi/index.ts';
import { align, ByteReader, type ByteWriter } from './bytes.ts';
import { readAttr, writeAttr } from './attr.ts';
import { cpuMap, eventUpdate, type CpuMap, type EventUpdate } from './tool-fields.ts';
import { PerfDataError, hex } from './error.ts';
import {
  array, bytes, chars, counted, mappedObject, optional, padded, s32, struct, text, u16, u32, u64, u8,
  type Field, type Fields, type RecordContext, type Values,
} from './fields.ts';
import type { SampleLayout } from './layout.ts';
import { RECORD_HEADER_SIZE, RECORD_SIZE_MAX } from './record-types.ts';
import { sample, sampleId, sampleRead, type Sample, type SampleId } from './sample.ts';

const attr: Field<PerfEventAttr> = {
  // The ids behind the attr have no count: the attr's own size field says where they begin.
  read: (from) => readAttr(from, Math.min(from.remaining, from.view.getUint32(from.at + 4, from.little) || 64)),
  write: (to, value) => writeAttr(to, value),
};

const task = { pid: s32, tid: s32 };
const fork = { pid: s32, ppid: s32, tid: s32, ptid: s32, time: u64 };
const throttle = { time: u64, id: u64, stream_id: u64 };
const mapping = { start: u64, len: u64, pgoff: u64 };

/** What the kernel writes; each ends in the trailer if the event has sample_id_all. */
const KERNEL_RECORDS = {
  MMAP: [1, { ...task, ...mapping, filename: text() }],
  LOST: [2, { id: u64, lost: u64 }],
  COMM: [3, { ...task, comm: text() }],
  EXIT: [4, fork],
  THROTTLE: [5, throttle],
  UNTHROTTLE: [6, throttle],
  FORK: [7, fork],
  READ: [8, { ...task, read: sampleRead }],
  MMAP2: [10, { ...task, ...mapping, object: mappedObject, prot: u32, flags: u32, filename: text() }],
  AUX: [11, { aux_offset: u64, aux_size: u64, flags: u64 }],
  ITRACE_START: [12, task],
  LOST_SAMPLES: [13, { lost: u64 }],
  SWITCH: [14, {}],
  SWITCH_CPU_WIDE: [15, { next_prev_pid: s32, next_prev_tid: s32 }],
  NAMESPACES: [16, { ...task, link_info: counted(u64, struct({ dev: u64, ino: u64 }), 16) }],
  KSYMBOL: [17, { addr: u64, len: u32, ksym_type: u16, flags: u16, symbol: text() }],
  BPF_EVENT: [18, { bpf_type: u16, flags: u16, id: u32, tag: bytes(8) }],
  CGROUP: [19, { id: u64, path: text() }],
  TEXT_POKE: [20, { addr: u64, old_len: u16, new_len: u16, code: bytes() }],
  AUX_OUTPUT_HW_ID: [21, { hw_id: u64 }],
} as const;

/** What only the tool writes; none has a trailer. */
const TOOL_RECORDS = {
  ATTR: [64, { attr, ids: array(u64, 8) }],
  EVENT_TYPE: [65, { event_id: u64, event_name: padded(8) }],
  TRACING_DATA: [66, { size: u32, pad: optional(u32) }],
  BUILD_ID: [67, { pid: s32, build_id: bytes(20), build_id_size: u8, reserved: bytes(3), filename: text(64) }],
  FINISHED_ROUND: [68, {}],
  ID_INDEX: [69, { entries: counted(u64, struct({ id: u64, idx: u64, cpu: u64, tid: u64 }), 32) }],
  AUXTRACE_INFO: [70, { auxtrace_type: u32, reserved: u32, priv: array(u64, 8) }],
  AUXTRACE: [71, { size: u64, offset: u64, reference: u64, idx: u32, tid: u32, cpu: u32, reserved: u32 }],
  AUXTRACE_ERROR: [72, {
    error_type: u32, code: u32, cpu: u32, pid: s32, tid: s32, fmt: u32, ip: u64, time: u64, msg: chars(64),
    machine_pid: optional(u32), vcpu: optional(u32),
  }],
  THREAD_MAP: [73, { threads: counted(u64, struct({ pid: u64, comm: chars(16) }), 24) }],
  CPU_MAP: [74, { cpus: cpuMap }],
  STAT_CONFIG: [75, { data: counted(u64, struct({ tag: u64, val: u64 }), 16) }],
  STAT: [76, { id: u64, cpu: u32, thread: u32, val: u64, ena: u64, run: u64 }],
  STAT_ROUND: [77, { round_type: u64, time: u64 }],
  EVENT_UPDATE: [78, { update: eventUpdate }],
  TIME_CONV: [79, {
    time_shift: u64, time_mult: u64, time_zero: u64, time_cycles: optional(u64), time_mask: optional(u64),
    cap_user_time: optional(u64),
  }],
  FEATURE: [80, { feat_id: u64, data: bytes() }],
  COMPRESSED: [81, { data: bytes() }],
  FINISHED_INIT: [82, {}],
  COMPRESSED2: [83, { data_size: u64, data: bytes() }],
} as const;

const RECORDS = { ...KERNEL_RECORDS, ...TOOL_RECORDS };
type Name = keyof typeof RECORDS;

interface Common {
  /** misc of the header: the CPU mode and flags. */
  misc?: number;
  /** Bytes that the record has beyond what its type defines, in its place. */
  rest?: Uint8Array;
}

type Bodies = {
  [N in Name]: { name: N } & Common & Values<(typeof RECORDS)[N][1]>
    & (N extends keyof typeof KERNEL_RECORDS ? { sample_id?: SampleId } : unknown);
};

/** A decoded record; `name` tells which it is. Unknown types keep their bytes. */
export type PerfRecord =
  | Bodies[Name]
  | ({ name: 'SAMPLE'; sample: Sample } & Common)
  | ({ name: 'UNKNOWN'; type: number; body: Uint8Array } & Common);

export type RecordOf<N extends PerfRecord['name']> = Extract<PerfRecord, { name: N }>;
export type { CpuMap, EventUpdate };

interface Codec {
  name: Name | 'SAMPLE';
  type: number;
  body: Field<Record<string, unknown>>;
  trailer: boolean;
}

function codecs(): Codec[] {
  const all: Codec[] = [];
  for (const [name, [type, fields]] of Object.entries(RECORDS) as [Name, [number, Fields]][]) {
    all[type] = { name, type, body: struct(fields), trailer: name in KERNEL_RECORDS };
  }
  const body = struct({ sample }) as Field<Record<string, unknown>>;
  all[9] = { name: 'SAMPLE', type: 9, body, trailer: false };
  return all;
}

const BY_TYPE = codecs();
const BY_NAME = new Map<string, Codec>(BY_TYPE.filter(Boolean).map((codec) => [codec.name, codec]));

/** Reads one whole record, header included, from bytes that begin at offset `position` of the file. */
export function decodeRecord(record: Uint8Array, layout: SampleLayout, position = 0, little = true): PerfRecord {
  const from = new ByteReader(record, 'the record', position, little);
  const type = from.u32();
  const misc = from.u16();
  const size = from.u16();
  if (size < RECORD_HEADER_SIZE || size > record.length) {
    throw new PerfDataError(`the record at offset ${hex(position)} says it has ${size} bytes; there are ${record.length}`);
  }
  const codec = BY_TYPE[type];
  if (codec === undefined) return { name: 'UNKNOWN', type, misc, body: record.slice(RECORD_HEADER_SIZE, size) };
  return decodeBody(from, codec, { misc, layout }, size);
}

function decodeBody(from: ByteReader, codec: Codec, context: RecordContext, size: number): PerfRecord {
  const trailerSize = codec.trailer ? context.layout.trailerSize : 0;
  from.end = size - trailerSize;
  const record: Record<string, unknown> = { name: codec.name, misc: context.misc, ...codec.body.read(from, context) };
  if (from.remaining > 0) record['rest'] = from.slice(from.remaining).slice();
  if (trailerSize > 0) {
    from.end = size;
    record['sample_id'] = sampleId.read(from, context);
  }
  return record as unknown as PerfRecord;
}

/**
 * Appends the record's bytes to `to`. A kernel record without a `sample_id` gets zeros for it, as perf's synthesised ones
 * do. Strings are padded as little as can be, or so that the record has `length` bytes.
 */
export function encodeRecord(to: ByteWriter, record: PerfRecord, layout: SampleLayout, length = 0): void {
  const start = to.at;
  const misc = record.misc ?? 0;
  const context = { misc, layout };
  const codec = BY_NAME.get(record.name);
  to.u32(record.name === 'UNKNOWN' ? record.type : codec!.type);
  to.u16(misc);
  to.u16(0);
  if (record.name === 'UNKNOWN') to.put(record.body);
  else codec!.body.write(to, record as unknown as Record<string, unknown>, context);
  if (record.rest !== undefined) to.put(record.rest);
  const trailerSize = codec?.trailer ? layout.trailerSize : 0;
  const bodySize = to.at - start;
  to.zeros(Math.max(0, (length || (trailerSize && align(bodySize, 8) + trailerSize)) - trailerSize - bodySize));
  if (trailerSize > 0) sampleId.write(to, ('sample_id' in record && record.sample_id) || {}, context);
  const size = to.at - start;
  if (size > RECORD_SIZE_MAX) {
    throw new PerfDataError(`a ${record.name} record of ${size} bytes cannot be written: its size field holds at most ${RECORD_SIZE_MAX}`);
  }
  to.patchU16(start + 6, size);
}
