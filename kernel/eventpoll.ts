/**
 * epoll(7): files of interest, the list of those that have become ready, and who waits for it to have something.
 *
 * Reference: ep_insert, ep_poll_callback, ep_send_events and ep_poll of fs/eventpoll.c.
 * Not modelled: polling an epoll descriptor itself; EPOLLEXCLUSIVE; of several waiters all are woken.
 */
import { effect, store } from '../sim/memory.ts';
import {
  EBADF, EEXIST, EINTR, EINVAL, ENOENT, EPOLLET, EPOLLONESHOT, EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD, POLLERR, POLLHUP,
} from './abi/index.ts';
import { list_add_tail, list_del_init, list_empty, list_entries, list_for_each } from './list.ts';
import { READ_ONCE, WRITE_ONCE, kzalloc } from './primitives.ts';
import { SelectCode } from './select.ts';
import { EpItem, EventPoll, File, PollTable, PollWaiter, WaitQueueEntry } from './structs/index.ts';

/** Bits of an item's events that are not events: what is left when EPOLLONESHOT has fired. */
const EP_PRIVATE_BITS = EPOLLONESHOT | EPOLLET;

/** struct epoll_event; `data` is the caller's. */
export interface EpollEvent {
  readonly events: number;
  readonly data: number;
}

export interface EpollResult {
  readonly result: number;
  readonly events: readonly EpollEvent[];
}

export abstract class EventPollCode extends SelectCode {
  sys_epoll_create(): number {
    const fd = this.get_unused_fd();
    if (fd < 0) return fd;
    store(this.current()!.files.slot(fd), kzalloc(() => new File(null, null, new EventPoll())));
    return fd;
  }

  sys_epoll_ctl(epfd: number, operation: number, fd: number, event: EpollEvent): number {
    const [ep_file, file] = [this.file_of(epfd), this.file_of(fd)];
    if (ep_file === null || file === null) return -EBADF;
    const { ep } = ep_file;
    if (ep === null || file === ep_file) return -EINVAL;
    const item = list_entries(ep.items).find((known) => known.file === file && known.fd === fd) ?? null;
    switch (operation) {
      case EPOLL_CTL_ADD:
        return item === null ? this.ep_insert(ep, file, fd, event) : -EEXIST;
      case EPOLL_CTL_MOD:
        return item === null ? -ENOENT : this.ep_modify(item, event);
      case EPOLL_CTL_DEL:
        if (item === null) return -ENOENT;
        this.ep_remove(item);
        return 0;
      default:
        return -EINVAL;
    }
  }

  /** The item queues on the file, once, and is ready at once if the file is. */
  ep_insert(ep: EventPoll, file: File, fd: number, event: EpollEvent): number {
    const waiter = kzalloc(() => new PollWaiter(this.current()!));
    const item = kzalloc(() => new EpItem(ep, file, fd));
    item.events = event.events | POLLERR | POLLHUP;
    item.data = event.data;
    list_add_tail(item.link, ep.items);
    list_add_tail(item.file_link, file.ep_items);
    const table = new PollTable(waiter, item);
    const ready = this.file_poll(file, table) & item.events;
    effect(() => item.queues.push(...table.entries));
    if (ready !== 0) this.ep_make_ready(item);
    return 0;
  }

  ep_modify(item: EpItem, event: EpollEvent): number {
    item.events = event.events | POLLERR | POLLHUP;
    item.data = event.data;
    if (this.file_poll(item.file, null) & item.events) this.ep_make_ready(item);
    return 0;
  }

  ep_remove(item: EpItem): void {
    for (const { queue, entry } of item.queues) this.remove_wait_queue(queue, entry);
    for (const link of [item.link, item.file_link, item.ready_link]) list_del_init(link);
  }

  /** The file's queue has been woken: whether it is ready is asked when somebody wants to know. Any context but NMI. */
  override ep_poll_callback(item: EpItem): void {
    if ((item.events & ~EP_PRIVATE_BITS) !== 0) this.ep_make_ready(item);
  }

  ep_make_ready({ ep, ready_link }: EpItem): void {
    if (list_empty(ready_link)) list_add_tail(ready_link, ep.ready_list);
    list_for_each(ep.wq.task_list, (entry) => this.pollwake(entry));
  }

  /** Up to `maxevents` events of ready files. `timeout` in milliseconds; negative: for ever. */
  sys_epoll_wait(epfd: number, maxevents: number, timeout: number): EpollResult {
    const failed = (errno: number): EpollResult => ({ result: -errno, events: [] });
    if (maxevents <= 0) return failed(EINVAL);
    const file = this.file_of(epfd);
    if (file === null) return failed(EBADF);
    if (file.ep === null) return failed(EINVAL);
    const { ep } = file;
    const task = this.current()!;
    const waiter = kzalloc(() => new PollWaiter(task));
    const entry = kzalloc(() => new WaitQueueEntry(waiter));
    if (timeout > 0) effect(() => this.hardware.start_timer(timeout * 1e6, () => this.poll_timeout(waiter)));
    this.add_wait_queue(ep.wq, entry);
    let events: readonly EpollEvent[];
    let interrupted = false;
    for (;;) {
      events = this.ep_send_events(ep, maxevents);
      if (events.length > 0 || timeout === 0 || READ_ONCE(waiter.timed_out)) break;
      interrupted = READ_ONCE(task.pending_signals) !== 0;
      if (interrupted) break;
      this.sleep_until(waiter.triggered, task, (triggered) => triggered !== 0);
      WRITE_ONCE(waiter.triggered, 0);
    }
    this.remove_wait_queue(ep.wq, entry);
    return interrupted ? failed(EINTR) : { result: events.length, events };
  }

  /** Asks the ready files what they have. One that is level-triggered and had something will be asked again. */
  ep_send_events({ ready_list }: EventPoll, maxevents: number): readonly EpollEvent[] {
    const events: EpollEvent[] = [];
    for (const item of list_entries(ready_list)) {
      if (events.length === maxevents) break;
      list_del_init(item.ready_link);
      const ready = this.file_poll(item.file, null) & item.events;
      if (ready === 0) continue;
      events.push({ events: ready, data: item.data });
      if (item.events & EPOLLONESHOT) item.events &= EP_PRIVATE_BITS;
      else if ((item.events & EPOLLET) === 0) list_add_tail(item.ready_link, ready_list);
    }
    return events;
  }

  /** The last reference to the file is gone: no epoll watches it any more; an epoll file watches nothing. */
  override eventpoll_release(file: File): void {
    for (const item of list_entries(file.ep_items)) this.ep_remove(item);
    if (file.ep !== null) for (const item of list_entries(file.ep.items)) this.ep_remove(item);
  }
}
