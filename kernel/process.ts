/**
 * Processes, as far as `perf record` makes and watches them: fork, exec, exit and pipes.
 *
 * Reference: kernel/fork.c, fs/exec.c, kernel/exit.c and fs/pipe.c of v3.2; section 2.5 for the order
 * of an exit.
 * Not modelled: capabilities one by one, job control; that until v4.10 an exec closes files after it has named the task; zombies beyond the SIGCHLD that they send.
 */
import { effect, load } from '../sim/memory.ts';
import {
  EBADF, EINTR, PERF_COUNT_SW_CONTEXT_SWITCHES, PERF_COUNT_SW_CPU_MIGRATIONS, SIGCHLD,
} from './abi/index.ts';
import { list_entries } from './list.ts';
import { READ_ONCE, WRITE_ONCE, atomic_add_return, atomic_dec_and_test, atomic_inc, kzalloc } from './primitives.ts';
import type { MappedFile } from './sideband.ts';
import { task_comm } from './c-string.ts';
import { SignalCode } from './signal.ts';
import { File, Pipe, TASK_DEAD, TaskStruct, type UserStruct } from './structs/index.ts';

/** A program image as exec(2) maps it: what its loader reports, in order. */
export interface Executable {
  readonly comm: string;
  readonly maps: readonly MappedFile[];
}

export abstract class ProcessCode extends SignalCode {
  #next_pid = 1;
  readonly #tasks = new Map<number, TaskStruct>();

  /** The pid of the next task: a machine that has run for a while is far from 1. */
  set next_pid(pid: number) {
    this.#next_pid = pid;
  }

  override find_task(pid: number): TaskStruct | null {
    const task = this.#tasks.get(pid);
    return task === undefined || task.exiting ? null : task;
  }

