/**
 * What `report -D` prints behind the name of a record that is no sample.
 * Reference: perf_event__fprintf_*() of tools/perf/util (event.c, header.c, stat.c, tsc.c), v6.1.
 * Not modelled: nothing.
 */
import type { Block, CpuMap, EventUpdate, PerfData, PerfRecord, RecordOf } from '../data/index.ts';
import { fixed } from '../printf.ts';
import type { Machine } from './machine.ts';

/** Where the record is, and what was known when its turn came. */
export interface DumpContext {
  data: PerfData;
  block: Block;
  at: number;
  machine: Machine;
}

const UNHANDLED = ': unhandled!\n';

/** %#x: zero has no prefix. */
export function hashHex(value: bigint | number): string {
  return value === 0n || value === 0 ? '0' : `0x${value.toString(16)}`;
}

function mapping(record: RecordOf<'MMAP'> | RecordOf<'MMAP2'>): string {
  return ` ${record.pid}/${record.tid}: [${hashHex(record.start)}(${hashHex(record.len)}) @ ${hashHex(record.pgoff)}`;
}

function mmap2(record: RecordOf<'MMAP2'>): string {
  const { object, prot, flags } = record;
  const identity = 'build_id' in object
    ? `<${[...object.build_id].map((byte) => byte.toString(16).padStart(2, '0')).join('')}>`
    : `${object.maj.toString(16).padStart(2, '0')}:${object.min.toString(16).padStart(2, '0')} ${object.ino} ${object.ino_generation}`;
  const access = (prot & 1 ? 'r' : '-') + (prot & 2 ? 'w' : '-') + (prot & 4 ? 'x' : '-') + (flags & 1 ? 's' : 'p');
  return `${mapping(record)} ${identity}]: ${access} ${record.filename}\n`;
}

const NAMESPACES = ['net', 'uts', 'ipc', 'pid', 'user', 'mnt', 'cgroup'];

function namespaces({ pid, tid, link_info }: RecordOf<'NAMESPACES'>): string {
  const parts = link_info.map(({ dev, ino }, i) => {
    const lineBreak = i > 0 && i % 4 === 0 ? '\n\t\t ' : '';
    return `${lineBreak}${i}/${NAMESPACES[i] ?? 'UNKNOWN'}: ${dev}/${hashHex(ino)}${i + 1 < link_info.length ? ', ' : ']\n'}`;
  });
  return ` ${pid}/${tid} - nr_namespaces: ${link_info.length}\n\t\t[${parts.join('')}`;
}

const SWITCH_OUT = 1 << 13;
const SWITCH_OUT_PREEMPT = 1 << 14;

function direction(misc: number): string {
  if (!(misc & SWITCH_OUT)) return 'IN         ';
  return misc & SWITCH_OUT_PREEMPT ? 'OUT preempt' : 'OUT        ';
}

function wideSwitch(record: RecordOf<'SWITCH_CPU_WIDE'>): string {
  const misc = record.misc ?? 0;
  const task = `${String(record.next_prev_pid).padStart(5)}/${String(record.next_prev_tid).padEnd(5)}`;
  return ` ${direction(misc)}  ${misc & SWITCH_OUT ? 'next' : 'prev'} pid/tid: ${task}\n`;
}

function textPoke({ addr, old_len, new_len, code }: RecordOf<'TEXT_POKE'>, machine: Machine): string {
  const location = machine.kernelMaps.locate(Number(addr & 0xffffffffn), Number(addr >> 32n));
  const symbol = location.found === null ? '' : `${location.found.name}+0x${(location.address - location.found.start).toString(16)}`;
  const bytes = (label: string, from: number, length: number): string => {
    let text = '';
    for (let at = from; at < from + length; at += 16) {
      const line = [...code.subarray(at, Math.min(at + 16, from + length))];
      text += `            ${label} bytes:${line.map((byte) => ` ${byte.toString(16).padStart(2, '0')}`).join('')}\n`;
    }
    return text;
  };
  return ` ${addr.toString(16)} ${symbol} old len ${old_len} new len ${new_len}\n${bytes('Old', 0, old_len)}${bytes('New', old_len, new_len)}`;
}

