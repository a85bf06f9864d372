/**
 * poll(2) and select(2): sweep all files; if none is ready, sleep until any of their queues is woken, and sweep them all again.
 *
 * Reference: do_sys_poll, do_poll and do_pollfd of fs/select.c, v3.2; steps P1 to P5.
 * Not modelled: busy polling; files other than perf events and pipes.
 */
import { effect, type Cell } from '../sim/memory.ts';
import { EBADF, EINTR, EINVAL, POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLPRI, POLLRDNORM } from './abi/index.ts';
import { MmapCode } from './mmap.ts';
import { READ_ONCE, WRITE_ONCE, kzalloc, sleep_until } from './primitives.ts';
import { PollTable, PollWaiter, type File } from './structs/index.ts';

/** struct pollfd on the way in. */
export interface PollFd {
  readonly fd: number;
  readonly events: number;
}

/** What poll(2) returns, and the revents that it leaves, in the order of the request. */
export interface PollResult {
  readonly result: number;
  readonly revents: readonly number[];
}

/** Descriptors to be watched for reading, writing and exceptions: select(2)'s sets, on the way in and out. */
export interface SelectSets {
  readonly read: readonly number[];
  readonly write: readonly number[];
  readonly except: readonly number[];
}

export interface SelectResult extends SelectSets {
  readonly result: number;
}

/** What poll(2) must say for a descriptor to be in a set. */
const SELECT_SETS = [
  ['read', POLLIN | POLLRDNORM | POLLHUP | POLLERR], ['write', POLLOUT | POLLERR], ['except', POLLPRI],
] as const;

export abstract class SelectCode extends MmapCode {
  /** `timeout` in milliseconds; negative: for ever. */
  sys_poll(fds: readonly PollFd[], timeout: number): PollResult {
    if (fds.length > this.current()!.rlimit_nofile) return { result: -EINVAL, revents: fds.map(() => 0) };
    return this.poll_until(timeout, (table) => this.poll_sweep(fds, table), (failed) => ({ ...failed, result: -EINTR }));
  }

  /** Sweeps until something is ready, time is up, or a signal comes. */
  poll_until<R extends { result: number }>(timeout: number, sweep: (table: PollTable | null) => R, interrupt: (last: R) => R): R {
    const task = this.current()!;
    const waiter = kzalloc(() => new PollWaiter(task));
    const table = new PollTable(waiter);
    if (timeout > 0) effect(() => this.hardware.start_timer(timeout * 1e6, () => this.poll_timeout(waiter)));

    // Who will not wait queues nowhere.
    let register = timeout === 0 ? null : table;
    let polled: R;
    for (;;) {
      polled = sweep(register);
      register = null;
      if (polled.result !== 0) break;
      if (READ_ONCE(task.pending_signals) !== 0) {
        polled = interrupt(polled);
        break;
      }
      if (timeout === 0 || READ_ONCE(waiter.timed_out)) break;
      // A wake since the sweep began has set `triggered`: then this does not sleep.
      this.sleep_until(waiter.triggered, task, (triggered) => triggered !== 0);
      WRITE_ONCE(waiter.triggered, 0);
    }
    this.poll_freewait(table);
    return polled;
  }

  /** select(2): descriptors in place of sets of bits. `timeout` in milliseconds; negative: for ever. */
  sys_select(sets: SelectSets, timeout: number): SelectResult {
    const all = [...new Set([...sets.read, ...sets.write, ...sets.except])].sort((a, b) => a - b);
    const nothing = { read: [], write: [], except: [] };
    if (all.some((fd) => this.file_of(fd) === null)) return { result: -EBADF, ...nothing };
    return this.poll_until(timeout, (table) => this.select_sweep(all, sets, table), () => ({ result: -EINTR, ...nothing }));
  }

  select_sweep(all: readonly number[], sets: SelectSets, register: PollTable | null): SelectResult {
    let table = register;
    const masks = new Map(all.map((fd) => {
      const mask = this.file_poll(this.file_of(fd)!, table);
      if (SELECT_SETS.some(([set, bits]) => sets[set].includes(fd) && mask & bits)) table = null;
      return [fd, mask];
    }));
    const ready = SELECT_SETS.map(([set, bits]) => [set, sets[set].filter((fd) => masks.get(fd)! & bits)] as const);
    const result = ready.reduce((sum, [, fds]) => sum + fds.length, 0);
    return { result, ...(Object.fromEntries(ready) as unknown as SelectSets) };
  }

  /** Asks every file in order. Waiters are registered until the first ready file is found. */
  poll_sweep(fds: readonly PollFd[], register: PollTable | null): PollResult {
    let table = register;
    let result = 0;
    const revents = fds.map(({ fd, events }) => {
      if (fd < 0) return 0;
      const mask = this.with_file(fd, (file) => this.file_poll(file, table) & (events | POLLERR | POLLHUP)) ?? POLLNVAL;
      if (mask !== 0) {
        result++;
        table = null;
      }
      return mask;
    });
    return { result, revents };
  }

  file_poll(file: File, table: PollTable | null): number {
    if (file.event !== null) return this.perf_poll(file, table);
    if (file.end === null) return 0;
    return READ_ONCE(file.end.pipe.bytes) > 0 ? POLLIN : 0;
  }

  poll_timeout(waiter: PollWaiter): void {
    WRITE_ONCE(waiter.timed_out, true);
    WRITE_ONCE(waiter.triggered, 1);
    this.hardware.wake_up_process(waiter.task);
  }

  /** schedule() in TASK_INTERRUPTIBLE: until `condition` holds for `cell`, or a signal is pending for `task`. */
  sleep_until<T>(cell: Cell<T>, task: PollWaiter['task'], condition: (value: T) => boolean): void {
    sleep_until(cell, task.pending_signals, condition);
  }
}
