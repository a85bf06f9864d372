/**
 * What `report -D` prints of a sample beyond its first line: callchain, branches, registers, values read.
 * Reference: dump_sample() of tools/perf/util/session.c, v6.1.
 * Not modelled: register names of machines other than x86.
 */
import { PERF_FORMAT_GROUP, PERF_FORMAT_LOST, PERF_SAMPLE_CALLCHAIN, PERF_SAMPLE_BRANCH_STACK, PERF_SAMPLE_WEIGHT, PERF_SAMPLE_WEIGHT_STRUCT } from '../../kernel/abi/index.ts';
import type { BranchStack, PerfData, RecordedEvent, RegsDump, Sample, SampleRead } from '../data/index.ts';
import { branchType } from './branch-stack.ts';
import { withUnit } from './unit.ts';
import type { Output } from './output.ts';
import type { CurrentSample } from './session.ts';

const PERF_SAMPLE_BRANCH_CALL_STACK = 1n << 11n;

export const X86_REGISTERS = [
  'AX', 'BX', 'CX', 'DX', 'SI', 'DI', 'BP', 'SP', 'IP', 'FLAGS', 'CS', 'SS', 'DS', 'ES', 'FS', 'GS',
  'R8', 'R9', 'R10', 'R11', 'R12', 'R13', 'R14', 'R15',
];
const ABI_NAMES = ['none', '32-bit', '64-bit'];
const hex16 = (value: bigint): string => value.toString(16).padStart(16, '0');

/** Prints the lines between the first and the thread's. */
export function dumpSampleTail(out: Output, data: PerfData, { event, block, at }: CurrentSample): void {
  const record = data.decode(block, at);
  if (record.name === 'SAMPLE') out.text(tail(record.sample, event));
}

function tail(sample: Sample, event: RecordedEvent): string {
  const type = event.layout.sample_type;
  let text = '';
  if (type & BigInt(PERF_SAMPLE_CALLCHAIN)) text += callchain(sample.callchain ?? []);
  if (type & BigInt(PERF_SAMPLE_BRANCH_STACK)) text += branches(sample.branch_stack, event);
  if (sample.regs_user?.abi) text += registers('user', sample.regs_user, event.layout.regs_user);
  if (sample.regs_intr?.abi) text += registers('intr', sample.regs_intr, event.layout.regs_intr);
  if (sample.stack_user) text += `... ustack: size ${sample.stack_user.dynamic_size}, offset 0x${stackOffset(sample, event).toString(16)}\n`;
  if (sample.weight !== undefined) text += weight(sample.weight, type);
  if (sample.data_src !== undefined) text += ` . data_src: 0x${sample.data_src.toString(16)}\n`;
  if (sample.phys_addr !== undefined) text += ` .. phys_addr: 0x${sample.phys_addr.toString(16)}\n`;
  if (sample.data_page_size !== undefined) text += ` .. data page size: ${pageSize(sample.data_page_size)}\n`;
  if (sample.code_page_size !== undefined) text += ` .. code page size: ${pageSize(sample.code_page_size)}\n`;
  if (sample.transaction !== undefined) text += `... transaction: ${sample.transaction.toString(16)}\n`;
  if (sample.read) text += values(sample.read, event.layout.read_format);
  return text;
}

function callchain(ips: bigint[]): string {
  return `... FP chain: nr:${ips.length}\n` + ips.map((ip, i) => `..... ${String(i).padStart(2)}: ${hex16(ip)}\n`).join('');
}

function branches(stack: BranchStack = { entries: [] }, event: RecordedEvent): string {
  const { entries } = stack;
  if (event.attr.branch_sample_type & PERF_SAMPLE_BRANCH_CALL_STACK) {
    const addresses = entries.length === 0 ? [] : [entries[0].to, ...entries.map((entry) => entry.from)];
    return `... branch callstack: nr:${entries.length + 1}\n`
      + addresses.map((address, i) => `..... ${String(i).padStart(2)}: ${hex16(address)}\n`).join('');
  }
  const lines = entries.map(({ from, to, flags }, i) => {
    const letters = ['M', 'P', 'A', 'T'].map((letter, index) => (flags & (1n << [0n, 1n, 3n, 2n][index]) ? letter : ' ')).join('');
    return `..... ${String(i).padStart(2)}: ${hex16(from)} -> ${hex16(to)} ${(flags >> 4n) & 0xffffn} cycles ${letters} ${(flags >> 33n).toString(16)} ${branchType(flags)}\n`;
  });
  return `... branch stack: nr:${entries.length}\n${lines.join('')}`;
}

function registers(kind: string, dump: RegsDump, mask: bigint): string {
  let text = `... ${kind} regs: mask 0x${mask.toString(16)} ABI ${ABI_NAMES[Number(dump.abi)] ?? 'unknown'}\n`;
  let next = 0;
  for (let bit = 0; bit < 64; bit++) {
    if (!(mask & (1n << BigInt(bit)))) continue;
    text += `.... ${(X86_REGISTERS[bit] ?? 'unknown').padEnd(5)} 0x${hex16(dump.values[next++])}\n`;
  }
  return text;
}

/** Where in the record the stack's size stands: behind everything that comes before it. */
function stackOffset(sample: Sample, event: RecordedEvent): number {
  let words = 0;
  if (sample.read) words += readWords(sample.read, event.layout.read_format);
  if (sample.callchain) words += 1 + sample.callchain.length;
  if (sample.branch_stack) words += 1 + (sample.branch_stack.hw_idx === undefined ? 0 : 1) + 3 * sample.branch_stack.entries.length;
  if (sample.regs_user) words += 1 + sample.regs_user.values.length;
  return event.layout.headEnd + 8 * words + (sample.raw ? 4 + sample.raw.length : 0);
}

function readWords(read: SampleRead, format: bigint): number {
  const perValue = 1 + (read.values[0]?.id === undefined ? 0 : 1) + (read.values[0]?.lost === undefined ? 0 : 1);
  const times = (read.time_enabled === undefined ? 0 : 1) + (read.time_running === undefined ? 0 : 1);
  return (format & BigInt(PERF_FORMAT_GROUP) ? 1 : 0) + times + perValue * read.values.length;
}

function weight(word: bigint, type: bigint): string {
  if (!(type & BigInt(PERF_SAMPLE_WEIGHT_STRUCT)) || type & BigInt(PERF_SAMPLE_WEIGHT)) return `... weight: ${word}\n`;
  return `... weight: ${word & 0xffffffffn},0x${((word >> 32n) & 0xffffn).toString(16)},0x${(word >> 48n).toString(16)}\n`;
}

function pageSize(bytes: bigint): string {
  return bytes === 0n ? 'N/A' : withUnit(bytes);
}

function values(read: SampleRead, format: bigint): string {
  let text = '... sample_read:\n';
  if (read.time_enabled !== undefined) text += `...... time enabled ${hex16(read.time_enabled)}\n`;
  if (read.time_running !== undefined) text += `...... time running ${hex16(read.time_running)}\n`;
  if (format & BigInt(PERF_FORMAT_GROUP)) text += `.... group nr ${read.values.length}\n`;
  for (const { id = 0n, value, lost = 0n } of read.values) {
    text += `..... id ${hex16(id)}, value ${hex16(value)}${format & BigInt(PERF_FORMAT_LOST) ? `, lost ${lost}` : ''}\n`;
  }
  return text;
}
