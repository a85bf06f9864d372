/**
 * System calls as a program in a timed run makes them: `const fd = yield* sys.perf_event_open(…)`.
 *
 * Reference: perf_event_open(2), poll(2), mmap(2), ioctl(2), fork(2), execve(2), alarm(2).
 * Not modelled: any call that perf and its workloads do not make.
 */
import { effect } from '../../sim/memory.ts';
import { CYCLES, type Location } from '../../pmu/location.ts';
import {
  PERF_COUNT_SW_PAGE_FAULTS, PERF_COUNT_SW_PAGE_FAULTS_MAJ, PERF_COUNT_SW_PAGE_FAULTS_MIN, SIGALRM, type PerfEventAttr,
} from '../abi/index.ts';
import type { MmapRequest } from '../buffer.ts';
import type { EpollEvent, EpollResult } from '../eventpoll.ts';
import type { Executable } from '../process.ts';
import { READ_ONCE, WRITE_ONCE } from '../primitives.ts';
import type { PollFd, PollResult, SelectResult, SelectSets } from '../select.ts';
import type { MappedFile } from '../sideband.ts';
import { TASK_DEAD, type TaskStruct, type UserStruct, type VmArea } from '../structs/index.ts';
import type { IoctlArgument } from '../syscalls.ts';
import { EXEC, PAGE_FAULT } from './locations.ts';
import type { TimedSystem } from './system.ts';
import { call, run, waiting_call, type Program } from './thread.ts';

/** Nanoseconds that the kernel takes to set up a new image, beside the records that it writes. */
const EXEC_NS = 300_000;
/** Nanoseconds that it takes to find or make a page. */
const FAULT_NS = 2000;

export class Sys {
  readonly system: TimedSystem;
  readonly task: TaskStruct;

  constructor(system: TimedSystem, task: TaskStruct) {
    this.system = system;
    this.task = task;
  }

