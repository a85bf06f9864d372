/**
 * Points at which somebody outside the kernel may watch it: statistics, timelines, the explorer's own accounting.
 * They see, they never change.
 *
 * Reference: the idea of include/trace/events; these points are our own.
 * Not modelled: nothing.
 */
import type { Location } from '../pmu/location.ts';
import type { PerfEvent, RingBuffer, TaskStruct } from './structs/index.ts';

export interface Tracepoints {
  /** A record of `size` bytes was given the place that ends at `head`. */
  record_stored(rb: RingBuffer, event: PerfEvent, type: number, size: number, head: number): void;
  /** A record found no place. */
  record_dropped(rb: RingBuffer, event: PerfEvent): void;
  /** A record of `event` has no buffer to go to, or one that takes none. */
  record_refused(event: PerfEvent): void;
  /** A LOST record reports `count` records. */
  lost_reported(rb: RingBuffer, event: PerfEvent, count: number): void;
  /** A writer found the wakeup stamp moved and posts a wakeup through `event`. */
  wakeup_posted(rb: RingBuffer, event: PerfEvent): void;
  /** A posted wakeup is carried out: whoever sleeps on a queue that it reaches is woken next. */
  wakeup_run(event: PerfEvent): void;
  /** A sleeper on the wait queue of `event` was woken. */
  poller_woken(event: PerfEvent, task: TaskStruct): void;
  /** `task` has read all up to `tail`, and gives it back. */
  data_tail(rb: RingBuffer, tail: number, task: TaskStruct): void;
  overflow(event: PerfEvent): void;
  sched_switch(cpu: number, previous: TaskStruct | null, next: TaskStruct | null): void;
  /** The executing CPU enters the handler of an NMI or interrupt, and leaves it. They nest. */
  irq_enter(handler: Location, nmi: boolean): void;
  irq_exit(): void;
  /** A program makes a system call that may sleep, and has its result. */
  sys_enter(task: TaskStruct, name: string): void;
  sys_exit(task: TaskStruct): void;
  signal_sent(task: TaskStruct, signal: number): void;
}

/** Watches nothing; subclasses override what they want to see. */
export class SilentTracepoints implements Tracepoints {
  record_stored(_rb: RingBuffer, _event: PerfEvent, _type: number, _size: number, _head: number): void {}
  record_dropped(_rb: RingBuffer, _event: PerfEvent): void {}
  record_refused(_event: PerfEvent): void {}
  lost_reported(_rb: RingBuffer, _event: PerfEvent, _count: number): void {}
  wakeup_posted(_rb: RingBuffer, _event: PerfEvent): void {}
  wakeup_run(_event: PerfEvent): void {}
  poller_woken(_event: PerfEvent, _task: TaskStruct): void {}
  data_tail(_rb: RingBuffer, _tail: number, _task: TaskStruct): void {}
  overflow(_event: PerfEvent): void {}
  sched_switch(_cpu: number, _previous: TaskStruct | null, _next: TaskStruct | null): void {}
  irq_enter(_handler: Location, _nmi: boolean): void {}
  irq_exit(): void {}
  sys_enter(_task: TaskStruct, _name: string): void {}
  sys_exit(_task: TaskStruct): void {}
  signal_sent(_task: TaskStruct, _signal: number): void {}
}
