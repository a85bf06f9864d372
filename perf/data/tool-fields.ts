/**
 * The two fields of the tool's own records whose shape depends on a kind: sets of CPUs and updates to an event.
 * Reference: struct perf_record_cpu_map_data and perf_record_event_update of tools/lib/perf/include/perf/event.h, v6.1.
 * Not modelled: nothing.
 */
import { align, type ByteReader, type ByteWriter } from './bytes.ts';
import { PerfDataError } from './error.ts';
import { text, type Field } from './fields.ts';

/** A set of CPUs in one of three encodings; −1 (written 0xffff) stands for any. */
export type CpuMap =
  | { kind: 'cpus'; cpus: number[] }
  | { kind: 'mask'; long_size: 4 | 8; words: bigint[] }
  | { kind: 'range'; any_cpu: boolean; start_cpu: number; end_cpu: number };

const KINDS = ['cpus', 'mask', 'range'] as const;

function readMask(from: ByteReader): CpuMap {
  const count = from.u16();
  const long_size = from.u16() === 4 ? 4 : 8;
  // The 64-bit words are aligned as a struct on its own would align them.
  if (long_size === 8) from.take(4);
  const words = Array.from({ length: from.count(count, long_size) }, () =>
    long_size === 8 ? from.u64() : BigInt(from.u32()));
  return { kind: 'mask', long_size, words };
}

function writeMask(to: ByteWriter, map: CpuMap & { kind: 'mask' }): void {
  to.u16(map.words.length);
  to.u16(map.long_size);
  if (map.long_size === 8) to.u32(0);
  for (const word of map.words) {
    if (map.long_size === 8) to.u64(word);
    else to.u32(Number(word));
  }
}

export const cpuMap: Field<CpuMap> = {
  read(from) {
    const kind = KINDS[from.u16()];
    if (kind === 'mask') return readMask(from);
    if (kind === 'range') {
      const any_cpu = from.u8() !== 0;
      from.take(1);
      return { kind, any_cpu, start_cpu: from.u16(), end_cpu: from.u16() };
    }
    if (kind === undefined) throw new PerfDataError(`${from.what} holds a set of CPUs of a kind that perf does not know`);
    const count = from.count(from.u16(), 2);
    return { kind, cpus: Array.from({ length: count }, () => from.u16()).map((cpu) => (cpu === 0xffff ? -1 : cpu)) };
  },
  write(to, map) {
    const start = to.at;
    to.u16(KINDS.indexOf(map.kind));
    if (map.kind === 'mask') writeMask(to, map);
    else if (map.kind === 'cpus') {
      to.u16(map.cpus.length);
      for (const cpu of map.cpus) to.u16(cpu & 0xffff);
    } else {
      to.u8(map.any_cpu ? 1 : 0);
      to.u8(0);
      to.u16(map.start_cpu);
      to.u16(map.end_cpu);
    }
    const length = to.at - start;
    to.zeros(align(length, 8) - length);
  },
};

/** What the tool has to say about the event with this id beyond its attr. */
export type EventUpdate = { id: bigint } & (
  | { what: 'unit' | 'name'; text: string }
  | { what: 'scale'; scale: number }
  | { what: 'cpus'; cpus: CpuMap });

const UPDATES = ['unit', 'scale', 'name', 'cpus'] as const;
const string = text();

export const eventUpdate: Field<EventUpdate> = {
  read(from, context) {
    const what = UPDATES[Number(from.u64())];
    const id = from.u64();
    if (what === 'scale') return { what, id, scale: from.f64() };
    if (what === 'cpus') return { what, id, cpus: cpuMap.read(from, context) };
    if (what === undefined) throw new PerfDataError(`${from.what} updates an event in a way that perf does not know`);
    return { what, id, text: string.read(from, context) };
  },
  write(to, update, context) {
    to.u64(BigInt(UPDATES.indexOf(update.what)));
    to.u64(update.id);
    if (update.what === 'scale') to.f64(update.scale);
    else if (update.what === 'cpus') cpuMap.write(to, update.cpus, context);
    else string.write(to, update.text, context);
  },
};
