/**
 * A mapped ring buffer as its reader sees it: data_head, data_tail, and the records between them.
 *
 * Reference: perf_event_open(2), "MMAP layout".
 * Not modelled: AUX areas; touching the pages costs nothing and never faults.
 */
import { READ_ONCE, WRITE_ONCE } from '../primitives.ts';
import type { PerfEventMmapPage, VmArea } from '../structs/index.ts';
import { PAGE_SIZE, type PerfEventAttr } from '../abi/index.ts';
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

  /** Where the kernel keeps its own head, a store here lasts until the next record. */
  set data_head(head: number) {
    WRITE_ONCE(this.#page.data_head, head);
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

  /** The records that have not been read (of a backward buffer all, newest first), fields by the attr of the mapped event unless told. They stay unread. */
  peek(attr: PerfEventAttr = this.#attr): DriverRecord[] {
    // A backward buffer has its newest record at data_head, which counts down from 0, and the oldest at the other end.
    const backward = this.#attr.write_backward;
    const from = backward ? this.data_head : this.data_tail;
    const to = backward ? Math.min(0, from + this.size) : this.data_head;
    return this.#between(from, to, attr);
  }

  #between(from: number, to: number, attr: PerfEventAttr): DriverRecord[] {
    const { data, size } = this.vma.rb;
    const records: DriverRecord[] = [];
    for (let offset = from; offset < to; ) {
      const length = record_size(data, size, offset);
      if (length === 0 || offset + length > to) break;
      const bytes = Uint8Array.from({ length }, (_, i) => data[(offset + i) & (size - 1)]);
      records.push(parse_record(new DataView(bytes.buffer), attr));
      offset += length;
    }
    return records;
  }

  /** The records that begin at `offset` and after it, up to data_head. */
  from(offset: number, attr: PerfEventAttr = this.#attr): DriverRecord[] {
    return this.#between(offset, this.data_head, attr);
  }

  /** What else the control page says (struct perf_event_mmap_page). */
  control_page(): Record<string, number> {
    return {
      version: 0, compat_version: 0, data_offset: PAGE_SIZE, data_size: this.size, data_head: this.data_head, data_tail: this.data_tail,
      aux_offset: 0, aux_size: 0, aux_head: 0, aux_tail: 0, index: 0, cap_user_rdpmc: 0, cap_bit0_is_deprecated: 1, size: 96,
    };
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
