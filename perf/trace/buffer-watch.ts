/** What every run counts of its buffers: records without space, the highest level, the reader's delays. Reference: kernel/tracepoints.ts. */
import { READ_ONCE, SilentTracepoints, type PerfEvent, type RingBuffer } from '../../kernel/index.ts';
import type { RunResult } from '../run-spec.ts';

export class BufferWatch extends SilentTracepoints {
  dropped = 0;
  high_water = 0;
  /** Waits of buffers for their reader, in cycles: how many, their sum, the longest. */
  readonly #latency = { count: 0, sum: 0, max: 0 };
  /** Buffers whose reader has been told to come, and since when. */
  readonly #awaited = new Map<RingBuffer, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    super();
    this.#now = now;
  }

  override record_stored(rb: RingBuffer, _event: PerfEvent, _type: number, _size: number, head: number): void {
    // A backward head goes down from 0, and what it holds of old records is overwritten.
    const used = Math.min(Math.abs(head - READ_ONCE(rb.user_page.data_tail)), rb.size);
    if (used > this.high_water) this.high_water = used;
  }

  override record_dropped(_rb: RingBuffer, _event: PerfEvent): void {
    this.dropped++;
  }

  override wakeup_posted(rb: RingBuffer, _event: PerfEvent): void {
    if (!this.#awaited.has(rb)) this.#awaited.set(rb, this.#now());
  }

  /** The tool reads the buffer. */
  read(rb: RingBuffer): void {
    const since = this.#awaited.get(rb);
    if (since === undefined) return;
    this.#awaited.delete(rb);
    const waited = this.#now() - since;
    this.#latency.count++;
    this.#latency.sum += waited;
    this.#latency.max = Math.max(this.#latency.max, waited);
  }

  reader_latency(nanoseconds: (cycles: number) => number): RunResult['reader_latency'] {
    const { count, sum, max } = this.#latency;
    return { mean_ns: count === 0 ? 0 : nanoseconds(sum / count), max_ns: nanoseconds(max) };
  }
}
