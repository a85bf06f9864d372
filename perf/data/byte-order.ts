/**
 * Turns records of a big-endian machine into the same records in little-endian order, so that all else reads one order.
 * Reference: perf_event__swap_ops of tools/perf/util/session.c, v6.1.
 * Not modelled: the insides of raw samples and of branch flags, which perf hands on in their own order too.
 */
import { perf_event_attr, PERF_RECORD_SAMPLE } from '../../kernel/abi/index.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { EventTable } from './events.ts';
import { sampleIdOffset, sampleLayout, trailerIdOffset, type SampleLayout } from './layout.ts';
import { decodeRecord, encodeRecord } from './records.ts';

const NO_LAYOUT = sampleLayout(perf_event_attr());

/** Which event's layout the record has; ids are read in the order of the file. */
function layoutOf(record: Uint8Array, events: EventTable): SampleLayout {
  const [first] = events.all;
  if (first === undefined) return NO_LAYOUT;
  const from = new ByteReader(record, 'the record', 0, false);
  const offset = from.u32() === PERF_RECORD_SAMPLE ? sampleIdOffset(first.layout) : record.length - trailerIdOffset(first.layout);
  if (events.all.length === 1 || offset < 8 || offset + 8 > record.length) return first.layout;
  return (events.byId(from.view.getBigUint64(offset)) ?? first).layout;
}

/**
 * The records in `bytes`, which begin at `position` of the file, each in its place and of its size. `events` is the
 * caller's for this purpose alone: the ATTR records of a pipe are added to it.
 */
export function toLittleEndian(bytes: Uint8Array, position: number, events: EventTable): Uint8Array {
  const to = new ByteWriter(bytes.length + 64);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const record = bytes.subarray(at, at + view.getUint16(at + 6));
    const layout = layoutOf(record, events);
    const decoded = decodeRecord(record, layout, position + at, false);
    if (decoded.name === 'ATTR') events.add(decoded.attr, decoded.ids);
    encodeRecord(to, decoded, layout, record.length);
    at += record.length;
  }
  return to.written;
}
