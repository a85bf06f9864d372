/**
 * A mapped ring buffer as its reader sees it: data_head, data_tail, and the records between them.
 *
 * Reference: perf_event_open(2), "MMAP layout".
 * Not modelled: AUX areas; touching the pages costs nothing and never faults.
 */
import { READ_ONCE, WRITE_ONCE } from '../primitives.ts';
import type { PerfEventMmapPage, VmArea } from '../structs.ts';
import type { PerfEventAttr } from '../abi/index.ts';
import { parse_record, type DriverRecord } from './record.ts';

export class Mapping {
  readonly vma: VmArea;

  constructor(vma: VmArea) {
    this.vma = vma;
  }

  get #page(): PerfEventMmapPage {
    return this.vma.rb.user_page;
  }

  get #attr(): PerfEventAttr {
    return this.vma.event.attr;
  }

  get data_head(): number {
    return READ_ONCE(this.#page.data_head);
  }

  get data_tail(): number {
    return READ_ONCE(this.#page.data_tail);
  }

  set data_tail(tail: number) {
    WRITE_ONCE(this.#page.data_tail, tail);
  }

  /** Bytes of the data area. */
  get size(): number {
    return this.vma.rb.size;
  }

  /** The records that have not been read, fields by the attr of the mapped event unless told. They stay unread. */
  peek(attr: PerfEventAttr = this.#attr): DriverRecord[] {
    const { data, size } = this.vma.rb;
    const records: DriverRecord[] = [];
    for (let offset = this.data_tail; offset < this.data_head; ) {
      const length = record_size(data, size, offset);
      if (length === 0) break;
      const bytes = Uint8Array.from({ length }, (_, i) => data[(offset + i) & (size - 1)]);
      records.push(parse_record(new DataView(bytes.buffer), attr));
      offset += length;
    }
    return records;
  }

  /** The same, and gives their space back. */
  read(attr: PerfEventAttr = this.#attr): DriverRecord[] {
    const records = this.peek(attr);
    this.data_tail = this.data_head;
    return records;
  }
}

/** perf_event_header.size of the record at `offset`. */
function record_size(data: Uint8Array, size: number, offset: number): number {
  const byte = (at: number): number => data[(offset + at) & (size - 1)];
  return byte(6) + 256 * byte(7);
}
