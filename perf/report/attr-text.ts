/**
 * An event attribute in words: `size: 80, config: 0x1, { sample_period, sample_freq }: 1000, …`, zero fields left out.
 * Reference: perf_event_attr__fprintf() of tools/perf/util/perf_event_attr_fprintf.c, v6.1.
 * Not modelled: flags and fields that v6.1 does not know.
 */
import { ATTR_FLAGS, type AttrFlag, type PerfEventAttr } from '../../kernel/abi/index.ts';

/** In the order in which perf names them, which is not that of the bits. */
const SAMPLE_TYPES: [string, number][] = [
  ['IP', 0], ['TID', 1], ['TIME', 2], ['ADDR', 3], ['READ', 4], ['CALLCHAIN', 5], ['ID', 6], ['CPU', 7], ['PERIOD', 8],
  ['STREAM_ID', 9], ['RAW', 10], ['BRANCH_STACK', 11], ['REGS_USER', 12], ['STACK_USER', 13], ['IDENTIFIER', 16],
  ['REGS_INTR', 18], ['DATA_SRC', 15], ['WEIGHT', 14], ['PHYS_ADDR', 19], ['AUX', 20], ['CGROUP', 21],
  ['DATA_PAGE_SIZE', 22], ['CODE_PAGE_SIZE', 23], ['WEIGHT_STRUCT', 24],
];

const byBit = (...names: string[]): [string, number][] => names.map((name, bit) => [name, bit]);
const READ_FORMATS = byBit('TOTAL_TIME_ENABLED', 'TOTAL_TIME_RUNNING', 'ID', 'GROUP', 'LOST');
const BRANCH_TYPES = byBit(
  'USER', 'KERNEL', 'HV', 'ANY', 'ANY_CALL', 'ANY_RETURN', 'IND_CALL', 'ABORT_TX', 'IN_TX', 'NO_TX', 'COND', 'CALL_STACK',
  'IND_JUMP', 'CALL', 'NO_FLAGS', 'NO_CYCLES', 'TYPE_SAVE', 'HW_INDEX', 'PRIV_SAVE');

function bits(value: bigint, names: [string, number][]): string {
  return names.filter(([, bit]) => value & (1n << BigInt(bit))).map(([name]) => name).join('|');
}

/** What is zero has no text, and is not shown. */
const number = (value: number | bigint): string => (value ? `${value}` : '');
const hexNumber = (value: bigint): string => (value ? `0x${value.toString(16)}` : '');

/** precise_ip lies between the flags watermark and mmap_data. */
function flags(attr: PerfEventAttr): [string, string][] {
  const named = (Object.keys(ATTR_FLAGS) as AttrFlag[]).map((flag): [string, string] => [flag, attr[flag] ? '1' : '']);
  const after = named.findIndex(([name]) => name === 'mmap_data');
  named.splice(after, 0, ['precise_ip', attr.precise_ip ? `${attr.precise_ip}` : '']);
  return named;
}

/** Names and values of all fields that are not zero. */
export function attrFields(attr: PerfEventAttr): [string, string][] {
  const fields: [string, string][] = [
    ['type', number(attr.type)], ['size', number(attr.size)], ['config', hexNumber(attr.config)],
    ['{ sample_period, sample_freq }', number(attr.sample_period)],
    ['sample_type', bits(attr.sample_type, SAMPLE_TYPES)], ['read_format', bits(attr.read_format, READ_FORMATS)],
    ...flags(attr),
    ['{ wakeup_events, wakeup_watermark }', number(attr.wakeup_events)], ['bp_type', number(attr.bp_type)],
    ['{ bp_addr, config1 }', hexNumber(attr.config1)], ['{ bp_len, config2 }', hexNumber(attr.config2)],
    ['branch_sample_type', bits(attr.branch_sample_type, BRANCH_TYPES)], ['sample_regs_user', hexNumber(attr.sample_regs_user)],
    ['sample_stack_user', number(attr.sample_stack_user)], ['clockid', number(attr.clockid | 0)],
    ['sample_regs_intr', hexNumber(attr.sample_regs_intr)], ['aux_watermark', number(attr.aux_watermark)],
    ['sample_max_stack', number(attr.sample_max_stack)], ['aux_sample_size', number(attr.aux_sample_size)],
    ['sig_data', number(attr.sig_data)],
  ];
  return fields.filter(([, value]) => value !== '');
}
