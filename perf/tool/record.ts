/**
 * `perf record` of v3.2, as a program on system calls: opens one event per CPU and event of the command line, maps one
 * buffer per CPU, polls the first event of each, and writes what it reads. Later tools override what they do otherwise.
 *
 * Reference: tools/perf/builtin-record.c and util/evlist.c of v3.2; sections 9.2 to 9.4 of kernel.md.
 * Not modelled: realtime priority, the checks of memory limits before mmap; data_head and data_tail in 32 bits; the cpu clock in place of
 * cycles where a machine cannot count those.
 */
import { location } from '../../pmu/location.ts';
import {
  EBADF, EINVAL, ENOENT, EOPNOTSUPP, PERF_EVENT_IOC_DISABLE, PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_SET_OUTPUT, PERF_SAMPLE_BRANCH_STACK, POLLIN, SIGCHLD, SIGINT, errnoName,
  type Executable, type PerfEventAttr, type PollFd, type Program, type Sys, type TaskStruct, type VmArea,
} from '../../kernel/index.ts';
import { InputError } from '../input-error.ts';
import { readValues } from '../read-values.ts';
import type { EventSpec, RecordOptions } from '../run-spec.ts';
import { TOOL_DURATIONS_NS, type ToolDurations } from './durations.ts';
import { TOOL_RATES, forkWorkload, releaseChild, type ToolWorkload } from './workload-child.ts';

/** Bytes of the buffer that the tool gives read(2). */
const READ_BYTES = 4096;

/** User-space work of the tool, in nanoseconds. */
const SYNTHESIZE_NS = 2_000_000;
const SWEEP_NS_PER_BUFFER = 100;
const WRITE_NS_PER_KIB = 200;

/** Code of the tool itself. */
export const TOOL = location('user', 'cmd_record', 0x40_1d30, 0x1200, TOOL_RATES);

/** One event on one CPU, or on all for one thread. */
export interface Opened {
  readonly fd: number;
  /** −1: wherever the thread runs. */
  readonly cpu: number;
  /** −1: whoever runs there. */
  readonly pid: number;
  readonly event: number;
  id: number;
}

/** One mapped buffer, and how far it has been read. */
export interface Buffer {
  readonly vma: VmArea;
  /** Of the event that is mapped. */
  readonly fd: number;
  prev: number;
}

/** What the tool is to do. */
export interface RecordJob {
  readonly options: RecordOptions;
  /** The events that it opens, and what it asks of the kernel for each. */
  readonly events: readonly EventSpec[];
  readonly attrs: readonly PerfEventAttr[];
  /** What it runs; null: nothing, it records until it is interrupted. */
  readonly workload: ToolWorkload | null;
  readonly durations?: ToolDurations;
}

/** A process that runs already, and what it runs. */
export interface RunningTarget {
  readonly task: TaskStruct;
  readonly running: Executable;
}

/** What the tool knows when it has opened everything. */
export interface Begun {
  /** In the groups that the kernel has taken. */
  readonly events: readonly EventSpec[];
  /** As the kernel has accepted them. */
  readonly attrs: readonly PerfEventAttr[];
  readonly opened: readonly Opened[];
  readonly cpus: readonly number[];
  /** The process that is recorded; null for whole CPUs. */
  readonly tgid: number | null;
  /** Threads by pid, if the tool records threads. */
  readonly pids: readonly number[];
  /** All threads of the process. */
  readonly tasks: readonly number[];
  /** When that is. */
  readonly now_ns: number;
  /** What the process runs already; null: it has yet to become the workload. */
  readonly running: Executable | null;
}