function read(record: RecordOf<'READ'>, { data, block, at }: DumpContext): string {
  const event = data.events.eventOf(block.view, at, block.type(at), block.size(at));
  const { time_enabled, time_running, values: [{ value, id, lost }] } = record.read;
  let text = `: ${record.pid} ${record.tid} ${event?.name ?? 'unknown'} ${value}\n`;
  if (time_enabled !== undefined) text += `... time enabled : ${time_enabled}\n`;
  if (time_running !== undefined) text += `... time running : ${time_running}\n`;
  if (id !== undefined) text += `... id           : ${id}\n`;
  if (lost !== undefined) text += `... lost         : ${lost}\n`;
  return text;
}

function lostSamples(record: RecordOf<'LOST_SAMPLES'>): string {
  const id = record.sample_id?.identifier ?? record.sample_id?.id ?? 0xffffffffffffffffn;
  return `: id:${id}: lost samples :${record.lost}\n`;
}

const signed = (value: bigint): bigint => BigInt.asIntN(64, value);

function idIndex({ entries, rest }: RecordOf<'ID_INDEX'>): string {
  const more = rest !== undefined && rest.length >= 16 * entries.length ? new DataView(rest.buffer, rest.byteOffset) : null;
  const lines = entries.map(({ id, idx, cpu, tid }, i) => {
    const guest = more === null ? ''
      : `  machine_pid: ${more.getBigInt64(16 * i, true)}  vcpu: ${more.getBigUint64(16 * i + 8, true)}`;
    return ` ... id: ${id}  idx: ${idx}  cpu: ${signed(cpu)}  tid: ${signed(tid)}${guest}\n`;
  });
  return ` nr: ${entries.length}\n${lines.join('')}`;
}

/** The CPUs of a set, ascending. */
export function cpusOf(map: CpuMap): number[] {
  if (map.kind === 'cpus') return map.cpus;
  if (map.kind === 'range') {
    const range = Array.from({ length: Math.max(0, map.end_cpu - map.start_cpu + 1) }, (_, i) => map.start_cpu + i);
    return map.any_cpu ? [-1, ...range] : range;
  }
  const bits = 8 * map.long_size;
  return map.words.flatMap((word, i) =>
    Array.from({ length: bits }, (_, bit) => bit).filter((bit) => word & (1n << BigInt(bit))).map((bit) => i * bits + bit));
}

