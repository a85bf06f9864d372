/** One ring buffer over a run: its level, its mark, and when it was full. Reference: kernel/ring_buffer.ts. */
import { READ_ONCE, type RingBuffer } from '../../kernel/index.ts';
import type { BufferTrace, LossTrace } from './run-trace.ts';
import { SERIES_SPANS, StepSeries } from './step-series.ts';
import type { Thinned } from './thinned.ts';

export class BufferTracer {
  readonly index: number;
  readonly rb: RingBuffer;
  readonly #counter: number;
  readonly cpu: number;
  readonly #losses: Thinned<LossTrace>;
  readonly #fill = new StepSeries(SERIES_SPANS);
  readonly #mark = new StepSeries(SERIES_SPANS);
  #peak = 0;
  #tail = 0;
  /** Where the last record ended. */
  head = 0;
  /** Records that have found no space since the last that did. */
  #loss: { from: number; records: number } | null = null;

  constructor(index: number, rb: RingBuffer, [counter, cpu]: readonly [number, number], losses: Thinned<LossTrace>) {
    this.index = index;
    this.rb = rb;
    this.#counter = counter;
    this.cpu = cpu;
    this.#losses = losses;
  }

  stored(at: number, head: number): void {
    this.endLoss(at);
    this.head = head;
    const fill = this.level;
    this.#peak = Math.max(this.#peak, fill);
    this.#fill.push(at, fill);
    this.moved(at);
  }

  /** True for the first record that finds no space. */
  dropped(at: number): boolean {
    const first = this.#loss === null;
    this.#loss ??= { from: at, records: 0 };
    this.#loss.records++;
    if (first) this.watch();
    return first;
  }

  endLoss(at: number): void {
    if (this.#loss === null) return;
    this.#losses.offer({ buffer: this.index, ...this.#loss, to: at });
    this.#loss = null;
  }

  /** Returns the bytes that were taken. */
  read(at: number, tail: number): number {
    const bytes = tail - this.#tail;
    this.#tail = tail;
    this.endLoss(at);
    this.watch();
    this.#fill.push(at, READ_ONCE(this.rb.head) - tail);
    this.moved(at);
    return bytes;
  }

  /** The stamp or the tail may have moved, and with them the level at which the next wakeup is posted. */
  moved(at: number): void {
    const { wakeup, watermark, user_page } = this.rb;
    this.#mark.push(at, READ_ONCE(wakeup) + watermark - READ_ONCE(user_page.data_tail));
  }

  /** What happens now will be looked at closely. */
  watch(): void {
    this.#fill.mark();
    this.#mark.mark();
  }

  /** Bytes that are unread; a backward head goes down from 0, and overwrites. */
  get level(): number {
    return Math.min(Math.abs(this.head - READ_ONCE(this.rb.user_page.data_tail)), this.rb.size);
  }

  get changes(): number {
    return this.#fill.seen + this.#mark.seen;
  }

  trace(): BufferTrace {
    return {
      counter: this.#counter, cpu: this.cpu, size: this.rb.size, watermark: this.rb.watermark, peak: this.#peak,
      fill: this.#fill.series(), mark: this.#mark.series(),
    };
  }
}
