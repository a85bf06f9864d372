/** A record of a buffer as the cases describe it: its words by what they are, and its fields by name. */
import {
  PERF_RECORD_COMM, PERF_SAMPLE_CPU, PERF_SAMPLE_ID, PERF_SAMPLE_IDENTIFIER, PERF_SAMPLE_STREAM_ID, PERF_SAMPLE_TID,
  PERF_SAMPLE_TIME, USER_LOOP, type DriverRecord,
} from '../../kernel/index.ts';
import { text, type Fields, type Step, type Value } from './cases.ts';
import { known } from './attr.ts';
import { FAULT_ADDRESS, type World } from './world.ts';

const PERF_CONTEXT_USER = -512;
/** Bits of a sample_id trailer in its order. */
const TRAILER: readonly [number, string][] = [
  [PERF_SAMPLE_TID, 'pid,tid'], [PERF_SAMPLE_TIME, 'time'], [PERF_SAMPLE_ID, 'id'], [PERF_SAMPLE_STREAM_ID, 'id'],
  [PERF_SAMPLE_CPU, 'cpu'], [PERF_SAMPLE_IDENTIFIER, 'id'],
];

const ID_BITS = PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_IDENTIFIER;

const wordAt = (body: DataView, at: number): number => Number(body.getBigInt64(at, true));

/** What a 64-bit word of a record is. Small numbers and sizes of pages stand for themselves. */
function word(world: World, value: number, hasIds: boolean): Value {
  const { task } = world.self;
  if (hasIds && !world.nameOf(value).startsWith('unknown')) return 'id';
  if (value >= USER_LOOP.start && value < USER_LOOP.start + USER_LOOP.length) return 'user_ip';
  if (value === task.tgid + 2 ** 32 * task.pid) return 'pid,tid';
  if (value === FAULT_ADDRESS) return 'fault_address';
  if (value === PERF_CONTEXT_USER) return 'PERF_CONTEXT_USER';
  return value < 10 || value === 4096 || value === 2 ** 21 ? value : 'other';
}

/** The trailer that the record's last words are, checked word by word. */
function trailer(world: World, sample_type: number, { body, size }: DriverRecord): string[] {
  const { pid, tid } = world.self;
  const kinds = TRAILER.filter(([bit]) => sample_type & bit);
  return kinds.map(([bit, kind], i) => {
    const value = wordAt(body, size - 8 * (kinds.length - i));
    if (kind === 'id') return world.nameOf(value).startsWith('unknown') ? 'other' : 'id';
    if (bit === PERF_SAMPLE_TID) return value === pid + 2 ** 32 * tid ? kind : 'other';
    return bit === PERF_SAMPLE_CPU && value >= 2 ? 'other' : kind;
  });
}

/** The fields by name: the value, id and lost that a READ holds; what the late fields hold. */
export function decodeFields(world: World, { ev }: Step, record: DriverRecord): Fields {
  const attr = known(world.attrs.get(text(ev)), ev);
  const values = record.values ?? [];
  const hasId = (Number(attr.read_format) & 4) !== 0;
  const { ip = 0, callchain = [], late = {} } = record;
  return {
    type: record.type, misc: record.misc, size: record.size, pid_ok: record.pid === world.self.pid, tid_ok: record.tid === world.self.tid,
    comm: record.comm ?? '', ip_is_kernel: ip < 0, nr: callchain.length, ctx0: callchain[0] ?? 0,
    value: values[0] ?? 0, id: hasId ? world.nameOf(values[1]) : '', lost: values.at(-1) ?? 0,
    callchain_ok: callchain.length > 1, raw_size4_ok: late['raw_size'] === 4, regs_user_ok: late['regs_user_abi'] === 2,
    stack_user_ok: late['stack_size'] === attr.sample_stack_user, stack_dyn: late['stack_dyn'] ?? 0,
    weight: late['weight'] ?? 0, data_src: late['data_src'] ?? 0, transaction: late['transaction'] ?? 0,
    regs_intr_ok: late['regs_intr_abi'] === 2, phys_addr: late['phys_addr'] ?? 0, data_page_size: late['data_page_size'] ?? 0,
    code_page_size: late['code_page_size'] ?? 0, end_matches: record.end === record.size,
  };
}

export function decode_record(world: World, step: Step, record: DriverRecord): Fields {
  const attr = known(world.attrs.get(text(step['ev'])), step['ev']);
  const hasIds = (Number(attr.sample_type) & ID_BITS) !== 0 || (Number(attr.read_format) & 4) !== 0;
  const words = Array.from({ length: record.size / 8 - 1 }, (_, i) => word(world, wordAt(record.body, 8 * (i + 1)), hasIds));
  const isTrailed = record.type === PERF_RECORD_COMM && attr.sample_id_all;
  return {
    ...decodeFields(world, step, record), words, trailer: isTrailed ? trailer(world, Number(attr.sample_type), record) : [],
  };
}
