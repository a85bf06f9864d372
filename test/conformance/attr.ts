/** The names that cases have for the numbers of the ABI, and the attrs that they describe. */
import { PERF_ATTR_SIZE_VER8, perf_event_attr, type Linux, type PerfEventAttr } from '../../kernel/index.ts';
import { text, type Fields, type Value } from './cases.ts';

/** Something that the replay does not know: the case is not covered. */
export class NotCovered extends Error {}

/** The number in `names`, one of them or several; a number, or a bit by its place, stands for itself. */
export function bits(value: Value | undefined, names: Record<string, number>): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  const list = typeof value === 'string' ? value.split('|') : (value as readonly string[]);
  return list.reduce((sum, name) => sum + (names[name] ?? number(name)), 0);
}

function number(name: string): number {
  const bit = /^bit(\d+)$/.exec(name);
  const value = bit === null ? Number(name) : 2 ** Number(bit[1]);
  return known(Number.isNaN(value) ? undefined : value, name);
}

export function known<T>(value: T | undefined, name: Value | undefined): T {
  if (value === undefined) throw new NotCovered(text(name));
  return value;
}

/** The place of a name among `names`. */
export function index(names: readonly string[], name: Value | undefined): number {
  const found = names.indexOf(text(name));
  return known(found === -1 ? undefined : found, name);
}

const TYPES = ['HARDWARE', 'SOFTWARE', 'TRACEPOINT', 'HW_CACHE', 'RAW', 'BREAKPOINT'];
const HARDWARE = [
  'CPU_CYCLES', 'INSTRUCTIONS', 'CACHE_REFERENCES', 'CACHE_MISSES', 'BRANCH_INSTRUCTIONS', 'BRANCH_MISSES', 'BUS_CYCLES',
  'STALLED_CYCLES_FRONTEND', 'STALLED_CYCLES_BACKEND', 'REF_CPU_CYCLES',
];
const SOFTWARE = [
  'CPU_CLOCK', 'TASK_CLOCK', 'PAGE_FAULTS', 'CONTEXT_SWITCHES', 'CPU_MIGRATIONS', 'PAGE_FAULTS_MIN', 'PAGE_FAULTS_MAJ',
  'ALIGNMENT_FAULTS', 'EMULATION_FAULTS', 'DUMMY', 'BPF_OUTPUT', 'CGROUP_SWITCHES',
];
export const inOrder = (names: readonly string[]): Record<string, number> => Object.fromEntries(names.map((name, i) => [name, 2 ** i]));
const SAMPLE_BITS = inOrder([
  'IP', 'TID', 'TIME', 'ADDR', 'READ', 'CALLCHAIN', 'ID', 'CPU', 'PERIOD', 'STREAM_ID', 'RAW', 'BRANCH_STACK', 'REGS_USER',
  'STACK_USER', 'WEIGHT', 'DATA_SRC', 'IDENTIFIER', 'TRANSACTION', 'REGS_INTR', 'PHYS_ADDR', 'AUX', 'CGROUP',
  'DATA_PAGE_SIZE', 'CODE_PAGE_SIZE', 'WEIGHT_STRUCT',
]);
const FORMAT_BITS = inOrder(['TOTAL_TIME_ENABLED', 'TOTAL_TIME_RUNNING', 'ID', 'GROUP', 'LOST']);
const NUMBERS = [
  'wakeup_events', 'clockid', 'bp_type', 'size', 'precise_ip', 'sample_stack_user', 'sample_max_stack', 'aux_watermark',
  'aux_sample_size',
];
const WIDE = ['config1', 'config2', 'config3', 'branch_sample_type', 'sample_regs_user', 'sample_regs_intr', 'sig_data'];

/** What breakpoints call these fields. */
const BREAKPOINT_NAMES: Record<string, 'config1' | 'config2'> = { bp_addr: 'config1', bp_len: 'config2' };

/** The attr that a case describes. `leavesLost`: without PERF_FORMAT_LOST. */
export function attr_of(fields: Fields, linux: Linux, leavesLost = false): PerfEventAttr {
  const attr = perf_event_attr({ size: PERF_ATTR_SIZE_VER8 });
  if (typeof fields !== 'object') return attr;
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'type') attr.type = typeof value === 'number' ? value : index(TYPES, value);
    else if (name === 'config') attr.config = config_of(value, linux);
    else if (name === 'sample_period' || name === 'sample_freq') attr.sample_period = BigInt(value as number | string);
    else if (name === 'sample_type') attr.sample_type = BigInt(bits(value, SAMPLE_BITS));
    else if (name === 'read_format') attr.read_format = BigInt(bits(value, FORMAT_BITS) - (leavesLost ? bits(value, FORMAT_BITS) & 16 : 0));
    else if (name === 'wakeup_watermark') attr.wakeup_events = value as number;
    else if (name in BREAKPOINT_NAMES) Object.assign(attr, { [BREAKPOINT_NAMES[name]]: BigInt(value as number | string) });
    else if (WIDE.includes(name)) Object.assign(attr, { [name]: BigInt(value as number | string) });
    else if (name === 'last_byte') attr.unknown_fields = value !== 0;
    else if (NUMBERS.includes(name)) Object.assign(attr, { [name]: value });
    else if (typeof (attr as unknown as Fields)[name] === 'boolean') Object.assign(attr, { [name]: value === 1 });
    else throw new NotCovered(`attr.${name}`);
  }
  return attr;
}

function config_of(value: Value, linux: Linux): bigint {
  if (typeof value === 'number' || /^\d+$/.test(text(value))) return BigInt(value as number | string);
  const tracepoint = /^(\w+:\w+)/.exec(text(value));
  if (tracepoint === null) return BigInt(HARDWARE.includes(text(value)) ? HARDWARE.indexOf(text(value)) : index(SOFTWARE, value));
  return BigInt(known(linux.tracepoint(tracepoint[1]), value));
}
