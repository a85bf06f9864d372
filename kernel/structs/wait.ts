/**
 * Who sleeps for what: wait queues, poll tables, epolls.
 *
 * Reference: include/linux/wait.h and poll.h, fs/eventpoll.c of v3.2.
 * Not modelled: exclusive waiters; epolls that watch epolls.
 */
import { shared, struct } from '../../sim/memory.ts';
import { ListHead } from '../list.ts';
import { SpinLock } from '../primitives.ts';
import type { File } from './fs.ts';
import type { TaskStruct } from './sched.ts';

/** One sleeper on a wait queue, part of its poll table. */
export class WaitQueueEntry extends struct({}) {
  readonly link = new ListHead<WaitQueueEntry>(this);
  readonly waiter: PollWaiter;
  /** Set if nobody sleeps here: an epoll wants to know. */
  readonly item: EpItem | null;
  constructor(waiter: PollWaiter, item: EpItem | null = null) {
    super();
    this.waiter = waiter;
    this.item = item;
  }
}

/** wait_queue_head_t. */
export class WaitQueueHead {
  readonly lock = new SpinLock();
  readonly task_list = new ListHead<WaitQueueEntry>();
}

/** The sleeper of one poll(2): what its wait queue entries wake (struct poll_wqueues). */
export class PollWaiter extends struct({ triggered: shared(0), timed_out: shared(false) }) {
  readonly task: TaskStruct;
  constructor(task: TaskStruct) {
    super();
    this.task = task;
  }
}

/** What one poll(2) has registered so far. Entries pin the file, not what the file points to. Local to the call. */
export class PollTable {
  readonly waiter: PollWaiter;
  readonly entries: { queue: WaitQueueHead; entry: WaitQueueEntry; file: File }[] = [];
  /** The epoll item on whose behalf it registers. It does not pin the file. */
  readonly item: EpItem | null;
  constructor(waiter: PollWaiter, item: EpItem | null = null) {
    this.waiter = waiter;
    this.item = item;
  }
}

/** A file that an epoll watches (struct epitem). */
export class EpItem extends struct({ events: 0, data: 0 }) {
  readonly ep: EventPoll;
  readonly file: File;
  readonly fd: number;
  readonly link = new ListHead<EpItem>(this);
  readonly file_link = new ListHead<EpItem>(this);
  readonly ready_link = new ListHead<EpItem>(this);
  /** Where it is queued; filled in once. */
  readonly queues: PollTable['entries'] = [];
  constructor(ep: EventPoll, file: File, fd: number) {
    super();
    this.ep = ep;
    this.file = file;
    this.fd = fd;
  }
}

/** struct eventpoll: what is watched, what is ready, who waits. */
export class EventPoll {
  readonly items = new ListHead<EpItem>();
  readonly ready_list = new ListHead<EpItem>();
  readonly wq = new WaitQueueHead();
}
