/**
 * The writer's side of the mmapped ring buffer: reserve, copy, publish, and decide whether to wake.
 *
 * Reference: kernel/events/ring_buffer.c of v3.1 and v3.2 (identical here); steps W1 to W23 and F1.
 * Not modelled: page-wise allocation of the data area; barriers, which x86 does not need for this protocol.
 */
import { effect, effect_of, hook } from '../sim/memory.ts';
import {
  ENOSPC, PERF_RECORD_LOST, PERF_SAMPLE_CPU, PERF_SAMPLE_ID, PERF_SAMPLE_IDENTIFIER, PERF_SAMPLE_STREAM_ID,
  PERF_SAMPLE_TID, PERF_SAMPLE_TIME, POLL_IN,
} from './abi/index.ts';
import { c_string } from './c-string.ts';
import { WaitCode } from './wait.ts';
import { READ_ONCE, WRITE_ONCE, atomic_add_return, atomic_inc, cmpxchg, rcu_dereference, xchg } from './primitives.ts';
import type { PerfEvent, RingBuffer } from './structs/index.ts';

/** Bytes of a LOST record without its sample_id trailer: header, id, count. */
const LOST_RECORD_SIZE = 24;
const PER_U32 = 2 ** -32;

/** The fields that a sample_id trailer may hold, and a SAMPLE too. */
export interface SampleId {
  readonly pid: number;
  readonly tid: number;
  readonly time: number;
  /** The id that user space knows: an inherited event's parent's. */
  readonly id: number;
  /** The id of the very event. */
  readonly stream_id: number;
  readonly cpu: number;
}

/** struct perf_output_handle: one record being written. */
export class PerfOutputHandle {
  event!: PerfEvent;
  rb!: RingBuffer;
  /** The stamp when the outermost writer began. */
  wakeup = 0;
  /** Where the next field goes, in bytes ever reserved. */
  offset = 0;

  put_u32(low: number, high: number): void {
    const { view, size } = this.rb;
    const at = this.offset & (size - 1);
    view.setUint32(at, low, true);
    view.setUint32(at + 4, high, true);
    this.offset += 8;
  }

  /** Writes a 64-bit value; negative numbers are the upper half, as kernel addresses are. */
  put_u64(value: number): void {
    this.put_u32(value >>> 0, Math.floor(value * PER_U32) >>> 0);
  }

  /** A record's header: type, misc, size. */
  put_header(type: number, misc: number, size: number): void {
    this.put_u32(type, misc | (size << 16));
  }

  /** The sample_id trailer, if `event` has one: TID, TIME, ID, STREAM_ID, CPU, IDENTIFIER in that order. */
  put_sample_id(event: PerfEvent, id: SampleId): void {
    if (!event.attr.sample_id_all) return;
    const { sample_type } = event;
    if (sample_type & PERF_SAMPLE_TID) this.put_u32(id.pid, id.tid);
    if (sample_type & PERF_SAMPLE_TIME) this.put_u64(id.time);
    if (sample_type & PERF_SAMPLE_ID) this.put_u64(id.id);
    if (sample_type & PERF_SAMPLE_STREAM_ID) this.put_u64(id.stream_id);
    if (sample_type & PERF_SAMPLE_CPU) this.put_u32(id.cpu, 0);
    if (sample_type & PERF_SAMPLE_IDENTIFIER) this.put_u64(id.id);
  }

  /** A string with its NUL, padded with zeros to a multiple of 8 bytes. */
  put_string(text: string): void {
    const string = c_string(text);
    const length = padded_length(text);
    const { data, size } = this.rb;
    for (let i = 0; i < length; i++) data[(this.offset + i) & (size - 1)] = i < string.length ? string[i] : 0;
    this.offset += length;
  }
}

/** Bytes that `put_string` takes. */
export function padded_length(text: string): number {
  return (c_string(text).length + 8) & ~7;
}

export abstract class RingBufferCode extends WaitCode {
  /** What the sample_id trailer of a record says: who, when, where. */
  abstract perf_event_header__init_id(event: PerfEvent): SampleId;

  /**
   * Reserves `size` bytes for a record of `type`; 0, or −ENOSPC if there is no buffer or no space. Holds RCU and
   * preemption from here to perf_output_end. Takes no lock: an NMI may come in at any step and write a record.
   */
  perf_output_begin(handle: PerfOutputHandle, writer: PerfEvent, record_size: number, type: number): number {
    this.hardware.rcu_read_lock();
    // An inherited event has no buffer of its own: it writes through its parent.
    const event = writer.parent ?? writer;
    const rb = rcu_dereference(event.rb);
    if (rb === null || this.perf_output_refused(rb, event)) {
      effect_of(this.trace, 'record_refused', writer);
      this.hardware.rcu_read_unlock();
      return -ENOSPC;
    }
    handle.event = event;
    handle.rb = rb;
    const have_lost = READ_ONCE(rb.lost) !== 0;
    const lost_size = have_lost ? LOST_RECORD_SIZE + (event.attr.sample_id_all ? event.id_header_size : 0) : 0;
    const size = record_size + lost_size;

    this.perf_output_get_handle(handle);
    let offset: number;
    let head: number;
    do {
      const tail = READ_ONCE(rb.user_page.data_tail);
      offset = READ_ONCE(rb.head);
      head = event.attr.write_backward ? offset - size : offset + size;
      if (!this.perf_output_space(rb, tail, offset, head)) return this.perf_output_fail(handle);
    } while (cmpxchg(rb.head, offset, head) !== offset);
    if (hook === null) this.trace.record_stored(rb, writer, type, size, head);
    else effect_of(this.trace, 'record_stored', rb, writer, type, size, head);

    if (this.perf_output_crosses(rb, head)) atomic_add_return(rb.wakeup, rb.watermark);

    handle.offset = Math.min(offset, head);
    if (have_lost) this.perf_output_lost(handle, lost_size);
    return 0;
  }

