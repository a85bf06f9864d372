/**
 * Open files and the tables of them.
 *
 * Reference: include/linux/fs.h, fdtable.h and pipe_fs_i.h of v3.2.
 * Not modelled: paths, inodes, what is in a file.
 */
import { Cell, shared, struct } from '../../sim/memory.ts';
import { ListHead } from '../list.ts';
import type { PerfEvent } from './perf_event.ts';
import type { TaskStruct } from './sched.ts';
import type { EpItem, EventPoll } from './wait.ts';

/** A pipe, as far as programs wait on one: bytes in it, ends that can still write, who sleeps for either. */
export class Pipe extends struct({
  bytes: shared(0), writers: shared(1), wakeups: shared(0), reader: null as TaskStruct | null,
}) {}

/** An open file: a perf event's, one end of a pipe, or an epoll. */
export class File extends struct({
  f_count: shared(1), f_flags: 0,
  /** Who gets the signal of an O_ASYNC file, which signal (0: SIGIO), and the descriptor that it names. */
  f_owner: null as TaskStruct | null, f_signum: 0, fasync_fd: -1,
}) {
  readonly event: PerfEvent | null;
  readonly end: { readonly pipe: Pipe; readonly writes: boolean } | null;
  readonly ep: EventPoll | null;
  /** The items of epolls that watch it. */
  readonly ep_items = new ListHead<EpItem>();
  constructor(event: PerfEvent | null, end: File['end'] = null, ep: EventPoll | null = null) {
    super();
    this.event = event;
    this.end = end;
    this.ep = ep;
  }
}

/** A process's open files by number; its threads share them (struct files_struct). */
export class FdTable extends struct({
  count: shared(1),
  /** Descriptors that an exec closes. */
  close_on_exec: [] as readonly number[],
}) {
  readonly #slots: Cell<File | null>[] = [];

  slot(fd: number): Cell<File | null> {
    while (this.#slots.length <= fd) this.#slots.push(new Cell<File | null>(null, this, `fd ${this.#slots.length}`));
    return this.#slots[fd];
  }

  /** One past the highest number ever used. */
  get size(): number {
    return this.#slots.length;
  }
}