/** Where the tool's bytes go, and what it tells of itself. */
export interface RecordOutput {
  /** All ids are known, nothing has been enabled: the header and the synthesised records can be written. */
  begin(begun: Begun): void;
  /** Whole records of that buffer, valid during the call only. */
  write(chunk: Uint8Array, vma: VmArea): void;
  /** A sweep that wrote something is over, which newer tools mark. */
  finishRound?(): void;
  /** The last sweep is over. */
  finishReading?(): void;
  /** What an event has lost, at the end. */
  lostSamples?(id: number, lost: number): void;
  /** A line for the user. */
  message?(text: string): void;
}

export class RecordTool {
  /** Returns of poll(2): "Woken up N times". */
  wakeups = 0;
  protected readonly options: RecordOptions;
  /** A group that the kernel does not take is none any more. */
  protected events: readonly EventSpec[];
  /** Where the kernel refuses one, a newer tool tries another. */
  protected readonly attrs: PerfEventAttr[];
  protected readonly output: RecordOutput;
  protected readonly opened: Opened[] = [];
  protected sys!: Sys;
  protected done = false;
  protected pids: readonly number[] = [];
  readonly #workload: ToolWorkload | null;
  readonly #durations: ToolDurations;
  protected readonly buffers: Buffer[] = [];

  constructor({ options, events, attrs, workload, durations = TOOL_DURATIONS_NS }: RecordJob, output: RecordOutput) {
    this.options = options;
    this.events = events;
    this.attrs = [...attrs];
    this.output = output;
    this.#workload = workload;
    this.#durations = durations;
  }

  /** cmd_record: from start to exit. `target`: a process that runs already. */
  *program(sys: Sys, target: RunningTarget | null = null): Program {
    this.sys = sys;
    sys.sigaction(SIGCHLD, () => this.#finish());
    sys.sigaction(SIGINT, () => this.#finish());

    const child = this.#workload === null ? null : yield* forkWorkload(sys, this.#workload, this.#durations.child_startup, (own) => this.childBegins(own));
    const recorded = this.isSystemWide ? null : (target?.task ?? child?.task ?? null);
    this.pids = this.#pidsOf(recorded);
    yield* this.#open();
    yield* this.#mmap();
    yield* this.#readIds();
    yield* sys.run(TOOL, SYNTHESIZE_NS);
    this.output.begin({
      events: this.events, attrs: this.attrs, opened: this.opened, cpus: this.cpus(), tgid: recorded?.tgid ?? null, pids: this.pids,
      tasks: recorded === null ? [] : sys.proc_tasks(recorded.tgid), now_ns: sys.clock(), running: target?.running ?? null,
    });
    yield* this.enable();
    if (child !== null) yield* releaseChild(sys, child);
    yield* this.begun();
    yield* this.loop();
    this.output.finishReading?.();
    yield* this.finish();
    yield* sys.exit();
  }

  #finish(): void {
    this.done = true;
  }

  *childBegins(_sys: Sys): Program {}

  /** Whether it records whoever runs on its CPUs. To v3.2 -C alone is the workload, as far as it runs there. */
  protected get isSystemWide(): boolean {
    return this.options.system_wide;
  }

  /** The CPUs of a machine-wide recording or of one that follows a process; −1 for threads wherever they run. */
  protected cpus(): readonly number[] {
    const { cpu_list, target } = this.options;
    if (cpu_list === null && target !== undefined) return this.cpusOfTarget();
    return cpu_list ?? this.sys.system.machine.cpus.map(({ id }) => id);
  }

  /** For -p and -t v3.2 has one buffer per thread, and hence cannot inherit. */
  protected cpusOfTarget(): readonly number[] {
    return [-1];
  }

  #pidsOf(task: TaskStruct | null): readonly number[] {
    const { target } = this.options;
    if (task === null) return [];
    return target === undefined || target.thread ? [task.pid] : this.sys.proc_tasks(task.tgid);
  }

