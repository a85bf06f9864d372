/**
 * perf_event_open(2) and what undoes it: making events, their files, and freeing them.
 *
 * Reference: sys_perf_event_open, perf_event_alloc, find_get_context, perf_release and free_event of
 * kernel/events/core.c, v3.1 and v3.2; sections 2.1 and 2.4.
 * Not modelled: cgroups, dumpable tasks, security modules.
 */
import { effect, load, store, type Cell } from '../sim/memory.ts';
import {
  CLOCK_BOOTTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME, CLOCK_TAI, EACCES, EBADF, EINVAL, EMFILE, ENODEV,
  ENOENT, ENOMEM, EOPNOTSUPP, EOVERFLOW, ESRCH, PERF_FLAG_FD_CLOEXEC, PERF_FLAG_FD_NO_GROUP, PERF_FLAG_FD_OUTPUT, PERF_FLAG_PID_CGROUP, PERF_FORMAT_GROUP,
  PERF_SAMPLE_BRANCH_STACK, PERF_SAMPLE_CALLCHAIN, PERF_SAMPLE_PHYS_ADDR, type PerfEventAttr,
} from './abi/index.ts';
import { AttrCode, has_extended_regs } from './attr.ts';
import { list_add_tail, list_del_init, list_empty } from './list.ts';
import { PERF_MAX_STACK_DEPTH } from './output.ts';
import {
  READ_ONCE, atomic_dec_and_test, atomic_inc, atomic_inc_not_zero, kzalloc, mutex_lock, mutex_unlock, operate_when, xchg,
} from './primitives.ts';
import {
  File, PERF_ATTACH_TASK, PERF_EVENT_STATE_INACTIVE, PERF_EVENT_STATE_OFF, PerfEvent, PerfEventContext,
  type PmuOperations, type TaskStruct,
} from './structs/index.ts';

/** Clocks that an NMI may read, and those that only events without NMIs may use. */
const NMI_SAFE_CLOCKS = [CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW];
const OTHER_CLOCKS = [CLOCK_REALTIME, CLOCK_BOOTTIME, CLOCK_TAI];

/** perf_event_set_clock. */
function clock_exists(clockid: number, pmu: PmuOperations): boolean {
  return NMI_SAFE_CLOCKS.includes(clockid) || (pmu.software && OTHER_CLOCKS.includes(clockid));
}

/** What group_fd stands for: the leader of the new event, or whose buffer it shall write into, or both. */
export interface GroupRequest {
  readonly leader: PerfEvent | null;
  readonly output: PerfEvent | null;
}

/** The steps: the task is found, its leader found to inherit alike, the event made and its clock set, its output set. */
export type PermissionStep = 'task' | 'leader' | 'clock' | 'output';

export abstract class OpenCode extends AttrCode {
  /** The PMUs in the order in which they are asked whether an event is theirs. */
  abstract readonly pmus: readonly PmuOperations[];

  #next_event_id = 0;

  abstract find_task(pid: number): TaskStruct | null;

  sys_perf_event_open(asked: PerfEventAttr | null, pid: number, cpu: number, group_fd: number, flags: number): number {
    if (flags & ~this.attr_limits.flags) return -EINVAL;
    const attr = this.perf_copy_attr(asked);
    if (typeof attr === 'number') return attr;
    const refused = this.perf_open_refused(attr, pid, cpu, flags);
    if (refused !== 0) return refused;
    const fd = this.get_unused_fd();
    if (fd < 0) return fd;

    const group = this.perf_group_of(group_fd, flags);
    if (typeof group === 'number') return group;
    const by_task = pid !== -1 && (flags & PERF_FLAG_PID_CGROUP) === 0;
    const task = by_task ? this.perf_target_task(pid, attr, group.leader) : null;
    if (typeof task === 'number') return task;

    const event = this.perf_event_alloc(attr, cpu, task, group.leader, null);
    if (typeof event === 'number') return event;
    const refused_place = this.perf_event_place(event, group, fd, flags);
    if (refused_place !== 0) event.pmu.event_destroy?.(event);
    return refused_place || fd;
  }