/** "0-3,7" */
export function cpuList(map: CpuMap): string {
  const ranges: [number, number][] = [];
  for (const cpu of cpusOf(map)) {
    const last = ranges.at(-1);
    if (last !== undefined && cpu === last[1] + 1) last[1] = cpu;
    else ranges.push([cpu, cpu]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

function threadMap({ threads }: RecordOf<'THREAD_MAP'>): string {
  return ` nr: ${threads.length} thread${threads.length > 1 ? 's' : ''}: ${threads.map(({ pid }) => Number(BigInt.asIntN(32, pid))).join(', ')}\n${UNHANDLED}`;
}

function update(record: EventUpdate): string {
  const start = `\n... id:    ${record.id}\n`;
  switch (record.what) {
    case 'scale': return `${start}... scale: ${fixed(record.scale, 6)}\n`;
    case 'unit': return `${start}... unit:  ${record.text}\n`;
    case 'name': return `${start}... name:  ${record.text}\n`;
    default: return `${start}... ${cpuList(record.cpus)}\n`;
  }
}

function statConfig({ data }: RecordOf<'STAT_CONFIG'>): string {
  const value = (tag: bigint): bigint => data.find((entry) => entry.tag === tag)?.val ?? 0n;
  return `\n... aggr_mode ${value(0n)}\n... scale     ${value(2n)}\n... interval  ${value(1n)}\n${UNHANDLED}`;
}

function timeConv(record: RecordOf<'TIME_CONV'>): string {
  let text = `\n... Time Shift      ${record.time_shift}\n... Time Muliplier  ${record.time_mult}\n... Time Zero       ${record.time_zero}\n`;
  if (record.time_cycles !== undefined) {
    const caps = record.cap_user_time ?? 0n;
    text += `... Time Cycles     ${record.time_cycles}\n... Time Mask       ${hashHex(record.time_mask ?? 0n)}\n`;
    text += `... Cap Time Zero   ${caps & 0xffn}\n... Cap Time Short  ${(caps >> 8n) & 0xffn}\n`;
  }
  return text + UNHANDLED;
}

function aux({ aux_offset, aux_size, flags }: RecordOf<'AUX'>): string {
  const letters = (flags & 1n ? 'T' : '') + (flags & 2n ? 'O' : '') + (flags & 4n ? 'P' : '');
  return ` offset: ${hashHex(aux_offset)} size: ${hashHex(aux_size)} flags: ${hashHex(flags)} [${letters}]\n`;
}

function auxtrace({ size, offset, reference, idx, tid, cpu }: RecordOf<'AUXTRACE'>): string {
  return ` size: ${hashHex(size)}  offset: ${hashHex(offset)}  ref: ${hashHex(reference)}  idx: ${idx}  tid: ${tid | 0}  cpu: ${cpu | 0}\n`;
}

/** The text behind the record's name, newline included where perf prints one. */
export function describeRecord(record: PerfRecord, context: DumpContext): string {
  switch (record.name) {
    case 'MMAP': return `${mapping(record)}]: ${(record.misc ?? 0) & SWITCH_OUT ? 'r' : 'x'} ${record.filename}\n`;
    case 'MMAP2': return mmap2(record);
    case 'LOST': return `: id:${record.id}: lost:${record.lost}\n`;
    case 'COMM': return `${(record.misc ?? 0) & (1 << 13) ? ' exec' : ''}: ${record.comm}:${record.pid}/${record.tid}\n`;
    case 'EXIT':
    case 'FORK': return `(${record.pid}:${record.tid}):(${record.ppid}:${record.ptid})\n`;
    case 'READ': return read(record, context);
    case 'AUX': return aux(record);
    case 'ITRACE_START': return ` pid: ${record.pid >>> 0} tid: ${record.tid >>> 0}\n`;
    case 'LOST_SAMPLES': return lostSamples(record);
    case 'SWITCH': return ` ${direction(record.misc ?? 0)}\n`;
    case 'SWITCH_CPU_WIDE': return wideSwitch(record);
    case 'NAMESPACES': return namespaces(record);
    case 'KSYMBOL': return ` addr ${record.addr.toString(16)} len ${record.len} type ${record.ksym_type} flags 0x${record.flags.toString(16)} name ${record.symbol}\n`;
    case 'BPF_EVENT': return ` type ${record.bpf_type}, flags ${record.flags}, id ${record.id}\n`;
    case 'CGROUP': return ` cgroup: ${record.id} ${record.path}\n`;
    case 'TEXT_POKE': return textPoke(record, context.machine);
    case 'AUX_OUTPUT_HW_ID': return ` hw_id: ${hashHex(record.hw_id)}\n`;
    default: return describeToolRecord(record);
  }
}

function describeToolRecord(record: PerfRecord): string {
  switch (record.name) {
    case 'ATTR':
    case 'EVENT_TYPE':
    case 'TRACING_DATA':
    case 'BUILD_ID':
    case 'FEATURE': return '';
    case 'FINISHED_ROUND': return '\n';
    case 'ID_INDEX': return idIndex(record);
    case 'AUXTRACE_INFO': return ` type: ${record.auxtrace_type}\n`;
    case 'AUXTRACE': return auxtrace(record);
    case 'THREAD_MAP': return threadMap(record);
    case 'CPU_MAP': return `: ${cpuList(record.cpus)}\n${UNHANDLED}`;
    case 'STAT_CONFIG': return statConfig(record);
    case 'STAT': return `\n... id ${record.id}, cpu ${record.cpu | 0}, thread ${record.thread | 0}\n... value ${record.val}, enabled ${record.ena}, running ${record.run}\n${UNHANDLED}`;
    case 'STAT_ROUND': return `\n... time ${record.time}, type ${record.round_type === 1n ? 'FINAL' : 'INTERVAL'}\n${UNHANDLED}`;
    case 'EVENT_UPDATE': return update(record.update);
    case 'TIME_CONV': return timeConv(record);
    default: return UNHANDLED;
  }
}
