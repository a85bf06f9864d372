/**
 * The system calls of perf as user space makes them: by descriptor, with errors as negative numbers.
 *
 * Reference: perf_ioctl, perf_read and perf_mmap of kernel/events/core.c, v3.1 and v3.2; perf_event_open(2).
 * Not modelled: filters and BPF programs, which nobody has here; the mutexes that read(2) holds; ioctl(2) on pipes.
 */
import {
  EBADF, EFAULT, EINVAL, ENOSPC, ENOTTY, ESPIPE, PERF_EVENT_IOC_DISABLE, PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_ID, PERF_EVENT_IOC_PERIOD,
  PERF_EVENT_IOC_REFRESH, PERF_EVENT_IOC_RESET, PERF_EVENT_IOC_SET_FILTER, PERF_EVENT_IOC_SET_OUTPUT, PERF_FORMAT_GROUP, PERF_FORMAT_ID, PERF_FORMAT_LOST,
  PERF_FORMAT_TOTAL_TIME_ENABLED, PERF_FORMAT_TOTAL_TIME_RUNNING, PERF_IOC_FLAG_GROUP, PERF_TYPE_TRACEPOINT,
} from './abi/index.ts';
import type { EventTimes } from './context.ts';
import { FcntlCode } from './fcntl.ts';
import { list_for_each } from './list.ts';
import { mutex_lock, mutex_unlock } from './primitives.ts';
import { PERF_EVENT_STATE_ERROR, type PerfEvent } from './structs/index.ts';

/** What ioctl(2) is given: a number, a period that may need all 64 bits, or memory that the kernel writes to. */
export type IoctlArgument = number | bigint | { id: number } | null;

/** Commands to which a NULL pointer is not the number 0. */
const ANSWERING: readonly number[] = [PERF_EVENT_IOC_PERIOD, PERF_EVENT_IOC_ID];

export abstract class SyscallCode extends FcntlCode {
  sys_ioctl(fd: number, command: number, argument: IoctlArgument): number {
    return this.with_file(fd, ({ event }) => (event === null ? -ENOTTY : this.perf_ioctl(event, command, argument))) ?? -EBADF;
  }

  perf_ioctl(event: PerfEvent, command: number, given: IoctlArgument): number {
    const argument = given === null && !ANSWERING.includes(command) ? 0 : given;
    if (typeof argument !== 'number') return this.perf_ioctl_pointer(event, command, argument);
    switch (command) {
      case PERF_EVENT_IOC_ENABLE:
        return this.perf_event_for_each(event, argument, (member) => this.perf_event_enable(member));
      case PERF_EVENT_IOC_DISABLE:
        return this.perf_event_for_each(event, argument, (member) => this.perf_event_disable(member));
      case PERF_EVENT_IOC_RESET:
        return this.perf_event_for_each(event, argument, (member) => this.perf_event_reset(member));
      case PERF_EVENT_IOC_REFRESH:
        return this.perf_event_refresh(event, argument);
      case PERF_EVENT_IOC_PERIOD:
        return this.perf_event_period(event, BigInt.asUintN(64, BigInt(argument)));
      case PERF_EVENT_IOC_SET_OUTPUT: {
        if (argument === -1) return this.perf_event_set_output(event, null);
        const set = (output: PerfEvent | null): number => (output === null ? -EBADF : this.perf_event_set_output(event, output));
        return this.with_file(argument, (file) => set(file.event)) ?? -EBADF;
      }
      case PERF_EVENT_IOC_SET_FILTER:
        return this.perf_event_set_filter(event);
      default:
        return this.perf_ioctl_later(event, command, argument);
    }
  }

  /** Only tracepoints have fields to filter by. The filter of one is fetched then, and no number is the address of a filter. */
  perf_event_set_filter({ attr }: PerfEvent): number {
    return attr.type === PERF_TYPE_TRACEPOINT ? -EFAULT : -EINVAL;
  }

  /** A command whose argument is no plain number: a 64-bit period, or where to put an answer; null is a NULL pointer. */
  perf_ioctl_pointer(event: PerfEvent, command: number, argument: Exclude<IoctlArgument, number>): number {
    if (command !== PERF_EVENT_IOC_PERIOD) return -ENOTTY;
    return typeof argument === 'bigint' ? this.perf_event_period(event, BigInt.asUintN(64, argument)) : this.perf_period_unreadable(event);
  }

  /** What is said of a period that cannot be fetched: until v5.5 an event that does not sample is refused before anybody tries. */
  perf_period_unreadable({ is_sampling }: PerfEvent): number {
    return is_sampling ? -EFAULT : -EINVAL;
  }

  /** The commands that came after v3.1. */
  perf_ioctl_later(_event: PerfEvent, _command: number, _argument: number): number {
    return -ENOTTY;
  }

  /** Applies `apply` to the event and its inherited copies; with the group flag, to the whole group. */
  perf_event_for_each(event: PerfEvent, flags: number, apply: (event: PerfEvent) => void): number {
    const ctx = event.ctx!;
    if (flags & PERF_IOC_FLAG_GROUP) {
      const leader = event.group_leader!;
      mutex_lock(ctx.mutex);
      this.perf_event_for_each_child(leader, apply);
      // v3.2 means the siblings and acts on the leader, once for each of them (section 2.6).
      list_for_each(leader.sibling_list, (sibling) => this.perf_event_for_each_child(this.group_target(leader, sibling), apply));
      mutex_unlock(ctx.mutex);
    } else {
      this.perf_event_for_each_child(event, apply);
    }
    return 0;
  }