  /** The pids of a process's threads, its first one in front. */
  threads_of(tgid: number): number[] {
    return [...this.#tasks.values()].filter((task) => task.tgid === tgid && !task.exiting).map(({ pid }) => pid);
  }

  /** Bytes that a process may lock, unless setrlimit(2) has changed it (MLOCK_LIMIT). */
  get default_rlimit_memlock(): number {
    return 64 * 1024;
  }

  /** Makes a task. A thread shares its creator's thread group. */
  create_task(comm: string, parent: TaskStruct | null, user: TaskStruct['user'], thread = false): TaskStruct {
    return kzalloc(() => {
      const pid = this.#next_pid++;
      const process = thread ? parent : null;
      const task = new TaskStruct(pid, process?.tgid ?? pid, comm, parent, user, process?.files, process?.mm);
      task.rlimit_memlock = this.default_rlimit_memlock;
      this.#tasks.set(pid, task);
      return task;
    });
  }

  /** fork(2): the new task, which the machine starts on the CPU that the scheduler chooses. */
  sys_fork(): TaskStruct {
    const parent = this.current()!;
    const child = this.create_task(parent.comm, parent, parent.user);
    for (let fd = 0; fd < parent.files.size; fd++) {
      const file = load(parent.files.slot(fd));
      if (file === null) continue;
      atomic_inc(file.f_count);
      WRITE_ONCE(child.files.slot(fd), file);
    }
    child.rlimit_memlock = parent.rlimit_memlock;
    child.rlimit_nofile = parent.rlimit_nofile;
    child.blocked = parent.blocked;
    this.dup_mmap(parent.mm, child.mm);
    return this.copy_process(child);
  }

  /** clone(2) of a thread: it shares the files of its process. */
  sys_clone(): TaskStruct {
    const parent = this.current()!;
    const child = this.create_task(parent.comm, parent, parent.user, true);
    atomic_inc(child.files.count);
    child.mm.mm_users++;
    return this.copy_process(child);
  }

  copy_process(child: TaskStruct): TaskStruct {
    this.perf_event_init_task(child);
    this.perf_event_task(child, null, true);
    this.perf_event_namespaces(child);
    return child;
  }

  /** exec(2), after the image has been found: the new name, then the new mappings. */
  sys_exec(executable: Executable): void {
    const task = this.current()!;
    this.exec_mmap(task);
    for (const fd of task.files.close_on_exec) this.sys_close(fd);
    task.files.close_on_exec = [];
    task.comm = task_comm(executable.comm);
    this.perf_event_exec(task);
    for (const map of executable.maps) {
      this.charge('record');
      this.perf_event_mmap(map);
    }
  }

  /** Whether an exec of the task ends events, so that it may have to wait for their last interrupts. */
  exec_ends_events({ mm, files, perf_event_ctxp }: TaskStruct): boolean {
    if (mm.mmap !== null || files.close_on_exec.length > 0) return true;
    const contexts = perf_event_ctxp.flatMap((slot) => load(slot) ?? []);
    return contexts.some(({ event_list }) => list_entries(event_list).some(({ attr }) => attr.remove_on_exec));
  }

  /** The task has become another program: events that must not see it end, those that waited for it start, and it is named. */
  perf_event_exec(task: TaskStruct): void {
    this.perf_event_remove_on_exec(task);
    this.perf_event_comm(task, true);
  }

  /** mmap(2) or mprotect(2) of something that is no perf buffer: perf only reports it. */
  sys_map_file(map: MappedFile): void {
    this.perf_event_mmap(map);
  }

  /** unshare(2) of namespaces. */
  sys_unshare(): void {
    this.perf_event_namespaces(this.current()!);
  }

  /** prctl(PR_SET_NAME). */
  sys_prctl_set_name(name: string): void {
    const task = this.current()!;
    task.comm = task_comm(name);
    this.perf_event_comm(task, false);
  }

  /** exit(2): files close, events end and report it, then the parent hears of it. */
  sys_exit(): void {
    const task = this.current()!;
    this.exit_mm(task);
    if (atomic_dec_and_test(task.files.count)) this.exit_files(task);
    task.exiting = true;
    this.perf_event_exit_task(task);
    const parent = task.real_parent;
    const isThread = parent?.tgid === task.tgid;
    if (parent !== null && !isThread) effect(() => this.hardware.send_signal(parent, SIGCHLD));
    WRITE_ONCE(task.state, TASK_DEAD);
    // CLONE_CHILD_CLEARTID: whoever joins the thread is woken. That is its creator here.
    if (parent !== null && isThread) effect(() => this.hardware.wake_up_process(parent));
  }

  exit_files({ files }: TaskStruct): void {
    for (let fd = 0; fd < files.size; fd++) if (load(files.slot(fd)) !== null) this.sys_close(fd);
  }

  /** The CPU goes from one task to another; null is the idle task. `preempt`: the task could have run on. Interrupts off. */
  sched_switch(previous: TaskStruct | null, next: TaskStruct | null, preempt = false): void {
    const { contexts, current } = this.this_cpu();
    this.sched_stat_runtime();
    this.perf_event_switch(next, false, preempt);
    this.perf_sw_event(PERF_COUNT_SW_CONTEXT_SWITCHES, 1, null);
    contexts.forEach((cpuctx, ctxn) => {
      const ctx = this.task_context(previous, ctxn);
      if (ctx !== null) this.perf_event_context_sched_out(cpuctx, ctx);
    });
    WRITE_ONCE(current, next);
    contexts.forEach((cpuctx, ctxn) => {
      const ctx = this.task_context(next, ctxn);
      if (ctx !== null && ctx.nr_events > 0) this.perf_event_context_sched_in(cpuctx, ctx);
      cpuctx.pmu.sched_task?.(ctx);
    });
    this.perf_event_switch(previous, true, false);
    this.trace.sched_switch(this.hardware.smp_processor_id, previous, next);
  }

  /** The scheduler decides that `task` will run on `cpu`. v3.2 counts that for whoever runs where it is decided. */
  set_task_cpu(task: TaskStruct, cpu: number): void {
    if (task.cpu !== cpu) this.perf_sw_event(PERF_COUNT_SW_CPU_MIGRATIONS, 1, null);
    task.cpu = cpu;
  }

  /** setuid(2) to an ordinary user, or back. */
  sys_setuid(user: UserStruct): number {
    this.current()!.user = user;
    return 0;
  }

  /** setrlimit(2), of open files. */
  sys_setrlimit_nofile(files: number): number {
    this.current()!.rlimit_nofile = files;
    return 0;
  }

  /** setrlimit(2), of what may be locked. */
  sys_setrlimit_memlock(bytes: number): number {
    this.current()!.rlimit_memlock = bytes;
    return 0;
  }

  /** pipe(2): descriptors for reading and writing. */
  sys_pipe(): [number, number] {
    const { files } = this.current()!;
    const pipe = kzalloc(() => new Pipe());
    const end = (writes: boolean): number => {
      const fd = this.get_unused_fd();
      WRITE_ONCE(files.slot(fd), kzalloc(() => new File(null, { pipe, writes })));
      return fd;
    };
    return [end(false), end(true)];
  }

  /** read(2) on a pipe: waits for bytes or for the last writer to go. */
  sys_read_pipe(fd: number): number {
    const pipe = this.file_of(fd)?.end?.pipe;
    if (pipe === undefined) return -EBADF;
    const task = this.current()!;
    pipe.reader = task;
    while (READ_ONCE(pipe.bytes) === 0 && READ_ONCE(pipe.writers) > 0) {
      if (READ_ONCE(task.pending_signals) !== 0) return -EINTR;
      this.sleep_until(pipe.wakeups, task, (wakeups) => wakeups > 0);
      WRITE_ONCE(pipe.wakeups, 0);
    }
    const bytes = READ_ONCE(pipe.bytes);
    WRITE_ONCE(pipe.bytes, 0);
    return bytes;
  }

  override pipe_release(file: File): void {
    const { pipe, writes } = file.end!;
    if (!writes) return;
    atomic_add_return(pipe.writers, -1);
    this.wake_pipe_reader(pipe);
  }

  wake_pipe_reader(pipe: Pipe): void {
    WRITE_ONCE(pipe.wakeups, 1);
    const { reader } = pipe;
    if (reader !== null) effect(() => this.hardware.wake_up_process(reader));
  }
}
