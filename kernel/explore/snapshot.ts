/**
 * One state of an exploration as plain data, for whoever draws it: events, buffers, who sleeps where, how far each thread is.
 *
 * Reference: kernel/structs.ts.
 * Not modelled: fields that no picture shows.
 */
import type { World } from '../../sim/explore/world.ts';
import { ListHead } from '../list.ts';
import { PerfEvent, RingBuffer, type WaitQueueEntry, type WaitQueueHead } from '../structs/index.ts';
import type { KernelModel } from './model.ts';

export interface EventSnapshot {
  readonly id: number;
  /** The buffer that it writes into and that its poll looks at: an index into `buffers`. */
  readonly rb: number | null;
  /** Who sleeps on its wait queue. */
  readonly waiters: readonly string[];
  /** A wakeup has been posted through it and not been carried out. */
  readonly pending: boolean;
  readonly freed: boolean;
}

export interface BufferSnapshot {
  readonly size: number;
  readonly unread: number;
  readonly watermark: number;
  /** rb->poll: the next poll will find POLLIN here. */
  readonly poll: boolean;
  readonly refcount: number;
  /** The events on its list, whose sleepers its wakeups reach: their ids. */
  readonly list: readonly number[];
  /** Who sleeps on a wait queue of its own, in the one design that has it. */
  readonly waiters: readonly string[];
  readonly freed: boolean;
}

export interface ThreadSnapshot {
  readonly name: string;
  readonly state: 'has not begun' | 'is idle' | 'runs' | 'interrupted' | 'sleeps' | 'waits for a lock' | 'has ended';
}

export interface Snapshot {
  readonly events: readonly EventSnapshot[];
  readonly buffers: readonly BufferSnapshot[];
  readonly threads: readonly ThreadSnapshot[];
}

/** A list that is being changed, or has been corrupted, may lead anywhere: no further than this. */
const LONGEST_LIST = 16;

/** The world is one of a KernelModel. */
export function snapshot(world: World): Snapshot {
  const { objects } = world.model as KernelModel;
  const buffers = objects.filter((object) => object instanceof RingBuffer);
  return {
    events: objects.filter((object) => object instanceof PerfEvent).map((event) => {
      const rb = event.rb.v === null ? -1 : buffers.indexOf(event.rb.v);
      return { id: event.id, rb: rb < 0 ? null : rb, waiters: waitersOf(event.waitq), pending: event.pending_wakeup.v !== 0, freed: event.freed.v };
    }),
    buffers: buffers.map((rb) => ({
      size: rb.size,
      unread: rb.user_page.data_head.v - rb.user_page.data_tail.v,
      watermark: rb.watermark,
      poll: rb.poll.v !== 0,
      refcount: rb.refcount.v,
      list: entriesOf(rb.event_list).map(({ id }) => id),
      waiters: waitersOf(rb.waitq),
      freed: rb.freed.v,
    })),
    threads: world.contexts.map(({ name }, context) => ({ name, state: stateOf(world, context) })),
  };
}

function stateOf(world: World, context: number): ThreadSnapshot['state'] {
  if (world.hasEnded(context)) return 'has ended';
  if (world.points[context].parent === null) return world.contexts[context].level > 0 ? 'is idle' : 'has not begun';
  if (world.enabled(context)) return 'runs';
  const operation = world.pending(context)?.operation;
  if (operation?.ready === undefined) return 'interrupted';
  return operation.name === 'sleep' ? 'sleeps' : 'waits for a lock';
}

function waitersOf(queue: WaitQueueHead): string[] {
  return entriesOf<WaitQueueEntry>(queue.task_list).map(({ waiter }) => waiter.task.comm);
}

function entriesOf<T>(head: ListHead<T>): T[] {
  const entries: T[] = [];
  for (let link = head.next.v; link !== head && link instanceof ListHead && entries.length < LONGEST_LIST; link = link.next.v) {
    if (link.entry !== null) entries.push(link.entry as T);
  }
  return entries;
}