  group_target(leader: PerfEvent, _sibling: PerfEvent): PerfEvent {
    return leader;
  }

  perf_event_for_each_child(event: PerfEvent, apply: (event: PerfEvent) => void): void {
    mutex_lock(event.child_mutex);
    apply(event);
    list_for_each(event.child_list, apply);
    mutex_unlock(event.child_mutex);
  }

  /** prctl(PR_TASK_PERF_EVENTS_ENABLE or _DISABLE): all events that the task has opened, whomever they count. */
  sys_prctl_perf_events(enable: boolean): void {
    const { perf_event_mutex, perf_event_list } = this.current()!;
    const apply = (event: PerfEvent): void => (enable ? this.perf_event_enable(event) : this.perf_event_disable(event));
    mutex_lock(perf_event_mutex);
    list_for_each(perf_event_list, (event) => this.perf_event_for_each_child(event, apply));
    mutex_unlock(perf_event_mutex);
  }

  /** read(2): the 64-bit values in order; an event in error reads as end of file; null bytes are a NULL buffer. An epoll has nothing to read. */
  sys_read(fd: number, bytes: number | null): readonly number[] | number {
    const file = this.file_of(fd);
    if (file === null) return -EBADF;
    const { event } = file;
    if (event === null) return -EINVAL;
    if (event.state === PERF_EVENT_STATE_ERROR) return [];
    if (bytes !== null && bytes < event.read_size) return -ENOSPC;
    const values = this.perf_event_read_all(event);
    return bytes === null && typeof values !== 'number' ? -EFAULT : values;
  }

  /** Events are read, at no position, and never written: write(2), and lseek(2) or pread(2). */
  sys_write(fd: number): number {
    return this.file_of(fd) === null ? -EBADF : -EINVAL;
  }

  sys_lseek(fd: number): number {
    return this.file_of(fd) === null ? -EBADF : -ESPIPE;
  }

  /**
   * What a sample says: the times up to now of the event that samples, to which children that have ended add only where it
   * reads alone, and counts as they are. Other members of a group are read where they count.
   */
  override perf_output_read(event: PerfEvent): readonly number[] {
    const { read_format } = event;
    const own = read_format & TOTAL_TIMES ? this.calc_timer_values(event) : NO_TIMES;
    for (const member of this.perf_group_of_read(event)) {
      if (member !== event && this.perf_sample_reads(member)) member.pmu.read(member);
    }
    const times = read_format & PERF_FORMAT_GROUP ? own : {
      enabled: own.enabled + event.child_total_time_enabled,
      running: own.running + event.child_total_time_running,
    };
    return read_values(event, this.perf_group_of_read(event), (member) => ({ count: member.count + member.child_count, ...times }));
  }

  /** Whether a member is read for a sample. One that is off ought not to be: its counter may be another event's by then, and a clock never stands still. */
  perf_sample_reads(_member: PerfEvent): boolean {
    return true;
  }

  /** What read(2) says: the same with the children that are alive, all brought up to date. */
  perf_event_read_all(event: PerfEvent): readonly number[] | number {
    return read_values(event, this.perf_group_of_read(event), (member) => {
      this.perf_event_read(member);
      let count = member.count + member.child_count;
      let enabled = member.total_time_enabled + member.child_total_time_enabled;
      let running = member.total_time_running + member.child_total_time_running;
      list_for_each(member.child_list, (child) => {
        this.perf_event_read(child);
        count += child.count;
        enabled += child.total_time_enabled;
        running += child.total_time_running;
      });
      return { count, enabled, running };
    });
  }

  perf_group_of_read(event: PerfEvent): readonly PerfEvent[] {
    return event.read_format & PERF_FORMAT_GROUP ? this.perf_group_events(event.group_leader!) : [event];
  }
}

const TOTAL_TIMES = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
const NO_TIMES: EventTimes = { enabled: 0, running: 0 };

interface ReadValue extends EventTimes {
  readonly count: number;
}

/** The values in the order of `read_format`. The times are the first member's. */
function read_values(
  { read_format }: PerfEvent, members: readonly PerfEvent[], value_of: (member: PerfEvent) => ReadValue,
): readonly number[] {
  const values = members.map(value_of);
  const [{ enabled, running }] = values;
  const times: number[] = [];
  if (read_format & PERF_FORMAT_TOTAL_TIME_ENABLED) times.push(enabled);
  if (read_format & PERF_FORMAT_TOTAL_TIME_RUNNING) times.push(running);
  const words = members.map((member, i) => {
    const own = [values[i].count];
    if (read_format & PERF_FORMAT_ID) own.push(member.parent?.id ?? member.id);
    if (read_format & PERF_FORMAT_LOST) own.push(member.lost_samples);
    return own;
  });
  if (read_format & PERF_FORMAT_GROUP) return [members.length, ...times, ...words.flat()];
  const [[count, ...rest]] = words;
  return [count, ...times, ...rest];
}
