/**
 * `perf record` of v3.2, as a program on system calls: opens one event per CPU and event of the command line, maps one
 * buffer per CPU, polls the first event of each, and writes what it reads.
 *
 * Reference: tools/perf/builtin-record.c and util/evlist.c of v3.2; sections 9.2 to 9.4 of kernel.md.
 * Not modelled: pipes, attaching to running tasks, call graphs.
 */
import { location } from '../../pmu/location.ts';
import type { WorkloadRun } from '../../pmu/workload.ts';
import {
  PERF_EVENT_IOC_DISABLE, PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_SET_OUTPUT, POLLIN,
  SIGCHLD, SIGINT, errnoName, type PerfEventAttr, type Program, type Sys, type TaskStruct, type VmArea,
} from '../../kernel/index.ts';
import { InputError } from '../input-error.ts';
import type { RecordOptions } from '../run-spec.ts';
import { TOOL_DURATIONS_NS, type ToolDurations } from './durations.ts';
import { executable } from './host.ts';
import { perform } from './perform.ts';

/** Bytes that read(2) returns for the tool's read_format. */
const READ_BYTES = 32;
const READ_ID = 3;

/** User-space work of the tool and of its child, in nanoseconds. */
const SYNTHESIZE_NS = 2_000_000;
const SWEEP_NS_PER_BUFFER = 100;
const WRITE_NS_PER_KIB = 200;
const LOADER_NS = 250_000;

const TOOL_RATES = { instructions: 1.1, branches: 0.22, 'branch-misses': 0.004, 'cache-references': 0.01, 'cache-misses': 0.001 };
/** Code of the tool itself, and of its child before it is the workload. */
export const TOOL = location('user', 'cmd_record', 0x40_1d30, 0x1200, TOOL_RATES);
export const CHILD = location('user', 'perf_evlist__prepare_workload', 0x40_4b60, 0x2a0, TOOL_RATES);

/** One event on one CPU. */
interface Opened {
  readonly fd: number;
  readonly cpu: number;
  readonly event: number;
  id: number;
}

/** One mapped buffer, and how far it has been read. */
interface Buffer {
  readonly vma: VmArea;
  prev: number;
}

/** Where the tool's bytes go, and what it tells of itself. */
export interface RecordOutput {
  /** All ids are known, nothing has been enabled: the header and the synthesised records can be written. */
  begin(ids: readonly (readonly number[])[], tool: TaskStruct, child: TaskStruct): void;
  /** Whole records of that buffer, valid during the call only. */
  write(chunk: Uint8Array, vma: VmArea): void;
}

export class RecordTool {
  /** Returns of poll(2): "Woken up N times". */
  wakeups = 0;
  readonly #options: RecordOptions;
  readonly #attrs: readonly PerfEventAttr[];
  readonly #workload: { name: string; run: WorkloadRun };
  readonly #output: RecordOutput;
  readonly #durations: ToolDurations;
  readonly #opened: Opened[] = [];
  readonly #buffers: Buffer[] = [];
  #sys!: Sys;
  #done = false;

  constructor(
    options: RecordOptions,
    attrs: readonly PerfEventAttr[],
    workload: { name: string; run: WorkloadRun },
    output: RecordOutput,
    durations: ToolDurations = TOOL_DURATIONS_NS,
  ) {
    this.#options = options;
    this.#attrs = attrs;
    this.#workload = workload;
    this.#output = output;
    this.#durations = durations;
  }

