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
import { PassThrough, TimeQueue, type Deliver } from './time-queue.ts';
import { u64Less } from './u64.ts';

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

/** perf takes neither 0 nor the largest value for a time. */
function isNoTime(low: number, high: number): boolean {
  return (low === 0 && high === 0) || (low === 0xffffffff && high === 0xffffffff);
}

/** For asking only whether a record has a time. */
const NOWHERE: Pick<TimeQueue, 'push'> = { push() {} };

/** Queues the record, or says that it has its turn at once. */
function enqueue(data: PerfData, queue: Pick<TimeQueue, 'push'>, block: Block, at: number, type: number): boolean {
  const offset = timeOffset(data, block, at, type);
  if (offset < 0) return false;
  const low = block.view.getUint32(at + offset, true);
  const high = block.view.getUint32(at + offset + 4, true);
  if (isNoTime(low, high)) return false;
  queue.push(low, high, block, at);
  return true;
}

/** Walks over the recording and answers how many records came too late for their place. */
export function deliverInOrder(data: PerfData, handlers: OrderedDelivery): number {
  if (!data.ordered) deliverAsRead(data, handlers);
  else {
    const survey = data.header.pipe ? null : surveyOf(data);
    if (survey === null) return deliverByRounds(data, handlers);
    deliverWithoutRounds(data, handlers, survey);
  }
  return 0;
}

/**
 * Walks over a file once, in the hope that its records are in order as they stand, as those of a single buffer are.
 * Answers false at the first that is not: what has been delivered then has to be thrown away.
 */
export function deliverIfSorted(data: PerfData, { read, deliver }: OrderedDelivery): boolean {
  let lastLow = 0;
  let lastHigh = 0;
  for (const block of data.blocks()) {
    const { view } = block;
    for (let at = 0; at < block.end; at += block.size(at)) {
      const type = block.type(at);
      if (type < PERF_RECORD_USER_TYPE_START) {
        const offset = timeOffset(data, block, at, type);
        const low = offset < 0 ? 0 : view.getUint32(at + offset, true);
        const high = offset < 0 ? 0 : view.getUint32(at + offset + 4, true);
        // A record without a time overtakes those that wait, which is no difference only while none does.
        if (u64Less(low, high, lastLow, lastHigh) || (low === 0xffffffff && high === 0xffffffff)) return false;
        lastLow = low;
        lastHigh = high;
      }
      read?.(block, at);
      deliver(block, at);
      if (type >= PERF_RECORD_USER_TYPE_START) data.learn(block, at);
    }
  }
  return true;
}

function deliverAsRead(data: PerfData, { read, deliver }: OrderedDelivery): void {
  for (const block of data.blocks()) {
    for (let at = 0; at < block.end; at += block.size(at)) {
      read?.(block, at);
      deliver(block, at);
      data.learn(block, at);
    }
  }
}

/** What the tool writes, and what has no time, has its turn at once; the rest waits until the next round has ended. */
function deliverByRounds(data: PerfData, { read, deliver }: OrderedDelivery): number {
  const queue = new TimeQueue(deliver);
  for (const block of data.blocks()) {
    for (let at = 0; at < block.end; at += block.size(at)) {
      const type = block.type(at);
      read?.(block, at);
      if (type < PERF_RECORD_USER_TYPE_START && enqueue(data, queue, block, at, type)) continue;
      deliver(block, at);
      data.learn(block, at);
      if (type === PERF_RECORD_FINISHED_ROUND) queue.finishRound();
    }
  }
  queue.flushAll();
  return queue.unordered;
}

/** What a first pass over a file without rounds has found. */
interface Survey {
  /** For each block the earliest time in the blocks behind it. */
  horizonLow: Uint32Array;
  horizonHigh: Uint32Array;
  /** How many blocks there are up to the last that holds a record without a time. */
  blocksWithTimeless: number;
  /** Whether all times ascend already. */
  sorted: boolean;
}

/**
 * A file without FINISHED_ROUND (perf before 3.13, mostly) perf sorts as a whole. So that memory does not grow with the
 * file, a first pass notes each block's earliest time: after a block, all that is older than every block behind it may go.
 * Null if the file has rounds, which say the same.
 */
function surveyOf(data: PerfData): Survey | null {
  const earliest: { low: number; high: number }[] = [];
  let blocksWithTimeless = 0;
  let sorted = true;
  let lastLow = 0;
  let lastHigh = 0;
  for (const block of data.blocks()) {
    let low = 0xffffffff;
    let high = 0xffffffff;
    for (let at = 0; at < block.end; at += block.size(at)) {
      const type = block.type(at);
      if (type === PERF_RECORD_FINISHED_ROUND) return null;
      const offset = type < PERF_RECORD_USER_TYPE_START ? timeOffset(data, block, at, type) : -1;
      const timeLow = offset < 0 ? 0 : block.view.getUint32(at + offset, true);
      const timeHigh = offset < 0 ? 0 : block.view.getUint32(at + offset + 4, true);
      if (isNoTime(timeLow, timeHigh)) {
        blocksWithTimeless = earliest.length + 1;
        continue;
      }
      if (u64Less(timeLow, timeHigh, lastLow, lastHigh)) sorted = false;
      if (u64Less(timeLow, timeHigh, low, high)) [low, high] = [timeLow, timeHigh];
      lastLow = timeLow;
      lastHigh = timeHigh;
    }
    earliest.push({ low, high });
  }
  return { ...horizonsOf(earliest), blocksWithTimeless, sorted };
}

function horizonsOf(earliest: readonly { low: number; high: number }[]): Pick<Survey, 'horizonLow' | 'horizonHigh'> {
  const horizonLow = new Uint32Array(earliest.length).fill(0xffffffff);
  const horizonHigh = new Uint32Array(earliest.length).fill(0xffffffff);
  for (let i = earliest.length - 2; i >= 0; i--) {
    const { low, high } = earliest[i + 1];
    const isEarlier = u64Less(low, high, horizonLow[i + 1], horizonHigh[i + 1]);
    horizonLow[i] = isEarlier ? low : horizonLow[i + 1];
    horizonHigh[i] = isEarlier ? high : horizonHigh[i + 1];
  }
  return { horizonLow, horizonHigh };
}

/** Records without a time come ahead of all that has to be sorted, as perf delivers them while it reads. */
function deliverWithoutRounds(data: PerfData, { read, deliver }: OrderedDelivery, survey: Survey): void {
  let index = 0;
  for (const block of data.blocks()) {
    if (index++ === survey.blocksWithTimeless) break;
    for (let at = 0; at < block.end; at += block.size(at)) {
      const type = block.type(at);
      if (type < PERF_RECORD_USER_TYPE_START && enqueue(data, NOWHERE, block, at, type)) continue;
      deliver(block, at);
      data.learn(block, at);
    }
  }
  const queue = survey.sorted ? new PassThrough(deliver) : new TimeQueue(deliver);
  index = 0;
  for (const block of data.blocks()) {
    for (let at = 0; at < block.end; at += block.size(at)) {
      const type = block.type(at);
      read?.(block, at);
      if (type < PERF_RECORD_USER_TYPE_START) enqueue(data, queue, block, at, type);
    }
    queue.flushUpTo(survey.horizonLow[index], survey.horizonHigh[index]);
    index++;
  }
  queue.flushAll();
}
