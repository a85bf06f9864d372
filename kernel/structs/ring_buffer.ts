/**
 * The buffer that user space maps.
 *
 * Reference: struct ring_buffer of kernel/events/internal.h and struct perf_event_mmap_page, v3.2; kernel.md section 1.5 of the project's reference.
 * Not modelled: AUX areas; the user page's fields for reading counters without a system call.
 */
import { shared, struct } from '../../sim/memory.ts';
import { PAGE_SIZE } from '../abi/index.ts';
import { ListHead } from '../list.ts';
import { SpinLock, WRITE_ONCE } from '../primitives.ts';
import type { PerfEvent } from './perf_event.ts';
import type { UserStruct } from './sched.ts';
import { WaitQueueHead } from './wait.ts';

/** The page that the kernel and the reader share (struct perf_event_mmap_page). */
export class PerfEventMmapPage extends struct({
  data_head: shared(0), data_tail: shared(0), index: 0, offset: 0, time_enabled: 0, time_running: 0,
}) {}

/** struct ring_buffer. Writers hold no lock; head, nest, wakeup and lost are atomic against their own CPU's interrupts. */
export class RingBuffer extends struct({
  refcount: shared(1),
  /** A poll mask to be handed out once. */
  poll: shared(0),
  /** Bytes ever reserved. */
  head: shared(0),
  /** Depth of writers on this CPU. */
  nest: shared(0),
  /** Samples since the last wakeup_events wakeup. */
  events: shared(0),
  /** Wakeup stamp, in the unit of head. */
  wakeup: shared(0),
  /** Records dropped since the last LOST record. */
  lost: shared(0),
  /** Since v3.10: mappings of this buffer through any event. */
  mmap_count: shared(0),
  /** Since v3.10: to whom the pages are accounted, and how many of them beyond what perf grants. */
  mmap_user: null as UserStruct | null, mmap_locked: 0,
  /** Since v4.7: what comes is dropped, and counted as lost. */
  paused: false,
  freed: shared(false),
}) {
  readonly nr_pages: number;
  readonly watermark: number;
  readonly writable: boolean;
  readonly user_page = new PerfEventMmapPage();
  readonly event_lock = new SpinLock();
  /** The design that the fix rejected has its wait queue here (variants/waitq-in-rb.ts). */
  readonly waitq = new WaitQueueHead();
  readonly event_list = new ListHead<PerfEvent>();
  /** What call_rcu is given. */
  readonly rcu_free = (): void => WRITE_ONCE(this.freed, true);
  readonly data: Uint8Array;
  readonly view: DataView;
  /** Bytes of the data area. */
  readonly size: number;

  constructor(nr_pages: number, watermark: number, writable: boolean) {
    super();
    this.nr_pages = nr_pages;
    this.watermark = watermark > 0 ? Math.min(watermark, nr_pages * PAGE_SIZE) : (nr_pages * PAGE_SIZE) / 2;
    this.writable = writable;
    this.size = nr_pages * PAGE_SIZE;
    this.data = new Uint8Array(this.size);
    this.view = new DataView(this.data.buffer);
  }
}
