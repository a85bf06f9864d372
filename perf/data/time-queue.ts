/**
 * A queue of records by time, stable: equal times keep the order in which they came.
 * Reference: queue_event() and do_flush() of tools/perf/util/ordered-events.c, v6.1.
 * Not modelled: nothing.
 */
import type { Block } from './blocks.ts';
import { u64Less } from './u64.ts';

export type Deliver = (block: Block, at: number) => void;

const FIRST_CAPACITY = 1 << 12;

/** In place of a queue, for records that are known to be in order. */
export class PassThrough {
  readonly #deliver: Deliver;

  constructor(deliver: Deliver) {
    this.#deliver = deliver;
  }

  push(_low: number, _high: number, block: Block, at: number): void {
    this.#deliver(block, at);
  }

  flushUpTo(): void {}

  flushAll(): void {}
}

export class TimeQueue {
  /** Records older than what had been delivered when they came. */
  unordered = 0;
  readonly #deliver: Deliver;
  #low = new Uint32Array(FIRST_CAPACITY);
  #high = new Uint32Array(FIRST_CAPACITY);
  #at = new Uint32Array(FIRST_CAPACITY);
  #blocks: Block[] = [];
  /** The queue is [#first, #end) of the arrays. */
  #first = 0;
  #end = 0;
  #sorted = true;
  /** What `finishRound` will deliver up to: the latest time of the round before. */
  #limitLow = 0;
  #limitHigh = 0;
  #flushedLow = 0;
  #flushedHigh = 0;

  constructor(deliver: Deliver) {
    this.#deliver = deliver;
  }

  push(low: number, high: number, block: Block, at: number): void {
    if (this.#end === this.#low.length) this.#makeRoom();
    const end = this.#end++;
    if (this.#sorted && end > this.#first && u64Less(low, high, this.#low[end - 1], this.#high[end - 1])) this.#sorted = false;
    if (u64Less(low, high, this.#flushedLow, this.#flushedHigh)) this.unordered++;
    this.#low[end] = low;
    this.#high[end] = high;
    this.#at[end] = at;
    this.#blocks[end] = block;
  }

  /** Delivers up to the latest time that the round before had. */
  finishRound(): void {
    if (this.#first === this.#end) return;
    this.#sort();
    const last = this.#end - 1;
    const low = this.#low[last];
    const high = this.#high[last];
    if (this.#limitLow !== 0 || this.#limitHigh !== 0) this.flushUpTo(this.#limitLow, this.#limitHigh);
    this.#limitLow = low;
    this.#limitHigh = high;
  }

  flushAll(): void {
    this.flushUpTo(0xffffffff, 0xffffffff);
  }

  /** Delivers what is not later than this time. */
  flushUpTo(low: number, high: number): void {
    this.#sort();
    let first = this.#first;
    while (first < this.#end && !u64Less(low, high, this.#low[first], this.#high[first])) {
      this.#deliver(this.#blocks[first], this.#at[first]);
      first++;
    }
    if (first === this.#first) return;
    this.#flushedLow = this.#low[first - 1];
    this.#flushedHigh = this.#high[first - 1];
    this.#first = first;
    if (first < this.#end) return;
    this.#first = this.#end = 0;
    this.#blocks.length = 0;
  }

  /** Moves what is queued to the start of the arrays, and doubles them if that is not enough. */
  #makeRoom(): void {
    const length = this.#end - this.#first;
    const capacity = this.#low.length * (2 * length > this.#low.length ? 2 : 1);
    const moved = (from: Uint32Array): Uint32Array<ArrayBuffer> => {
      const to = new Uint32Array(capacity);
      to.set(from.subarray(this.#first, this.#end));
      return to;
    };
    this.#low = moved(this.#low);
    this.#high = moved(this.#high);
    this.#at = moved(this.#at);
    this.#blocks = this.#blocks.slice(this.#first, this.#end);
    this.#first = 0;
    this.#end = length;
  }

  /** Each CPU's records are in order already, so that the queue is a few ascending runs: merging them is all there is to do. */
  #sort(): void {
    if (this.#sorted) return;
    const order = Uint32Array.from({ length: this.#end - this.#first }, (_, i) => this.#first + i);
    const sorted = this.#mergeRuns(order);
    const low = this.#low.slice();
    const high = this.#high.slice();
    const at = this.#at.slice();
    const blocks = this.#blocks.slice();
    for (let i = 0, to = this.#first; i < sorted.length; i++, to++) {
      this.#low[to] = low[sorted[i]];
      this.#high[to] = high[sorted[i]];
      this.#at[to] = at[sorted[i]];
      this.#blocks[to] = blocks[sorted[i]];
    }
    this.#sorted = true;
  }

  #later(a: number, b: number): boolean {
    return u64Less(this.#low[b], this.#high[b], this.#low[a], this.#high[a]);
  }

  #mergeRuns(order: Uint32Array): Uint32Array {
    let bounds = [0];
    for (let i = 1; i < order.length; i++) if (this.#later(order[i - 1], order[i])) bounds.push(i);
    let from = order;
    let to = new Uint32Array(order.length);
    while (bounds.length > 1) {
      const merged: number[] = [];
      for (let run = 0; run < bounds.length; run += 2) {
        merged.push(bounds[run]);
        this.#merge(from, to, bounds[run], bounds[run + 1] ?? order.length, bounds[run + 2] ?? order.length);
      }
      bounds = merged;
      [from, to] = [to, from as Uint32Array<ArrayBuffer>];
    }
    return from;
  }

  /** Merges the runs [start, middle) and [middle, end); the left one goes first among equals. */
  #merge(from: Uint32Array, to: Uint32Array, start: number, middle: number, end: number): void {
    let left = start;
    let right = middle;
    for (let i = start; i < end; i++) {
      const takeLeft = left < middle && (right === end || !this.#later(from[left], from[right]));
      to[i] = takeLeft ? from[left++] : from[right++];
    }
  }
}