  /** Whether the buffer takes no records at all. One without data pages counts nothing as lost. */
  perf_output_refused(rb: RingBuffer, _event: PerfEvent): boolean {
    return rb.nr_pages === 0;
  }

  /** Whether the record that ends at `head` crosses the watermark after the last stamp. A stamp beyond `head` counts as far below it. */
  perf_output_crosses(rb: RingBuffer, head: number): boolean {
    return unsigned_greater(Math.abs(head) - READ_ONCE(rb.wakeup), rb.watermark);
  }

  /** The record finds no space: it is counted, and reported by the next record that does (never at once). */
  perf_output_fail(handle: PerfOutputHandle): number {
    this.perf_output_count_lost(handle.rb, handle.event);
    effect_of(this.trace, 'record_dropped', handle.rb, handle.event);
    this.perf_output_put_handle(handle);
    this.hardware.rcu_read_unlock();
    return -ENOSPC;
  }

  perf_output_count_lost(rb: RingBuffer, _event: PerfEvent): void {
    atomic_inc(rb.lost);
  }

  /** Writes the LOST record that was reserved in front of the record. A nested writer may have left a count of 0. */
  perf_output_lost(handle: PerfOutputHandle, size: number): void {
    const lost = xchg(handle.rb.lost, 0);
    effect_of(this.trace, 'lost_reported', handle.rb, handle.event, lost);
    const id = this.perf_event_header__init_id(handle.event);
    this.perf_output_copy(handle, size, () => {
      handle.put_header(PERF_RECORD_LOST, 0, size);
      handle.put_u64(handle.event.id);
      handle.put_u64(lost);
      handle.put_sample_id(handle.event, id);
    });
  }

  /** Whether [offset, head) may be written without overtaking `tail`. At most S − 1 bytes are ever unread. */
  perf_output_space(rb: RingBuffer, tail: number, offset: number, head: number): boolean {
    if (!rb.writable) return true;
    const mask = rb.size - 1;
    return ((head - tail) & mask) - ((offset - tail) & mask) >= 0;
  }

  perf_output_get_handle(handle: PerfOutputHandle): void {
    atomic_inc(handle.rb.nest);
    handle.wakeup = READ_ONCE(handle.rb.wakeup);
  }

  /** Publishes what has been written, unless a writer below is still at work, and posts the wakeup. */
  perf_output_put_handle(handle: PerfOutputHandle): void {
    const { rb } = handle;
    for (;;) {
      const head = READ_ONCE(rb.head);
      if (atomic_add_return(rb.nest, -1) !== 0) return;
      WRITE_ONCE(rb.user_page.data_head, head);
      // A writer that came in after the decrement has published more than this: look again.
      if (head === READ_ONCE(rb.head)) break;
      atomic_inc(rb.nest);
    }
    if (handle.wakeup !== READ_ONCE(rb.wakeup)) this.perf_output_wakeup(handle);
  }

  /** What poll(2) will say of a wakeup: POLL_IN and POLLIN are both 1. */
  get wakeup_mask(): number {
    return POLL_IN;
  }

  /** Steps K1 to K3: the outermost writer's event carries the wakeup, whichever record crossed the watermark. */
  perf_output_wakeup(handle: PerfOutputHandle): void {
    WRITE_ONCE(handle.rb.poll, this.wakeup_mask);
    WRITE_ONCE(handle.event.pending_wakeup, 1);
    effect_of(this.trace, 'wakeup_posted', handle.rb, handle.event);
    this.perf_output_signal(handle.event);
    this.irq_work_queue(handle.event.pending);
  }

  /** Whether a wakeup that no overflow has caused is signalled: v3.2 leaves that to overflows. */
  perf_output_signal(_event: PerfEvent): void {}

  perf_output_end(handle: PerfOutputHandle): void {
    this.perf_output_put_handle(handle);
    this.hardware.rcu_read_unlock();
  }

  /** Every wakeup_events-th sample of the buffer moves the stamp by one, which only has to differ. */
  perf_output_sample_wakeup(handle: PerfOutputHandle, event: PerfEvent): void {
    // An int: 2^31 and more are negative, which every sample reaches.
    const wakeup_events = event.attr.watermark ? 0 : event.attr.wakeup_events | 0;
    if (wakeup_events === 0) return;
    const { rb } = handle;
    if (atomic_add_return(rb.events, 1) >= wakeup_events) {
      atomic_add_return(rb.events, -wakeup_events);
      atomic_inc(rb.wakeup);
    }
  }

  /** Copies `size` bytes of a record with `write`: once, however often the call is re-executed. */
  perf_output_copy(handle: PerfOutputHandle, size: number, write: () => void): void {
    const end = handle.offset + size;
    effect(write);
    handle.offset = end;
  }
}

/** The kernel's comparison of unsigned longs: a negative difference is huge. */
function unsigned_greater(difference: number, limit: number): boolean {
  return difference < 0 || difference > limit;
}