  /** Finds the event its context, its group and its output, and installs it; 0 or an error. */
  perf_event_place(event: PerfEvent, group: GroupRequest, fd: number, flags: number): number {
    const { attr, target, cpu } = event;
    if (flags & PERF_FLAG_PID_CGROUP) return -EBADF;
    if (attr.use_clockid && !clock_exists(attr.clockid, event.pmu)) return -EINVAL;
    if (this.perf_permission_denied('clock', target)) return -EACCES;
    const ctx = this.find_get_context(this.perf_context_pmu(event, group.leader).task_ctx_nr, target, cpu);
    if (typeof ctx === 'number') return ctx;
    const unfit = this.perf_group_unfit(event, group.leader, ctx);
    if (unfit !== 0) return unfit;
    if (group.output !== null) {
      // The event has no context yet, so that as long as contexts are compared (v5.19) not even its own task's will do.
      const result = this.perf_event_set_output(event, group.output);
      if (result !== 0) return result;
    }
    const refused = this.perf_event_refused(event, group.leader);
    if (refused !== 0) this.perf_event_drop_buffer(event);
    else this.perf_event_install(event, group.leader, ctx, fd, flags);
    return refused;
  }

  /** What is still asked of an event that has its context, its group and its output. */
  perf_event_refused(event: PerfEvent, leader: PerfEvent | null): number {
    if (this.perf_permission_denied('output', event.target)) return -EACCES;
    const oversized = this.perf_event_oversized(event, leader);
    // AUX data in samples comes from an AUX event that leads the group, and there are none here.
    return oversized || (event.attr.aux_sample_size === 0 ? 0 : -EINVAL);
  }

  /** Everything is in order: the event goes into its context and gets its file. */
  perf_event_install(event: PerfEvent, leader: PerfEvent | null, ctx: PerfEventContext, fd: number, flags: number): void {
    if (event.target !== null) event.attach_state = PERF_ATTACH_TASK;
    const file = kzalloc(() => new File(event));
    event.filp = file;
    const moved = leader !== null && leader.ctx !== ctx ? this.perf_group_remove(leader) : [];
    mutex_lock(ctx.mutex);
    for (const member of moved) this.perf_install_in_context(ctx, member, event.cpu);
    this.perf_install_in_context(ctx, event, event.cpu);
    ctx.generation++;
    mutex_unlock(ctx.mutex);
    this.account_event(event, 1);
    this.perf_event_owned(event, this.current()!);
    this.perf_event__header_size(event);
    this.perf_event__id_header_size(event);
    store(this.current()!.files.slot(fd), file);
    this.set_close_on_exec(fd, (flags & PERF_FLAG_FD_CLOEXEC) !== 0);
  }

  set_close_on_exec(fd: number, set: boolean): void {
    const { files } = this.current()!;
    const { close_on_exec } = files;
    if (close_on_exec.includes(fd) === set) return;
    files.close_on_exec = set ? [...close_on_exec, fd] : close_on_exec.filter((other) => other !== fd);
  }

  /** Whether the request is refused whatever the rest of the system looks like. */
  perf_open_refused(attr: PerfEventAttr, pid: number, cpu: number, flags: number): number {
    const { capable } = this.current()!.user;
    if (!attr.exclude_kernel && !this.perf_allow_kernel()) return -EACCES;
    if (attr.namespaces && !capable) return -EACCES;
    if (this.perf_period_invalid(attr)) return -EINVAL;
    if (Number(attr.sample_type) & PERF_SAMPLE_PHYS_ADDR && !this.perf_allow_kernel()) return -EACCES;
    return flags & PERF_FLAG_PID_CGROUP && (pid === -1 || cpu === -1) ? -EINVAL : 0;
  }

  /** The task that `pid` names (0: the caller's), if it lives and the caller may look into it. */
  perf_target_task(pid: number, _attr: PerfEventAttr, _leader: PerfEvent | null): TaskStruct | number {
    const task = pid === 0 ? this.current() : this.find_task(pid);
    if (task === null) return -ESRCH;
    return this.perf_permission_denied('task', task) ? -EACCES : task;
  }