  /** cmd_record: from start to exit. */
  *program(sys: Sys): Program {
    this.#sys = sys;
    sys.sigaction(SIGCHLD, () => this.#finish());
    sys.sigaction(SIGINT, () => this.#finish());

    const [ready, readyWrite] = yield* sys.pipe();
    const [go, goWrite] = yield* sys.pipe();
    const child = yield* sys.fork((childSys) => this.#child(childSys, [ready, readyWrite, go, goWrite]));
    yield* sys.close(readyWrite);
    yield* sys.close(go);
    yield* sys.read_pipe(ready);

    yield* this.#open(child);
    yield* this.#mmap();
    yield* this.#readIds();
    yield* sys.run(TOOL, SYNTHESIZE_NS);
    this.#output.begin(this.#attrs.map((_, event) => this.#idsOf(event)), sys.task, child);
    yield* this.#ioctlAll(PERF_EVENT_IOC_ENABLE);
    yield* sys.close(goWrite);
    yield* this.#loop();
    yield* sys.exit();
  }

  #finish(): void {
    this.#done = true;
  }

  /** The child waits until everything is set up, becomes the workload, and ends with its alarm. */
  *#child(sys: Sys, [ready, readyWrite, go, goWrite]: readonly [number, number, number, number]): Program {
    const { name, run } = this.#workload;
    yield* sys.close(goWrite);
    yield* sys.close(ready);
    yield* sys.close(readyWrite);
    yield* sys.read_pipe(go);
    yield* sys.run(CHILD, sys.system.machine.random.stream('child/startup').logBetween(...this.#durations.child_startup));
    yield* sys.execve(executable(name));
    yield* sys.run(run.start, LOADER_NS);
    yield* perform(sys, run.phases);
  }

  #cpus(): number[] {
    return this.#options.cpu_list ?? this.#sys.system.machine.cpus.map(({ id }) => id);
  }

  *#open(child: TaskStruct): Program {
    const pid = this.#options.system_wide ? -1 : child.pid;
    for (let event = 0; event < this.#attrs.length; event++) {
      for (const cpu of this.#cpus()) {
        const fd = yield* this.#sys.perf_event_open(this.#attrs[event], pid, cpu, -1, 0);
        if (fd < 0) throw refused(this.#options.events[event].name, fd);
        this.#opened.push({ fd, cpu, event, id: 0 });
      }
    }
  }

  /** The first event of each CPU gets the buffer; the others write into it, and nobody polls them. */
  *#mmap(): Program {
    const pages = this.#options.mmap_pages + 1;
    for (const cpu of this.#cpus()) {
      const [first, ...others] = this.#opened.filter((opened) => opened.cpu === cpu);
      const vma = yield* this.#sys.mmap(first.fd, { pages, writable: true, shared: true, page_offset: 0 });
      if (typeof vma === 'number') throw new InputError(`failed to mmap with ${errnoName(vma)}: try fewer pages than -m ${pages - 1}.`);
      this.#buffers.push({ vma, prev: 0 });
      for (const { fd } of others) {
        const result = yield* this.#sys.ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, first.fd);
        if (result !== 0) throw new InputError(`PERF_EVENT_IOC_SET_OUTPUT failed with ${errnoName(result)}.`);
      }
    }
  }

  *#readIds(): Program {
    for (const opened of this.#opened) {
      const values = yield* this.#sys.read(opened.fd, READ_BYTES);
      opened.id = typeof values === 'number' ? 0 : (values[READ_ID] ?? 0);
    }
  }

  #idsOf(event: number): number[] {
    return this.#opened.filter((opened) => opened.event === event).map(({ id }) => id);
  }

  *#ioctlAll(command: number): Program {
    for (const cpu of this.#cpus()) {
      for (const opened of this.#opened) if (opened.cpu === cpu) yield* this.#sys.ioctl(opened.fd, command, 0);
    }
  }

  /** Sweeps the buffers while there is news; sleeps after a sweep without any. */
  *#loop(): Program {
    const polled = this.#options.poll_all ? this.#opened : this.#opened.filter(({ event }) => event === 0);
    const pollfds = polled.map(({ fd }) => ({ fd, events: POLLIN }));
    for (;;) {
      const news = yield* this.#readAll();
      if (!news) {
        if (this.#done) return;
        yield* this.#sys.poll(pollfds, -1);
        this.wakeups++;
      }
      if (this.#done) yield* this.#ioctlAll(PERF_EVENT_IOC_DISABLE);
    }
  }

  /** One sweep: whether any buffer had something new. */
  *#readAll(): Program<boolean> {
    let bytes = 0;
    for (const buffer of this.#buffers) bytes += yield* this.#readBuffer(buffer);
    const work = SWEEP_NS_PER_BUFFER * this.#buffers.length + (WRITE_NS_PER_KIB * bytes) / 1024;
    yield* this.#sys.run(TOOL, work);
    return bytes > 0;
  }

  *#readBuffer(buffer: Buffer): Program<number> {
    const head = this.#sys.data_head(buffer.vma);
    const { prev } = buffer;
    if (head === prev) return 0;
    const data = this.#sys.data(buffer.vma);
    const mask = data.length - 1;
    const start = prev & mask;
    const end = head & mask;
    const chunk = start < end ? data.subarray(start, end) : joined(data.subarray(start), data.subarray(0, end));
    this.#output.write(chunk, buffer.vma);
    yield* this.#blockInWrite();
    buffer.prev = head;
    this.#sys.write_data_tail(buffer.vma, head);
    return head - prev;
  }

  /** The disk makes the tool wait; a sleep that a signal ends stands for the kernel's own. */
  *#blockInWrite(): Program {
    const [from, to] = this.#durations.write;
    if (to === 0) return;
    const ns = this.#sys.system.machine.random.stream('tool/write').between(from, to);
    yield* this.#sys.poll([], ns / 1e6);
  }
}

/** The two ends of a buffer in one piece, so that no record is cut. */
function joined(tail: Uint8Array, head: Uint8Array): Uint8Array {
  const whole = new Uint8Array(tail.length + head.length);
  whole.set(tail);
  whole.set(head, tail.length);
  return whole;
}

function refused(name: string, errno: number): InputError {
  return new InputError(`the kernel refuses event '${name}' on this machine (${errnoName(errno)}): 'perfsim list events' shows what its PMU counts.`);
}

