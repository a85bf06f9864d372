/**
 * A process that does what it is told, one system call at a time: what a test or a user's program drives.
 *
 * Each method makes the call of its name and returns what the kernel returned: results as they are, errors as negative
 * numbers (−EINVAL). A call that blocks lets the machine run until it returns.
 * Reference: perf_event_open(2), mmap(2), ioctl(2), poll(2), epoll(7), select(2), fcntl(2), clone(2), execve(2).
 * Not modelled: memory of the process but its mappings; the default actions of signals (all are caught).
 */
import type { Location } from '../../pmu/location.ts';
import { EINVAL, MAP_PRIVATE, MAP_SHARED, PAGE_SIZE, PROT_EXEC, PROT_READ, PROT_WRITE, type PerfEventAttr } from '../abi/index.ts';
import { READ_ONCE } from '../primitives.ts';
import type { Executable } from '../process.ts';
import type { EpollResult } from '../eventpoll.ts';
import type { PollFd, PollResult, SelectResult, SelectSets } from '../select.ts';
import type { MappedFile } from '../sideband.ts';
import type { SigInfo, TaskStruct } from '../structs/index.ts';
import type { IoctlArgument } from '../syscalls.ts';
import type { Sys } from '../timed/sys.ts';
import type { Program } from '../timed/thread.ts';
import { Desk, Pending } from './desk.ts';
import type { Linux } from './linux.ts';
import { USER_LOOP } from './locations.ts';
import { Mapping } from './mapping.ts';

/** A mapping of something that is no perf buffer; bytes. */
export interface FileRequest {
  readonly filename: string;
  readonly length: number;
  readonly prot: number;
  readonly flags?: number;
  readonly offset?: number;
  readonly inode?: MappedFile['inode'];
}

/** Where the first of such mappings begins. */
const FIRST_ADDRESS = 0x7f00_0010_0000;

/** An offset and a length in bytes, in pages; what is left out stays so. */
function pages(offset?: number, length?: number): [number | undefined, number | undefined] {
  return [offset === undefined ? undefined : offset / PAGE_SIZE, length === undefined ? undefined : Math.ceil(length / PAGE_SIZE)];
}

/** A part of the time in which the interrupt comes that a CPU has asked itself for. */
const INTERRUPT_NS = 100;

/** Whether a mapping is shared or private: one of the two. */
const MAP_TYPE = MAP_SHARED | MAP_PRIVATE;

/** Bytes of the buffer that read(2) is given. */
const READ_SIZE = 4096;

export class Process {
  readonly #linux: Linux;
  readonly #desk: Desk;
  readonly #sys: Sys;
  /** The signals that it has received, oldest first. */
  readonly signals: SigInfo[] = [];
  #next_address = FIRST_ADDRESS;

  constructor(linux: Linux, desk: Desk, sys: Sys) {
    this.#linux = linux;
    this.#desk = desk;
    this.#sys = sys;
    desk.catchSignals((info) => this.signals.push(info));
  }

  get task(): TaskStruct {
    return this.#sys.task;
  }

  get pid(): number {
    return this.task.tgid;
  }

  /** The pid of this thread alone, which perf_event_open and F_SETOWN mean. */
  get tid(): number {
    return this.task.pid;
  }

  get isAlive(): boolean {
    return this.#desk.isAlive;
  }

  /** Begins something without waiting for its end: `poller.start((sys) => sys.poll(fds, -1))`. */
  start<R>(program: (sys: Sys) => Program<R>): Pending<R> {
    return this.#linux.begin(this.#desk, program(this.#sys));
  }

  #call<R>(program: Program<R>): R {
    const result = this.#linux.begin(this.#desk, program).wait();
    while (this.#expectsInterrupt) this.#linux.begin(this.#desk, this.#sys.run(USER_LOOP, INTERRUPT_NS)).wait();
    return result;
  }

