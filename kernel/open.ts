/**
 * perf_event_open(2) and what undoes it: making events, their files, and freeing them.
 *
 * Reference: sys_perf_event_open, perf_event_alloc, perf_copy_attr, find_get_context, perf_release and free_event of
 * kernel/events/core.c, v3.1 and v3.2; sections 2.1 and 2.4.
 * Not modelled: cgroups, ptrace permission, security modules.
 */
import { effect, load, store } from '../sim/memory.ts';
import {
  E2BIG, EACCES, EINVAL, EMFILE, ENODEV, ENOENT, ESRCH, PERF_ATTR_SIZE_VER0, PERF_FLAG_FD_NO_GROUP, PERF_FLAG_FD_OUTPUT,
  PERF_FLAG_PID_CGROUP, PERF_FORMAT_GROUP, EBADF, type PerfEventAttr,
} from './abi/index.ts';
import { attr_limits, type AttrLimits } from './attr-limits.ts';
import { BufferCode } from './buffer.ts';
import { list_add_tail, list_del_init } from './list.ts';
import { WRITE_ONCE, atomic_dec_and_test, kzalloc, mutex_lock, mutex_unlock, operate_when } from './primitives.ts';
import {
  File, PERF_ATTACH_TASK, PERF_EVENT_STATE_INACTIVE, PERF_EVENT_STATE_OFF, PerfEvent, PerfEventContext,
  type PmuOperations, type TaskStruct,
} from './structs.ts';

/** Open files that a process may have (RLIMIT_NOFILE). */
export const NR_OPEN = 1024;

export abstract class OpenCode extends BufferCode {
  /** The PMUs in the order in which they are asked whether an event is theirs. */
  abstract readonly pmus: readonly PmuOperations[];

  /** What an attr of this kernel may hold; later kernels know more. */
  readonly attr_limits: AttrLimits = attr_limits('3.1');
  #next_event_id = 0;

  abstract find_task(pid: number): TaskStruct | null;

  sys_perf_event_open(attr: PerfEventAttr, pid: number, cpu: number, group_fd: number, flags: number): number {
    const refused = this.perf_open_refused(attr, cpu, flags);
    if (refused !== 0) return refused;
    const fd = this.get_unused_fd();
    if (fd < 0) return fd;

    const group = this.perf_group_of(group_fd, flags);
    if (typeof group === 'number') return group;
    const task = pid === -1 ? null : pid === 0 ? this.current() : this.find_task(pid);
    if (pid !== -1 && task === null) return -ESRCH;

    const event = this.perf_event_alloc(attr, cpu, group.leader, null);
    if (typeof event === 'number') return event;
    const ctx = this.find_get_context(this.perf_context_pmu(event, group.leader).task_ctx_nr, task, cpu);
    if (typeof ctx === 'number') return ctx;
    const unfit = this.perf_group_unfit(event, group.leader, ctx);
    if (unfit !== 0) return unfit;
    if (group.output !== null) {
      event.ctx = ctx;
      const result = this.perf_event_set_output(event, group.output);
      if (result !== 0) return result;
    }
    if (task !== null) event.attach_state = PERF_ATTACH_TASK;

    const file = kzalloc(() => new File(event));
    event.filp = file;
    const moved = group.leader !== null && group.leader.ctx !== ctx ? this.perf_group_remove(group.leader) : [];
    mutex_lock(ctx.mutex);
    for (const member of moved) this.perf_install_in_context(ctx, member, cpu);
    this.perf_install_in_context(ctx, event, cpu);
    ctx.generation++;
    mutex_unlock(ctx.mutex);
    this.perf_event_owned(event, this.current()!);
    this.perf_event__header_size(event);
    store(this.current()!.files.slot(fd), file);
    return fd;
  }

  /** Whether the request is refused whatever the rest of the system looks like. */
  perf_open_refused(attr: PerfEventAttr, cpu: number, flags: number): number {
    if (flags & ~this.attr_limits.flags) return -EINVAL;
    const invalid = this.perf_copy_attr(attr);
    if (invalid !== 0) return invalid;
    const capable = this.current()!.user.capable;
    if (!attr.exclude_kernel && this.config.perf_event_paranoid > 1 && !capable) return -EACCES;
    if (attr.freq && attr.sample_period > BigInt(this.config.perf_event_max_sample_rate)) return -EINVAL;
    if (flags & PERF_FLAG_PID_CGROUP && cpu === -1) return -EINVAL;
    return 0;
  }

  perf_copy_attr(attr: PerfEventAttr): number {
    const { size, sample_max, format_max, unknown_flags } = this.attr_limits;
    if (attr.size < PERF_ATTR_SIZE_VER0 || attr.size > size) return -E2BIG;
    if (attr.reserved_flags !== 0n || unknown_flags.some((flag) => attr[flag])) return -EINVAL;
    if (attr.sample_type >= sample_max || attr.read_format >= format_max) return -EINVAL;
    return 0;
  }

  /** The leader and the output event that group_fd and flags name. */
  perf_group_of(group_fd: number, flags: number): { leader: PerfEvent | null; output: PerfEvent | null } | number {
    if (group_fd === -1) return { leader: null, output: null };
    const named = this.perf_event_of(group_fd);
    if (named === null) return -EBADF;
    return {
      leader: flags & PERF_FLAG_FD_NO_GROUP ? null : named,
      output: flags & PERF_FLAG_FD_OUTPUT ? named : null,
    };
  }