  *#open(): Program {
    const pids = this.isSystemWide ? [-1] : this.pids;
    for (let event = 0; event < this.attrs.length; event++) {
      for (const cpu of this.cpus()) {
        for (const pid of pids) {
          const fd = yield* this.openEvent(event, pid, cpu);
          if (fd < 0 && this.#isWeakMember(event, fd)) {
            yield* this.#openWithoutGroup(this.events[event].leader!);
            return;
          }
          if (fd < 0) throw refused(this.events[event].name, this.attrs[event], fd);
          this.opened.push({ fd, cpu, pid, event, id: 0 });
        }
      }
    }
  }

  #isWeakMember(event: number, errno: number): boolean {
    const { leader = event, weak_group } = this.events[event];
    return weak_group === true && leader !== event && (errno === -EINVAL || errno === -EBADF);
  }

  /** evlist__reset_weak_group: the events of the group stand alone, and all begins anew. */
  *#openWithoutGroup(group: number): Program {
    this.events = this.events.map(({ leader, ...event }) => (leader === undefined || leader === group ? event : { ...event, leader }));
    for (const { fd } of this.opened.splice(0)) yield* this.sys.close(fd);
    yield* this.#open();
  }

  protected openEvent(event: number, pid: number, cpu: number): Program<number> {
    const attr = cpu === -1 ? { ...this.attrs[event], inherit: false } : this.attrs[event];
    return this.sys.perf_event_open(attr, pid, cpu, this.groupFd(event, pid, cpu), 0);
  }

  /** The leader's descriptor for the same thread and CPU, or −1 for an event that leads. */
  protected groupFd(event: number, pid: number, cpu: number): number {
    const { leader = event } = this.events[event];
    if (leader === event) return -1;
    return this.opened.find((other) => other.event === leader && other.pid === pid && other.cpu === cpu)!.fd;
  }

  /** The first event of each CPU gets the buffer; the others write into it. */
  *#mmap(): Program {
    const pages = this.options.mmap_pages + 1;
    const places = new Map<number, Opened[]>();
    for (const opened of this.opened) {
      const place = opened.cpu === -1 ? opened.pid : opened.cpu;
      places.set(place, [...(places.get(place) ?? []), opened]);
    }
    for (const [first, ...others] of places.values()) {
      const vma = yield* this.sys.mmap(first.fd, { pages, writable: this.isWritable, shared: true, page_offset: 0 });
      if (typeof vma === 'number') throw new InputError(`failed to mmap with ${errnoName(vma)}: try fewer pages than -m ${pages - 1}.`);
      this.buffers.push({ vma, fd: first.fd, prev: 0 });
      for (const { fd } of others) {
        const result = yield* this.sys.ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, first.fd);
        if (result !== 0) throw new InputError(`PERF_EVENT_IOC_SET_OUTPUT failed with ${errnoName(result)}.`);
      }
    }
  }

  /** Whether buffers are mapped so that the tool can say how far it has read. */
  protected get isWritable(): boolean {
    return true;
  }

  *#readIds(): Program {
    for (const opened of this.opened) {
      const values = yield* this.sys.read(opened.fd, READ_BYTES);
      if (typeof values === 'number') continue;
      // A group's values come leader first, and the event asks for its own.
      const all = readValues(values, Number(this.attrs[opened.event].read_format));
      opened.id = all.events[this.placeInGroup(opened.event)]?.id ?? all.events[0].id ?? 0;
    }
  }

  /** Among the events that one read of a group returns: those opened so far, in their order. */
  protected placeInGroup(event: number): number {
    const { leader = event } = this.events[event];
    return this.events.slice(0, event).filter((other) => other.leader === leader).length;
  }

  /** Enables what the exec does not; v3.2 enables everything, and so some events before the exec. */
  protected enable(): Program {
    return this.ioctlAll(PERF_EVENT_IOC_ENABLE);
  }

  /** What comes between the workload's release and the loop. */
  protected *begun(): Program {}

  /** All events of one CPU, then those of the next (perf_evlist__enable). */
  protected *ioctlAll(command: number): Program {
    for (const place of this.cpus()) for (const { fd, cpu } of this.opened) if (cpu === place) yield* this.sys.ioctl(fd, command, 0);
  }

  /** The descriptors that v3.2 polls are those of the buffers' first events, unless it is told otherwise. */
  protected polled(): PollFd[] {
    const polled = this.options.poll_all ? this.opened : this.buffers;
    return polled.map(({ fd }) => ({ fd, events: POLLIN }));
  }

  /** Sweeps the buffers while there is news; sleeps after a sweep without any. */
  protected *loop(): Program {
    const pollfds = this.polled();
    for (;;) {
      const news = yield* this.readAll();
      if (!news) {
        if (this.done) return;
        yield* this.sys.poll(pollfds, -1);
        this.wakeups++;
      }
      if (this.done) yield* this.ioctlAll(PERF_EVENT_IOC_DISABLE);
    }
  }

  /** What is left to do when the last record has been read. */
  protected *finish(): Program {}

  /** One sweep: whether any buffer had something new. */
  protected *readAll(): Program<boolean> {
    let bytes = 0;
    for (const buffer of this.buffers) bytes += yield* this.readBuffer(buffer);
    if (bytes > 0) this.output.finishRound?.();
    const work = SWEEP_NS_PER_BUFFER * this.buffers.length + (WRITE_NS_PER_KIB * bytes) / 1024;
    yield* this.sys.run(TOOL, work);
    return bytes > 0;
  }

  protected *readBuffer(buffer: Buffer): Program<number> {
    const head = this.sys.data_head(buffer.vma);
    const { prev } = buffer;
    if (head === prev) return 0;
    yield* this.writeOut(buffer, prev, head);
    buffer.prev = head;
    this.sys.write_data_tail(buffer.vma, head);
    return head - prev;
  }

  /** Writes the whole records between two places of a buffer. */
  protected *writeOut({ vma }: Buffer, from: number, to: number): Program {
    const data = this.sys.data(vma);
    const mask = data.length - 1;
    const start = from & mask;
    const end = to & mask;
    const chunk = start < end ? data.subarray(start, end) : joined(data.subarray(start), data.subarray(0, end));
    this.output.write(chunk, vma);
    yield* this.#blockInWrite();
  }

  /** The disk makes the tool wait; a sleep that a signal ends stands for the kernel's own. */
  *#blockInWrite(): Program {
    const [from, to] = this.#durations.write;
    if (to === 0) return;
    const ns = this.sys.system.machine.random.stream('tool/write').between(from, to);
    yield* this.sys.poll([], ns / 1e6);
  }
}

