/**
 * Records in the order of their times. A recording holds the buffer of one CPU after the other, in rounds; perf sorts
 * what it has read whenever FINISHED_ROUND says that nothing older than the round before can follow.
 * Reference: tools/perf/util/ordered-events.c and perf_session__process_event(), v6.1.
 * Not modelled: perf's limit on queued memory (report.queue-size).
 */
import { PERF_RECORD_SAMPLE } from '../../kernel/abi/index.ts';
import type { Block } from './blocks.ts';
import { PERF_RECORD_FINISHED_ROUND, PERF_RECORD_USER_TYPE_START } from './record-types.ts';
import type { PerfData } from './reader.ts';
import { TimeQueue, type Deliver } from './time-queue.ts';

export interface OrderedDelivery {
  /** Every record as it is read, before it is queued: counting and learning. */
  read?: Deliver;
  /** Every record in its turn. Tool records have theirs at once, as do records without a time. */
  deliver: Deliver;
}

/** The offset of a record's time from its start; −1 if it has none. */
function timeOffset(data: PerfData, block: Block, at: number, type: number): number {
  const { events } = data;
  const layout = (events.sameTimes ? events.all[0] : events.eventOf(block.view, at, type, block.size(at)))?.layout;
  if (layout === undefined) return -1;
  if (type === PERF_RECORD_SAMPLE) return layout.headEnd <= block.size(at) ? layout.head.time : -1;
  return layout.trailer.time < 0 || layout.trailerSize > block.size(at) - 8 ? -1 : block.size(at) - layout.trailer.time;
}

/** Queues the record, or says that it has its turn at once. */
function enqueue(data: PerfData, queue: TimeQueue, block: Block, at: number, type: number): boolean {
  const offset = timeOffset(data, block, at, type);
  if (offset < 0) return false;
  const low = block.view.getUint32(at + offset, true);
  const high = block.view.getUint32(at + offset + 4, true);
  if ((low === 0 && high === 0) || (low === 0xffffffff && high === 0xffffffff)) return false;
  queue.push(low, high, block, at);
  return true;
}

/** Walks over the recording once and answers how many records came too late for their place. */
export function deliverInOrder(data: PerfData, { read, deliver }: OrderedDelivery): number {
  const queue = new TimeQueue(deliver);
  const horizons = data.header.pipe || !data.ordered ? null : roundlessHorizons(data);
  let index = 0;
  if (horizons !== null) deliverTimeless(data, deliver);
  for (const block of data.blocks()) {
    for (let at = 0; at < block.end; at += block.size(at)) {
      const type = block.type(at);
      read?.(block, at);
      if (type >= PERF_RECORD_USER_TYPE_START) {
        if (horizons === null) deliver(block, at);
        data.learn(block, at);
        if (type === PERF_RECORD_FINISHED_ROUND) queue.finishRound();
      } else if (!data.ordered || !enqueue(data, queue, block, at, type)) {
        if (horizons === null) deliver(block, at);
      }
    }
    if (horizons !== null) queue.flushUpTo(horizons.low[index], horizons.high[index]);
    index++;
  }
  queue.flushAll();
  return queue.unordered;
}

/** For each block the earliest time in the blocks behind it. */
interface Horizons {
  low: Uint32Array;
  high: Uint32Array;
}

/**
 * A file without FINISHED_ROUND (perf before 3.13, mostly) perf sorts as a whole. So that memory does not grow with the
 * file, a first pass notes each block's earliest time: after a block, all that is older than every block behind it may go.
 * Null if the file has rounds, which say the same.
 */
function roundlessHorizons(data: PerfData): Horizons | null {
  const earliest: { low: number; high: number }[] = [];
  const queue = new TimeQueue(() => {});
  for (const block of data.blocks()) {
    for (let at = 0; at < block.end; at += block.size(at)) {
      const type = block.type(at);
      if (type === PERF_RECORD_FINISHED_ROUND) return null;
      if (type < PERF_RECORD_USER_TYPE_START) enqueue(data, queue, block, at, type);
    }
    earliest.push(queue.takeEarliest());
  }
  const low = new Uint32Array(earliest.length).fill(0xffffffff);
  const high = new Uint32Array(earliest.length).fill(0xffffffff);
  for (let i = earliest.length - 2; i >= 0; i--) {
    const next = earliest[i + 1];
    const later = next.high > high[i + 1] || (next.high === high[i + 1] && next.low > low[i + 1]);
    low[i] = later ? low[i + 1] : next.low;
    high[i] = later ? high[i + 1] : next.high;
  }
  return { low, high };
}

/** The records that perf delivers as it reads, ahead of all that it has to sort. */
function deliverTimeless(data: PerfData, deliver: Deliver): void {
  const queue = new TimeQueue(() => {});
  for (const block of data.blocks()) {
    for (let at = 0; at < block.end; at += block.size(at)) {
      const type = block.type(at);
      if (type < PERF_RECORD_USER_TYPE_START && enqueue(data, queue, block, at, type)) continue;
      deliver(block, at);
      data.learn(block, at);
    }
    queue.takeEarliest();
  }
}
