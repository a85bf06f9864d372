/**
 * The explorer's own account of what readers are owed. It watches records being stored and never asks the kernel's stamp.
 *
 * A reader is owed a wakeup once a record ends beyond another multiple of the watermark, or the N-th sample has been
 * stored; until it has seen a data_head that covers it.
 *
 * Reference: perf_event_open(2), wakeup_events and wakeup_watermark; section 3.5.
 * Not modelled: buffers in overwrite mode.
 */
import { Cell } from '../../sim/memory.ts';
import { PERF_RECORD_SAMPLE } from '../abi/index.ts';
import { READ_ONCE, WRITE_ONCE } from '../primitives.ts';
import type { PerfEvent, RingBuffer } from '../structs.ts';
import { SilentTracepoints } from '../tracepoints.ts';

/** Of one buffer; positions in bytes ever written. */
interface Entry {
  /** The end of the last record that calls for a wakeup. */
  readonly due: Cell<number>;
  /** The data_head that a reader has seen after poll had told it to look. */
  readonly seen: Cell<number>;
  /** Samples since the last that called for a wakeup. */
  readonly samples: Cell<number>;
}

export class Account extends SilentTracepoints {
  readonly #entries = new Map<RingBuffer, Entry>();

  override record_stored(rb: RingBuffer, event: PerfEvent, type: number, size: number, head: number): void {
    const entry = this.#entry(rb);
    const crossings = (position: number): number => Math.floor((position - 1) / rb.watermark);
    const { watermark, wakeup_events } = event.attr;
    let due = crossings(head) > Math.max(0, crossings(head - size));
    if (type === PERF_RECORD_SAMPLE && !watermark && wakeup_events > 0) {
      const samples = READ_ONCE(entry.samples) + 1;
      WRITE_ONCE(entry.samples, samples % wakeup_events);
      due ||= samples === wakeup_events;
    }
    if (due) WRITE_ONCE(entry.due, head);
  }

  /** A reader that poll has sent looks at data_head. */
  consumed(rb: RingBuffer): void {
    WRITE_ONCE(this.#entry(rb).seen, READ_ONCE(rb.user_page.data_head));
  }

  /** Whether a reader that sleeps should not. */
  isOwed(rb: RingBuffer): boolean {
    const { due, seen } = this.#entry(rb);
    return due.v > Math.max(seen.v, rb.user_page.data_tail.v);
  }

  #entry(rb: RingBuffer): Entry {
    let entry = this.#entries.get(rb);
    if (entry === undefined) {
      entry = { due: new Cell(0, null, 'due'), seen: new Cell(0, null, 'seen'), samples: new Cell(0, null, 'samples') };
      this.#entries.set(rb, entry);
    }
    return entry;
  }
}