/** The two ends of a buffer in one piece, so that no record is cut. */
function joined(tail: Uint8Array, head: Uint8Array): Uint8Array {
  const whole = new Uint8Array(tail.length + head.length);
  whole.set(tail);
  whole.set(head, tail.length);
  return whole;
}

function refused(name: string, { sample_type }: PerfEventAttr, errno: number): InputError {
  if (Number(sample_type) & PERF_SAMPLE_BRANCH_STACK && errno !== -ENOENT) return branchesRefused(name, errno);
  if (errno === -EOPNOTSUPP) return new InputError(`this PMU has no event as precise as '${name}': one p is modelled on nehalem and westmere (PEBS), more, and other PMUs, are not; leave out a p or record with --pmu nehalem.`);
  return new InputError(`the kernel refuses event '${name}' on this machine (${errnoName(errno)}): 'perfsim list events' shows what its PMU counts.`);
}


function branchesRefused(name: string, errno: number): InputError {
  const why = errno === -EOPNOTSUPP
    ? `${name}: PMU Hardware or event type doesn't support branch stack sampling: leave out -b and -j, or record a hardware event, without p, on a PMU such as nehalem`
    : `the kernel refuses the branches of '${name}' (${errnoName(errno)}): branch stacks came with v3.4, some kinds and details of -j later`;
  return new InputError(`${why}.`);
}