  /** Whether its CPU has been asked for an interrupt, which comes in before the task's next instruction. */
  get #expectsInterrupt(): boolean {
    return this.isAlive && !this.#desk.isBusy && READ_ONCE(this.#linux.system.kernel.per_cpu[this.task.cpu].irq_work_list) !== null;
  }

  perf_event_open(attr: PerfEventAttr | null, pid: number, cpu: number, group_fd: number, flags: number): number {
    return this.#call(this.#sys.perf_event_open(attr, pid, cpu, group_fd, flags));
  }

  ioctl(fd: number, command: number, argument: IoctlArgument = 0): number {
    return this.#call(this.#sys.ioctl(fd, command, argument));
  }

  /** Maps `length` bytes: the control page and the data. */
  mmap(fd: number, length: number, prot = PROT_READ | PROT_WRITE, flags = MAP_SHARED, offset = 0): Mapping | number {
    // What mmap(2) refuses for any file.
    if (length === 0 || offset % PAGE_SIZE !== 0 || (flags & MAP_TYPE) === 0) return -EINVAL;
    const request = {
      pages: Math.ceil(length / PAGE_SIZE),
      writable: (prot & PROT_WRITE) !== 0,
      executable: (prot & PROT_EXEC) !== 0,
      shared: (flags & MAP_SHARED) !== 0,
      page_offset: offset / PAGE_SIZE,
    };
    const vma = this.#call(this.#sys.mmap(fd, request));
    return typeof vma === 'number' ? vma : new Mapping(vma);
  }

  /** `length` bytes from `offset` on; all of it, unless told. */
  munmap(mapping: Mapping, offset?: number, length?: number): number {
    return this.#call(this.#sys.munmap(mapping.vma, ...pages(offset, length)));
  }

  /** Of a buffer. What the mapping allowed when it was made has decided how the kernel writes. */
  mprotect(mapping: Mapping, _prot: number, offset?: number, length?: number): number {
    return this.#call(this.#sys.mprotect(mapping.vma, ...pages(offset, length)));
  }

  mremap(mapping: Mapping, length: number): number {
    return this.#call(this.#sys.mremap(mapping.vma, Math.ceil(length / PAGE_SIZE)));
  }

  /** Whether this process has the mapping: one that touches memory it has not mapped is killed by SIGSEGV. */
  has_mapped({ vma }: Mapping): boolean {
    for (let own = this.task.mm.mmap; own !== null; own = own.vm_next) if (own.rb === vma.rb) return true;
    return false;
  }

  /** mmap(2) of a file, or with a name like `//anon` of memory: something that perf only reports. */
  map_file({ filename, length, prot, flags = MAP_PRIVATE, offset, inode }: FileRequest): MappedFile {
    const start = this.#next_address;
    const isAnonymous = filename.startsWith('//anon');
    this.#next_address += PAGE_SIZE * Math.ceil(length / PAGE_SIZE);
    // Memory without a file is at the offset of its own address.
    const map = { start, length, offset: offset ?? (isAnonymous ? start : 0), filename, prot, flags, inode };
    this.#call(this.#sys.map_file(map));
    return map;
  }

  /** mprotect(2) of such a mapping. */
  protect_file(map: MappedFile, prot: number): MappedFile {
    const changed = { ...map, prot };
    this.#call(this.#sys.map_file(changed));
    return changed;
  }

  /** unshare(2) of namespaces. */
  unshare(): void {
    this.#call(this.#sys.unshare());
  }

  write(fd: number): number {
    return this.#call(this.#sys.write(fd));
  }

  lseek(fd: number): number {
    return this.#call(this.#sys.lseek(fd));
  }

  pread(fd: number): number {
    return this.#call(this.#sys.lseek(fd));
  }

  dup(fd: number): number {
    return this.#call(this.#sys.dup(fd));
  }

  /** The 64-bit values that the event's read_format asks for, or an error; null bytes are a NULL buffer. */
  read(fd: number, bytes: number | null = READ_SIZE): readonly number[] | number {
    return this.#call(this.#sys.read(fd, bytes));
  }

  /** `timeout` in milliseconds; negative: for ever. */
  poll(fds: readonly PollFd[], timeout: number): PollResult {
    return this.#call(this.#sys.poll(fds, timeout));
  }

  /** Descriptors in place of sets of bits; `timeout` as for poll. */
  select(sets: Partial<SelectSets>, timeout: number): SelectResult {
    return this.#call(this.#sys.select({ read: [], write: [], except: [], ...sets }, timeout));
  }

  epoll_create(): number {
    return this.#call(this.#sys.epoll_create());
  }

  epoll_ctl(epfd: number, operation: number, fd: number, events = 0, data = fd): number {
    return this.#call(this.#sys.epoll_ctl(epfd, operation, fd, { events, data }));
  }

  epoll_wait(epfd: number, maxevents: number, timeout: number): EpollResult {
    return this.#call(this.#sys.epoll_wait(epfd, maxevents, timeout));
  }

  sigprocmask(how: number, signals: readonly number[]): number {
    return this.#call(this.#sys.sigprocmask(how, signals));
  }

  /** To another user: 0 is root, all others are ordinary. */
  setuid(uid: number): number {
    return this.#call(this.#sys.setuid(this.#linux.user(uid)));
  }

  /** RLIMIT_NOFILE: one more than the highest descriptor. */
  setrlimit_nofile(files: number): number {
    return this.#call(this.#sys.setrlimit_nofile(files));
  }

  /** RLIMIT_MEMLOCK, in bytes: what a process may lock beyond what perf grants its user. */
  setrlimit_memlock(bytes: number): number {
    return this.#call(this.#sys.setrlimit_memlock(bytes));
  }

  sched_setaffinity(cpus: readonly number[]): void {
    this.#call(this.#sys.sched_setaffinity(cpus));
  }

  fcntl(fd: number, command: number, argument = 0): number {
    return this.#call(this.#sys.fcntl(fd, command, argument));
  }

  close(fd: number): number {
    return this.#call(this.#sys.close(fd));
  }

  /** A child with copies of the open files; it waits to be told what to do. */
  fork(): Process {
    return this.#offspring((program) => this.#sys.fork(program));
  }

  /** A thread of this process, with the same open files. */
  clone(): Process {
    return this.#offspring((program) => this.#sys.clone(program));
  }

  #offspring(make: (program: (sys: Sys) => Program) => Program<unknown>): Process {
    const desk = new Desk(this.#linux.system);
    let child: Sys = this.#sys;
    this.#call(make((sys) => {
      child = sys;
      return desk.attend(sys.task);
    }));
    return new Process(this.#linux, desk, child);
  }

  exec(executable: Executable): void {
    this.#call(this.#sys.execve(executable));
  }

  prctl_set_name(name: string): void {
    this.#call(this.#sys.prctl_set_name(name));
  }

  /** PR_TASK_PERF_EVENTS_ENABLE and _DISABLE: all events that this thread has opened. */
  prctl_perf_events(enable: boolean): void {
    this.#call(this.#sys.prctl_perf_events(enable));
  }

  exit(): void {
    this.#call(this.#sys.exit());
  }

  /** Runs code for `ns` nanoseconds of CPU time. */
  run(ns: number, code: Location = USER_LOOP): void {
    this.#call(this.#sys.run(code, ns));
  }

  /** Sleeps, while others run and interrupts come in: 0, or −EINTR if a signal has ended it. */
  sleep(ns: number): number {
    return this.#call(this.#sys.poll([], ns / 1e6)).result;
  }

  /** `n` page faults of `code`: minor ones, unless told. */
  fault(n = 1, { address = 0, major = false, code = USER_LOOP } = {}): void {
    for (let i = 0; i < n; i++) this.#call(this.#sys.page_fault(code, address, major));
  }
}