  get #kernel(): TimedSystem['kernel'] {
    return this.system.kernel;
  }

  perf_event_open(attr: PerfEventAttr | null, pid: number, cpu: number, group_fd: number, flags: number): Program<number> {
    return call(() => this.#kernel.sys_perf_event_open(attr, pid, cpu, group_fd, flags));
  }

  ioctl(fd: number, command: number, argument: IoctlArgument): Program<number> {
    return call(() => this.#kernel.sys_ioctl(fd, command, argument));
  }

  mmap(fd: number, request: MmapRequest): Program<VmArea | number> {
    return call(() => this.#kernel.sys_mmap(fd, request));
  }

  /** Pages `first` to `first + pages` of the mapping; all of them, unless told. The same for mprotect. */
  munmap(vma: VmArea, first?: number, pages?: number): Program<number> {
    return waiting_call(() => this.#kernel.sys_munmap(vma, first, pages));
  }

  mprotect(vma: VmArea, first?: number, pages?: number): Program<number> {
    return call(() => this.#kernel.sys_mprotect(vma, first, pages));
  }

  mremap(vma: VmArea, pages: number): Program<number> {
    return waiting_call(() => this.#kernel.sys_mremap(vma, pages));
  }

  /** mmap(2), or mprotect(2), of something that is no perf buffer. */
  map_file(map: MappedFile): Program {
    return call(() => this.#kernel.sys_map_file(map));
  }

  unshare(): Program {
    return call(() => this.#kernel.sys_unshare());
  }

  poll(fds: readonly PollFd[], timeout: number): Program<PollResult> {
    return this.#sleeping(fds.length === 0 ? 'sleep' : 'poll', () => this.#kernel.sys_poll(fds, timeout));
  }

  select(sets: SelectSets, timeout: number): Program<SelectResult> {
    return this.#sleeping('poll', () => this.#kernel.sys_select(sets, timeout));
  }

  epoll_create(): Program<number> {
    return call(() => this.#kernel.sys_epoll_create());
  }

  epoll_ctl(epfd: number, operation: number, fd: number, event: EpollEvent): Program<number> {
    return call(() => this.#kernel.sys_epoll_ctl(epfd, operation, fd, event));
  }

  epoll_wait(epfd: number, maxevents: number, timeout: number): Program<EpollResult> {
    return this.#sleeping('poll', () => this.#kernel.sys_epoll_wait(epfd, maxevents, timeout));
  }

  dup(fd: number): Program<number> {
    return call(() => this.#kernel.sys_dup(fd));
  }

  write(fd: number): Program<number> {
    return call(() => this.#kernel.sys_write(fd));
  }

  lseek(fd: number): Program<number> {
    return call(() => this.#kernel.sys_lseek(fd));
  }

  sigprocmask(how: number, signals: readonly number[]): Program<number> {
    return call(() => this.#kernel.sys_sigprocmask(how, signals));
  }

  setuid(user: UserStruct): Program<number> {
    return call(() => this.#kernel.sys_setuid(user));
  }

  setrlimit_memlock(bytes: number): Program<number> {
    return call(() => this.#kernel.sys_setrlimit_memlock(bytes));
  }

  setrlimit_nofile(files: number): Program<number> {
    return call(() => this.#kernel.sys_setrlimit_nofile(files));
  }

  /** sched_setaffinity(2): a task that is elsewhere goes to one of the CPUs, if it is idle. */
  *sched_setaffinity(cpus: readonly number[]): Program {
    this.system.scheduler.thread(this.task)!.affinity = cpus;
    if (!cpus.includes(this.task.cpu)) yield { kind: 'balance' };
  }

  /** read(2) on an event: the 64-bit values; null bytes are a NULL buffer. */
  read(fd: number, bytes: number | null): Program<readonly number[] | number> {
    return call(() => this.#kernel.sys_read(fd, bytes));
  }

  fcntl(fd: number, command: number, argument: number): Program<number> {
    return call(() => this.#kernel.sys_fcntl(fd, command, argument));
  }

  close(fd: number): Program<number> {
    return waiting_call(() => this.#kernel.sys_close(fd));
  }

  pipe(): Program<[number, number]> {
    return call(() => this.#kernel.sys_pipe());
  }

  read_pipe(fd: number): Program<number> {
    return this.#sleeping('read', () => this.#kernel.sys_read_pipe(fd));
  }

  /** A call in which the task may sleep. */
  *#sleeping<R>(name: string, make: () => R): Program<R> {
    this.#kernel.trace.sys_enter(this.task, name);
    const result = yield* waiting_call(make);
    this.#kernel.trace.sys_exit(this.task);
    return result;
  }

  /** fork(2): the child runs `program`. */
  fork(program: (sys: Sys) => Program): Program<TaskStruct> {
    return this.#child(() => this.#kernel.sys_fork(), program);
  }

  /** clone(2): a thread of this process, which runs `program`. */
  clone(program: (sys: Sys) => Program): Program<TaskStruct> {
    return this.#child(() => this.#kernel.sys_clone(), program);
  }

  #child(make: () => TaskStruct, program: (sys: Sys) => Program): Program<TaskStruct> {
    return call(() => {
      const child = make();
      effect(() => {
        child.cpu = this.task.cpu;
        this.system.scheduler.start(child, program(new Sys(this.system, child)));
      });
      return child;
    });
  }

  /** execve(2): the scheduler may move the task first; then the new image reports itself. */
  *execve(executable: Executable): Program {
    yield { kind: 'balance' };
    yield* run(EXEC, this.system.machine.cycles(EXEC_NS));
    // Mostly it ends none, and then what it starts is compiled without the ways of a log.
    const exec = (): void => this.#kernel.sys_exec(executable);
    yield* this.#kernel.exec_ends_events(this.task) ? waiting_call(exec) : call(exec);
  }

  prctl_set_name(name: string): Program {
    return call(() => this.#kernel.sys_prctl_set_name(name));
  }

  prctl_perf_events(enable: boolean): Program {
    return call(() => this.#kernel.sys_prctl_perf_events(enable));
  }

  exit(): Program {
    return waiting_call(() => this.#kernel.sys_exit());
  }

  /** SIGALRM after `seconds`. */
  alarm(seconds: number): Program {
    return call(() => effect(() => {
      this.system.start_timer(seconds * 1e9, () => this.system.send_signal(this.task, SIGALRM));
    }));
  }

  /** sigaction(2): costs nothing here. */
  sigaction(signal: number, handler: () => void): void {
    this.system.scheduler.thread(this.task)!.handlers.set(signal, handler);
  }

  /** wait4(2) on a child, pthread_join(3) on a thread: until `task` has ended, or a signal comes. */
  wait(task: TaskStruct): Program {
    return waiting_call(() => this.#kernel.sleep_until(task.state, this.task, (state) => state === TASK_DEAD));
  }

  /** The threads of a process, as /proc/PID/task lists them. */
  proc_tasks(tgid: number): number[] {
    return this.#kernel.threads_of(tgid);
  }

  /** kill(2) */
  kill(task: TaskStruct, signal: number): Program {
    return call(() => effect(() => this.system.send_signal(task, signal)));
  }

  /** getrusage(RUSAGE_CHILDREN): CPU time of children that have ended, and of theirs; nanoseconds. */
  children_times(): { user_ns: number; system_ns: number } {
    const { user, system } = this.system.scheduler.children_times(this.task);
    return { user_ns: this.system.machine.nanoseconds(user), system_ns: this.system.machine.nanoseconds(system) };
  }

  /** clock_gettime(CLOCK_MONOTONIC), nanoseconds. */
  clock(): number {
    return this.system.local_clock();
  }

  /** Runs user code for `ns` nanoseconds of CPU time; Infinity: until a signal. */
  run(location: Location, ns: number): Program {
    return run(location, ns === Infinity ? Infinity : this.system.machine.cycles(ns));
  }

  /** The same for a number of cycles. */
  run_cycles(location: Location, cycles: number): Program {
    return run(location, cycles);
  }

  /**
   * Code at `location` touches a page that is not there: it is in memory (a minor fault) or on disk. Which of the two is
   * known only when the fault has been handled, and interrupts come in before that (do_page_fault of arch/x86/mm/fault.c).
   */
  *page_fault(location: Location, addr: number, major: boolean): Program {
    const fault = { ...this.system.regs_in(location, CYCLES), addr };
    const count = (event_id: number): Program => call(() => {
      this.#kernel.perf_sw_event(event_id, 1, fault);
      this.#kernel.irq_work_in_turn();
    });
    yield* count(PERF_COUNT_SW_PAGE_FAULTS);
    yield* run(PAGE_FAULT, this.system.machine.cycles(FAULT_NS));
    yield* count(major ? PERF_COUNT_SW_PAGE_FAULTS_MAJ : PERF_COUNT_SW_PAGE_FAULTS_MIN);
  }

  // The mapped pages: memory that the kernel and the program share, touched without a call.

  data_head(vma: VmArea): number {
    return READ_ONCE(vma.rb.user_page.data_head);
  }

  write_data_tail(vma: VmArea, tail: number): void {
    WRITE_ONCE(vma.rb.user_page.data_tail, tail);
    this.#kernel.trace.data_tail(vma.rb, tail, this.task);
  }

  data(vma: VmArea): Uint8Array {
    return vma.rb.data;
  }
}
