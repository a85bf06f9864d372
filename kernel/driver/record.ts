/**
 * A record of the ring buffer with its fields by name.
 *
 * Reference: perf_event_open(2), "MMAP layout"; the order of fields is that of perf_output_sample, v6.18.
 * Not modelled: AUX data; the bodies of records that no kernel here writes are left as bytes.
 */
import {
  PERF_FORMAT_GROUP, PERF_FORMAT_ID, PERF_FORMAT_LOST, PERF_FORMAT_TOTAL_TIME_ENABLED, PERF_FORMAT_TOTAL_TIME_RUNNING,
  PERF_RECORD_COMM, PERF_RECORD_EXIT, PERF_RECORD_FORK, PERF_RECORD_LOST, PERF_RECORD_MMAP, PERF_RECORD_MMAP2,
  PERF_RECORD_NAMESPACES, PERF_RECORD_READ, PERF_RECORD_SAMPLE, PERF_RECORD_SWITCH, PERF_RECORD_SWITCH_CPU_WIDE,
  PERF_RECORD_THROTTLE, PERF_RECORD_UNTHROTTLE, PERF_SAMPLE_ADDR, PERF_SAMPLE_AUX, PERF_SAMPLE_BRANCH,
  PERF_SAMPLE_BRANCH_STACK, PERF_SAMPLE_CALLCHAIN, PERF_SAMPLE_CGROUP,
  PERF_SAMPLE_CODE_PAGE_SIZE, PERF_SAMPLE_CPU, PERF_SAMPLE_DATA_PAGE_SIZE, PERF_SAMPLE_DATA_SRC, PERF_SAMPLE_ID,
  PERF_SAMPLE_IDENTIFIER, PERF_SAMPLE_IP, PERF_SAMPLE_PERIOD, PERF_SAMPLE_PHYS_ADDR, PERF_SAMPLE_RAW, PERF_SAMPLE_READ,
  PERF_SAMPLE_REGS_INTR, PERF_SAMPLE_REGS_USER, PERF_SAMPLE_STACK_USER, PERF_SAMPLE_STREAM_ID, PERF_SAMPLE_TID,
  PERF_SAMPLE_TIME, PERF_SAMPLE_TRANSACTION, PERF_SAMPLE_WEIGHT, PERF_SAMPLE_WEIGHT_STRUCT, type PerfEventAttr,
} from '../abi/index.ts';

/** Every field is there only if the record has it. Addresses of the kernel's half are negative. */
export interface DriverRecord {
  readonly type: number;
  readonly misc: number;
  readonly size: number;
  readonly body: DataView;
  identifier?: number;
  ip?: number;
  pid?: number;
  tid?: number;
  ppid?: number;
  ptid?: number;
  time?: number;
  addr?: number;
  id?: number;
  stream_id?: number;
  cpu?: number;
  period?: number;
  /** What read(2) would have returned. */
  values?: number[];
  callchain?: number[];
  lost?: number;
  comm?: string;
  /** What MMAP and MMAP2 say. */
  start?: number;
  length?: number;
  offset?: number;
  filename?: string;
  inode?: { readonly major: number; readonly minor: number; readonly number: number };
  prot?: number;
  flags?: number;
  /** SWITCH_CPU_WIDE: the other task. */
  next_prev_pid?: number;
  next_prev_tid?: number;
  /** The branches that led to the sample, newest first; the flags as the record has them. */
  branch_stack?: { readonly hw_idx?: number; readonly entries: readonly { readonly from: number; readonly to: number; readonly flags: number }[] };
  /** The sample's fields behind the call chain, by the names of perf_event_open(2). */
  late?: Record<string, number>;
  /** Where the fields that are known end, in bytes: the record's size if they are all. */
  end?: number;
}

/** Takes one field after the other from a record. */
class Cursor {
  readonly #view: DataView;
  offset = 8;

  constructor(view: DataView) {
    this.#view = view;
  }

  u32(): number {
    this.offset += 4;
    return this.offset > this.#view.byteLength ? 0 : this.#view.getUint32(this.offset - 4, true);
  }

  u64(): number {
    this.offset += 8;
    return this.offset > this.#view.byteLength ? 0 : Number(this.#view.getBigInt64(this.offset - 8, true));
  }

  /** `n` words; no more than there are. */
  many(n: number): number[] {
    return this.each(n, 1, () => this.u64());
  }