  perf_group_unfit(event: PerfEvent, leader: PerfEvent | null, ctx: PerfEventContext): number {
    if (leader === null) return 0;
    if (leader.group_leader !== leader) return -EINVAL;
    // A group of software events moves to where its first hardware event lives. Only the kind of context is compared.
    const moves = !event.pmu.software && this.perf_group_events(leader).every(({ pmu }) => pmu.software);
    if (moves ? (leader.ctx!.task === null) !== (ctx.task === null) : leader.ctx !== ctx) return -EINVAL;
    return event.attr.exclusive || event.attr.pinned ? -EINVAL : 0;
  }

  /** The PMU in whose context the event lives: a software event goes where its hardware leader is. */
  perf_context_pmu(event: PerfEvent, leader: PerfEvent | null): PmuOperations {
    return leader !== null && event.pmu.software && !leader.pmu.software ? leader.pmu : event.pmu;
  }

  /** Takes a group out of its context, to move it. In v3.2 that leaves its events disabled. */
  perf_group_remove(leader: PerfEvent): readonly PerfEvent[] {
    const ctx = leader.ctx!;
    const members = this.perf_group_events(leader);
    mutex_lock(ctx.mutex);
    for (const member of members) this.perf_remove_from_context(member);
    mutex_unlock(ctx.mutex);
    return members;
  }

  /** Makes an event and asks the PMUs whose it is. */
  perf_event_alloc(
    asked: PerfEventAttr,
    cpu: number,
    leader: PerfEvent | null,
    parent: PerfEvent | null,
  ): PerfEvent | number {
    if (cpu >= this.hardware.nr_cpus || cpu < -1) return -EINVAL;
    if (asked.inherit && Number(asked.read_format) & PERF_FORMAT_GROUP) return -EINVAL;
    for (const pmu of this.pmus) {
      const attr = pmu.event_attr?.(asked) ?? asked;
      const event = kzalloc(() => new PerfEvent(++this.#next_event_id, attr, cpu, pmu));
      event.group_leader = leader ?? event;
      event.parent = parent;
      event.state = attr.disabled ? PERF_EVENT_STATE_OFF : PERF_EVENT_STATE_INACTIVE;
      event.overflow_handler = parent?.overflow_handler ?? null;
      const { hw } = event;
      hw.sample_period = attr.freq ? 1 : Number(attr.sample_period);
      hw.last_period = hw.sample_period;
      hw.period_left = hw.sample_period;
      const result = pmu.event_init(event);
      if (result === 0) return event;
      if (result !== -ENOENT) return result;
    }
    return -ENOENT;
  }

  /** The context number `ctxn` of `task` (or of `cpu`); a task's is made when first needed. */
  find_get_context(ctxn: 0 | 1, task: TaskStruct | null, cpu: number): PerfEventContext | number {
    if (task === null) {
      if (this.config.perf_event_paranoid > 0 && !this.current()!.user.capable) return -EACCES;
      if (cpu === -1) return -EINVAL;
      return this.per_cpu[cpu]?.contexts[ctxn]?.ctx ?? -ENODEV;
    }
    if (task.exiting) return -ESRCH;
    const slot = task.perf_event_ctxp[ctxn];
    const present = load(slot);
    if (present !== null) return present;
    const ctx = kzalloc(() => new PerfEventContext(task, ctxn));
    store(slot, ctx);
    return ctx;
  }

  perf_event_owned(event: PerfEvent, owner: TaskStruct): void {
    event.owner = owner;
    mutex_lock(owner.perf_event_mutex);
    list_add_tail(event.owner_entry, owner.perf_event_list);
    mutex_unlock(owner.perf_event_mutex);
  }

  /** The lowest free file descriptor of the current task. */
  get_unused_fd(): number {
    const { files } = this.current()!;
    for (let fd = 3; fd < NR_OPEN; fd++) if (load(files.slot(fd)) === null) return fd;
    return -EMFILE;
  }

  file_of(fd: number): File | null {
    return fd < 0 || fd >= NR_OPEN ? null : load(this.current()!.files.slot(fd));
  }

  /** The perf event behind a descriptor; null if it is none. */
  perf_event_of(fd: number): PerfEvent | null {
    return this.file_of(fd)?.event ?? null;
  }

  /** close(2). A mapping, a poll(2) that is under way or an inherited event may keep the file open. */
  sys_close(fd: number): number {
    const file = this.file_of(fd);
    if (file === null) return -EBADF;
    store(this.current()!.files.slot(fd), null);
    this.fput(file);
    return 0;
  }

  override fput(file: File): void {
    if (!atomic_dec_and_test(file.f_count)) return;
    if (file.end !== null) this.pipe_release(file);
    else this.perf_release(file.event!);
  }

  abstract pipe_release(file: File): void;

  /** The last reference to an event's file is gone. */
  perf_release(event: PerfEvent): void {
    const { owner } = event;
    if (owner !== null) {
      mutex_lock(owner.perf_event_mutex);
      list_del_init(event.owner_entry);
      mutex_unlock(owner.perf_event_mutex);
      event.owner = null;
    }
    this.perf_event_release_kernel(event);
  }

  perf_event_release_kernel(event: PerfEvent): void {
    const ctx = event.ctx!;
    mutex_lock(ctx.mutex);
    this.perf_group_detach(event);
    this.perf_remove_from_context(event);
    mutex_unlock(ctx.mutex);
    this.free_event(event);
  }

  /** Waits until the event's irq_work is done, gives up its buffer, and frees it after a grace period. */
  free_event(event: PerfEvent): void {
    this.irq_work_sync(event);
    this.perf_event_drop_buffer(event);
    effect(() => this.hardware.call_rcu(() => WRITE_ONCE(event.freed, true)));
  }

  irq_work_sync(event: PerfEvent): void {
    if (this.irq_work_busy(event.pending)) operate_when(event.pending.flags, (flags) => flags === 0);
  }
}