  /** One's own tasks may be looked into, and with the capability all. */
  ptrace_may_access(task: TaskStruct): boolean {
    const { user } = this.current()!;
    return user.capable || user === task.user;
  }

  /** Behind which step perf_event_open(2) asks whether the caller may look into the task. */
  get permission_step(): PermissionStep {
    return 'task';
  }

  /** Whether that is asked here, and the answer is no. */
  perf_permission_denied(step: PermissionStep, task: TaskStruct | null): boolean {
    return step === this.permission_step && task !== null && !this.ptrace_may_access(task);
  }

  /** Whether what a read of the group returns would be too large; v3.2 does not ask. */
  perf_event_oversized(_event: PerfEvent, _leader: PerfEvent | null): number {
    return 0;
  }

  /** The leader and the output event that group_fd and flags name. */
  perf_group_of(group_fd: number, flags: number): GroupRequest | number {
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
    const moves = !event.pmu.software && leader.group_software;
    if (moves ? (leader.ctx!.task === null) !== (ctx.task === null) : leader.ctx !== ctx) return -EINVAL;
    if (this.perf_event_clock_of(leader) !== this.perf_event_clock_of(event)) return -EINVAL;
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
    target: TaskStruct | null,
    leader: PerfEvent | null,
    parent: PerfEvent | null,
  ): PerfEvent | number {
    if ((cpu >= this.hardware.nr_cpus || cpu < 0) && (target === null || cpu !== -1)) return -EINVAL;
    if (asked.sigtrap && target === null) return -EINVAL;
    if (this.should_fail()) return -ENOMEM;
    const id = effect(() => ++this.#next_event_id);
    if (this.perf_inherit_invalid(asked)) return -EINVAL;
    const event = this.perf_init_event(id, asked, cpu, target, leader);
    if (typeof event === 'number') return event;
    // Only a CPU knows its branches.
    if ((event.sample_type & PERF_SAMPLE_BRANCH_STACK && event.pmu.software) || asked.aux_output || has_extended_regs(asked)) return -EOPNOTSUPP;
    if (event.sample_type & PERF_SAMPLE_CALLCHAIN && asked.sample_max_stack > PERF_MAX_STACK_DEPTH) return -EOVERFLOW;
    event.parent = parent;
    event.overflow_handler = parent?.overflow_handler ?? null;
    return event;
  }

  /** Several tasks' values cannot be told apart in one read of a group. */
  perf_inherit_invalid({ inherit, read_format }: PerfEventAttr): boolean {
    return inherit && (Number(read_format) & PERF_FORMAT_GROUP) !== 0;
  }

  perf_init_event(id: number, asked: PerfEventAttr, cpu: number, target: TaskStruct | null, leader: PerfEvent | null): PerfEvent | number {
    for (const pmu of this.pmus) {
      const attr = pmu.event_attr?.(asked) ?? asked;
      const event = kzalloc(() => new PerfEvent(id, attr, cpu, pmu));
      event.group_leader = leader ?? event;
      event.target = target;
      event.state = attr.disabled ? PERF_EVENT_STATE_OFF : PERF_EVENT_STATE_INACTIVE;
      const { hw } = event;
      hw.sample_period = attr.freq && event.is_sampling ? 1 : Number(attr.sample_period);
      hw.last_period = this.perf_first_last_period(event, asked);
      hw.period_left = hw.sample_period;
      const result = pmu.event_init(event);
      if (result === 0) return event;
      if (result !== -ENOENT) return result;
    }
    return -ENOENT;
  }

  /**
   * The period that samples tell of before one is over. A clock turns a frequency into a period at once, but v3.2 forgets
   * that it had begun with 1, and never sets this again.
   */
  perf_first_last_period({ hw, is_sampling }: PerfEvent, asked: PerfEventAttr): number {
    return asked.freq && is_sampling ? 1 : hw.sample_period;
  }

  /** The context number `ctxn` of `task` (or of `cpu`); a task's is made when first needed. */
  find_get_context(ctxn: 0 | 1, task: TaskStruct | null, cpu: number): PerfEventContext | number {
    if (task === null) {
      if (this.sysctl_perf_event_paranoid > 0 && !this.current()!.user.capable) return -EACCES;
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

  /** Counts who wants to know of things that are costly to report. */
  account_event(event: PerfEvent, change: number): void {
    const { context_switch, mmap, mmap_data, task, comm } = event.attr;
    const count = (cell: Cell<number>): void => store(cell, load(cell) + change);
    if (context_switch) count(this.nr_switch_events);
    // An event with mmap2 alone hears of mappings as long as somebody else asks for them.
    if (mmap || mmap_data) count(this.nr_mmap_events);
    if (task) count(this.nr_task_events);
    if (comm) count(this.nr_comm_events);
  }

  perf_event_owned(event: PerfEvent, owner: TaskStruct): void {
    event.owner = owner;
    mutex_lock(owner.perf_event_mutex);
    list_add_tail(event.owner_entry, owner.perf_event_list);
    mutex_unlock(owner.perf_event_mutex);
  }

  /** The lowest free file descriptor of the current task. */
  get_unused_fd(): number {
    const { files, rlimit_nofile } = this.current()!;
    for (let fd = 3; fd < rlimit_nofile; fd++) if (load(files.slot(fd)) === null) return fd;
    return -EMFILE;
  }

  file_of(fd: number): File | null {
    const { files } = this.current()!;
    return fd < 0 || fd >= files.size ? null : load(files.slot(fd));
  }

  /**
   * Calls `use` with the open file behind a descriptor; null if it is not open. Where another thread might close it
   * meanwhile, a reference is held (fget_light).
   */
  with_file<T>(fd: number, use: (file: File) => T): T | null {
    const { files } = this.current()!;
    if (fd < 0 || fd >= files.size) return null;
    if (READ_ONCE(files.count) === 1) {
      const file = load(files.slot(fd));
      return file === null ? null : use(file);
    }
    const file = READ_ONCE(files.slot(fd));
    if (file === null || !atomic_inc_not_zero(file.f_count)) return null;
    const result = use(file);
    this.fput(file);
    return result;
  }

  /** The perf event behind a descriptor; null if it is none. */
  perf_event_of(fd: number): PerfEvent | null {
    return this.file_of(fd)?.event ?? null;
  }

  /** close(2). A mapping, a poll(2) that is under way or an inherited event may keep the file open. */
  sys_close(fd: number): number {
    const file = this.file_of(fd) === null ? null : xchg(this.current()!.files.slot(fd), null);
    if (file === null) return -EBADF;
    this.fput(file);
    return 0;
  }

  override fput(file: File): void {
    if (!atomic_dec_and_test(file.f_count)) return;
    if (!list_empty(file.ep_items) || file.ep !== null) this.eventpoll_release(file);
    if (file.end !== null) this.pipe_release(file);
    else if (file.event !== null) this.perf_release(file.event);
  }

  abstract eventpoll_release(file: File): void;

  /** dup(2): another descriptor of the same open file. */
  sys_dup(fd: number): number {
    const file = this.file_of(fd);
    if (file === null) return -EBADF;
    const copy = this.get_unused_fd();
    if (copy < 0) return copy;
    atomic_inc(file.f_count);
    store(this.current()!.files.slot(copy), file);
    return copy;
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
    this.perf_event_release_children(event);
    this.free_event(event);
  }

  /** What becomes of inherited events when theirs is closed: until v4.5 that waits for them. */
  perf_event_release_children(_event: PerfEvent): void {}

  /** Waits until the event's irq_work is done, gives up its buffer, and frees it after a grace period. */
  free_event(event: PerfEvent): void {
    this.irq_work_sync(event);
    this.account_event(event, -1);
    this.perf_event_drop_buffer(event);
    event.pmu.event_destroy?.(event);
    effect(() => this.hardware.call_rcu(event.rcu_free));
  }

  irq_work_sync(event: PerfEvent): void {
    if (this.irq_work_busy(event.pending)) operate_when(event.pending.flags, (flags) => flags === 0);
  }
}