  /** What `take` makes of `n` groups of words; no more than there are. */
  each<T>(n: number, words: number, take: () => T): T[] {
    const left = Math.max(0, Math.floor((this.#view.byteLength - this.offset) / (8 * words)));
    return Array.from({ length: n >= 0 && n <= left ? n : left }, take);
  }

  /** A string padded with zeros, of which `trailer` bytes of the record follow. */
  text(trailer: number): string {
    const end = this.#view.byteLength - trailer;
    const bytes = new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.offset, Math.max(0, end - this.offset));
    this.offset = end;
    return new TextDecoder().decode(bytes).replace(/\0+$/, '');
  }
}

/** A record that was written with another attr has other fields: what lies beyond its end is 0, and `end` is not its size. */
export function parse_record(view: DataView, attr: PerfEventAttr): DriverRecord {
  const record: DriverRecord = {
    type: view.getUint32(0, true), misc: view.getUint16(4, true), size: view.getUint16(6, true), body: view,
  };
  const at = new Cursor(view);
  if (record.type === PERF_RECORD_SAMPLE) take_sample(record, at, attr);
  else if (take_body(record, at, attr) && attr.sample_id_all) take_sample_id(record, at, Number(attr.sample_type));
  record.end = at.offset;
  return record;
}

/** The fields of a record that is no sample; whether they are known. */
function take_body(record: DriverRecord, at: Cursor, attr: PerfEventAttr): boolean {
  switch (record.type) {
    case PERF_RECORD_LOST:
      record.id = at.u64();
      record.lost = at.u64();
      return true;
    case PERF_RECORD_COMM:
      [record.pid, record.tid] = [at.u32(), at.u32()];
      record.comm = at.text(attr.sample_id_all ? sample_id_size(Number(attr.sample_type)) : 0);
      return true;
    case PERF_RECORD_FORK:
    case PERF_RECORD_EXIT:
      [record.pid, record.ppid, record.tid, record.ptid] = [at.u32(), at.u32(), at.u32(), at.u32()];
      record.time = at.u64();
      return true;
    case PERF_RECORD_THROTTLE:
    case PERF_RECORD_UNTHROTTLE:
      [record.time, record.id, record.stream_id] = at.many(3);
      return true;
    case PERF_RECORD_MMAP:
    case PERF_RECORD_MMAP2:
      take_mmap(record, at, attr);
      return true;
    case PERF_RECORD_READ:
      [record.pid, record.tid] = [at.u32(), at.u32()];
      record.values = take_values(at, Number(attr.read_format));
      return true;
    case PERF_RECORD_SWITCH:
      return true;
    case PERF_RECORD_SWITCH_CPU_WIDE:
      [record.next_prev_pid, record.next_prev_tid] = [at.u32(), at.u32()];
      return true;
    case PERF_RECORD_NAMESPACES:
      [record.pid, record.tid] = [at.u32(), at.u32()];
      at.many(2 * at.u64());
      return true;
    default:
      return false;
  }
}

function take_mmap(record: DriverRecord, at: Cursor, attr: PerfEventAttr): void {
  [record.pid, record.tid] = [at.u32(), at.u32()];
  [record.start, record.length, record.offset] = at.many(3);
  if (record.type === PERF_RECORD_MMAP2) {
    const [major, minor] = [at.u32(), at.u32()];
    record.inode = { major, minor, number: at.u64() };
    at.u64();
    [record.prot, record.flags] = [at.u32(), at.u32()];
  }
  record.filename = at.text(attr.sample_id_all ? sample_id_size(Number(attr.sample_type)) : 0);
}

function take_sample(record: DriverRecord, at: Cursor, attr: PerfEventAttr): void {
  const sample_type = Number(attr.sample_type);
  if (sample_type & PERF_SAMPLE_IDENTIFIER) record.identifier = at.u64();
  if (sample_type & PERF_SAMPLE_IP) record.ip = at.u64();
  if (sample_type & PERF_SAMPLE_TID) [record.pid, record.tid] = [at.u32(), at.u32()];
  if (sample_type & PERF_SAMPLE_TIME) record.time = at.u64();
  if (sample_type & PERF_SAMPLE_ADDR) record.addr = at.u64();
  if (sample_type & PERF_SAMPLE_ID) record.id = at.u64();
  if (sample_type & PERF_SAMPLE_STREAM_ID) record.stream_id = at.u64();
  if (sample_type & PERF_SAMPLE_CPU) [record.cpu] = [at.u32(), at.u32()];
  if (sample_type & PERF_SAMPLE_PERIOD) record.period = at.u64();
  if (sample_type & PERF_SAMPLE_READ) record.values = take_values(at, Number(attr.read_format));
  if (sample_type & PERF_SAMPLE_CALLCHAIN) record.callchain = at.many(at.u64());
  if (sample_type >= PERF_SAMPLE_RAW) record.late = take_late(record, at, attr);
}

/** Fields behind the call chain that are one 64-bit word. */
const WORD_FIELDS: readonly [number, string][] = [
  [PERF_SAMPLE_WEIGHT | PERF_SAMPLE_WEIGHT_STRUCT, 'weight'], [PERF_SAMPLE_DATA_SRC, 'data_src'],
  [PERF_SAMPLE_TRANSACTION, 'transaction'],
];
const LAST_FIELDS: readonly [number, string][] = [
  [PERF_SAMPLE_PHYS_ADDR, 'phys_addr'], [PERF_SAMPLE_CGROUP, 'cgroup'], [PERF_SAMPLE_DATA_PAGE_SIZE, 'data_page_size'],
  [PERF_SAMPLE_CODE_PAGE_SIZE, 'code_page_size'], [PERF_SAMPLE_AUX, 'aux_size'],
];

function take_late(record: DriverRecord, at: Cursor, attr: PerfEventAttr): Record<string, number> {
  const { sample_type: bits, sample_regs_user, sample_regs_intr } = attr;
  const sample_type = Number(bits);
  const late: Record<string, number> = {};
  const words = (fields: readonly [number, string][]): void => {
    for (const [bit, name] of fields) if (sample_type & bit) late[name] = at.u64();
  };
  if (sample_type & PERF_SAMPLE_RAW) {
    late['raw_size'] = at.u32();
    at.offset += late['raw_size'];
  }
  if (sample_type & PERF_SAMPLE_BRANCH_STACK) record.branch_stack = take_branches(at, attr);
  if (sample_type & PERF_SAMPLE_REGS_USER) take_registers(late, 'regs_user', at, sample_regs_user);
  if (sample_type & PERF_SAMPLE_STACK_USER) {
    late['stack_size'] = at.u64();
    at.offset += late['stack_size'];
    if (late['stack_size'] > 0) late['stack_dyn'] = at.u64();
  }
  words(WORD_FIELDS);
  if (sample_type & PERF_SAMPLE_REGS_INTR) take_registers(late, 'regs_intr', at, sample_regs_intr);
  words(LAST_FIELDS);
  return late;
}

function take_branches(at: Cursor, { branch_sample_type }: PerfEventAttr): NonNullable<DriverRecord['branch_stack']> {
  const nr = at.u64();
  const hw_idx = branch_sample_type & PERF_SAMPLE_BRANCH.HW_INDEX ? { hw_idx: at.u64() } : {};
  return { ...hw_idx, entries: at.each(nr, 3, () => ({ from: at.u64(), to: at.u64(), flags: at.u64() })) };
}

/** The ABI, and if there is one the registers of the mask by their numbers: `regs_user_8` is the instruction pointer. */
function take_registers(late: Record<string, number>, name: string, at: Cursor, mask: bigint): void {
  const abi = at.u64();
  late[`${name}_abi`] = abi;
  if (abi === 0) return;
  for (let bit = 0; mask >> BigInt(bit) !== 0n; bit++) {
    if ((mask >> BigInt(bit)) % 2n === 1n) late[`${name}_${bit}`] = at.u64();
  }
}

function take_values(at: Cursor, read_format: number): number[] {
  const has = (bit: number): number => (read_format & bit ? 1 : 0);
  const times = has(PERF_FORMAT_TOTAL_TIME_ENABLED) + has(PERF_FORMAT_TOTAL_TIME_RUNNING);
  if (!has(PERF_FORMAT_GROUP)) return at.many(1 + times + has(PERF_FORMAT_ID) + has(PERF_FORMAT_LOST));
  const nr = at.u64();
  return [nr, ...at.many(times + nr * (1 + has(PERF_FORMAT_ID) + has(PERF_FORMAT_LOST)))];
}

/** The trailer that sample_id_all puts on every record but samples. */
function take_sample_id(record: DriverRecord, at: Cursor, sample_type: number): void {
  if (sample_type & PERF_SAMPLE_TID) [record.pid, record.tid] = [at.u32(), at.u32()];
  if (sample_type & PERF_SAMPLE_TIME) record.time = at.u64();
  if (sample_type & PERF_SAMPLE_ID) record.id = at.u64();
  if (sample_type & PERF_SAMPLE_STREAM_ID) record.stream_id = at.u64();
  if (sample_type & PERF_SAMPLE_CPU) [record.cpu] = [at.u32(), at.u32()];
  if (sample_type & PERF_SAMPLE_IDENTIFIER) record.identifier = at.u64();
}

const TRAILER_FIELDS =
  PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER;

function sample_id_size(sample_type: number): number {
  let size = 0;
  for (let rest = sample_type & TRAILER_FIELDS; rest !== 0; rest &= rest - 1) size += 8;
  return size;
}
