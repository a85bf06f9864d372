/**
 * What a scenario is built from: events, buffers and descriptors as system calls have left them, and the programs that
 * run from there on.
 *
 * Reference: sections 2 and 5 of kernel.md; perf_event_open(2).
 * Not modelled: opening events while exploring; they are counted as open, by tasks that share their descriptors.
 */
import { effect } from '../../sim/memory.ts';
import { Violation, type ContextSpec, type Ground } from '../../sim/explore/model.ts';
import { HALTED } from '../../pmu/location.ts';
import { PERF_RECORD_COMM, PERF_SAMPLE_IP, POLLIN, perf_event_attr, type PerfEventAttr } from '../abi/index.ts';
import { DEFAULT_CONFIG } from '../base.ts';
import type { PerfOutputHandle } from '../ring_buffer.ts';
import { READ_ONCE } from '../primitives.ts';
import { File, PERF_EVENT_STATE_INACTIVE, PerfEvent, PerfEventContext, RingBuffer, TaskStruct, UserStruct, type VmArea } from '../structs.ts';
import type { Kernel, KernelClass } from '../variant.ts';
import { Account } from './account.ts';
import { ExploreHardware, NR_CPUS } from './hardware.ts';
import { KernelModel } from './model.ts';

/** Bytes of a sample that holds an address: two of them cross the watermark. */
export const SAMPLE_SIZE = 16;
const WATERMARK = 24;

/** The CPU on which the events count; tasks have the others. */
export const EVENT_CPU = NR_CPUS - 1;

/** Registers of an interrupt; where the CPU was does not matter here. */
const REGS = { location: HALTED, ip: 0 };

/** The kernel as it is explored: a record's bytes are not memory that anybody else looks at. */
function explored(kernel: KernelClass, onBuffer: (rb: RingBuffer) => void): KernelClass {
  return class extends kernel {
    override perf_output_copy(handle: PerfOutputHandle, size: number): void {
      handle.offset += size;
    }
    override perf_mmap_first(...mapping: Parameters<Kernel['perf_mmap_first']>): RingBuffer {
      const rb = super.perf_mmap_first(...mapping);
      onBuffer(rb);
      return rb;
    }
  };
}

export class Setup {
  readonly hardware = new ExploreHardware();
  readonly account = new Account();
  readonly kernel: Kernel;
  /** To whom all locked memory is accounted. */
  readonly user = new UserStruct(true);
  readonly contexts: ContextSpec[] = [];
  readonly #objects: (PerfEvent | RingBuffer)[] = [];
  readonly #pollers: { context: number; event: PerfEvent }[] = [];
  readonly #ctx: PerfEventContext;
  readonly #judges: ((ground: Ground) => void)[] = [];
  readonly #asleep: number[] = [];
  readonly #files: File[] = [];
  readonly #tasks: TaskStruct[] = [];
  #model: KernelModel | null = null;

  constructor(kernel: KernelClass) {
    this.kernel = new (explored(kernel, (rb) => this.#allocated(rb)))(this.hardware, { ...DEFAULT_CONFIG, nmi_watchdog: false });
    this.kernel.trace = this.account;
    this.hardware.onSignal = (task, signal) => this.kernel.signal_pending_add(task, signal);
    const profiled = new TaskStruct(1, 1, 'noploop', null, this.user);
    this.#ctx = new PerfEventContext(profiled);
    const opener = new TaskStruct(2, 2, 'perf', null, this.user);
    for (const cpu of this.kernel.per_cpu) cpu.current.v = opener;
  }

  /** An event with its file: each is a descriptor of all tasks. */
  event(fields: Partial<PerfEventAttr> = {}): PerfEvent {
    const attr = perf_event_attr({ sample_period: 1n, sample_type: BigInt(PERF_SAMPLE_IP), watermark: true, wakeup_events: WATERMARK, ...fields });
    const event = new PerfEvent(this.#files.length + 1, attr, EVENT_CPU, this.kernel.x86_pmu);
    event.ctx = this.#ctx;
    event.state = PERF_EVENT_STATE_INACTIVE;
    this.#ctx.nr_events++;
    event.filp = new File(event);
    this.kernel.perf_event__header_size(event);
    this.kernel.list_add_event(event, this.#ctx);
    this.#files.push(event.filp);
    this.#objects.push(event);
    return event;
  }

  /** mmap(2) of the event. */
  map(event: PerfEvent): VmArea {
    const vma = this.try_map(event);
    if (typeof vma === 'number') throw new Error(`mmap failed: ${vma}`);
    return vma;
  }

  /** mmap(2) of an event that some kernels do not map. */
  try_map(event: PerfEvent): VmArea | number {
    return this.kernel.perf_mmap(event.filp!, { pages: 2, writable: true, shared: true, page_offset: 0 });
  }

  /** PERF_EVENT_IOC_SET_OUTPUT. */
  redirect(event: PerfEvent, output: PerfEvent): void {
    this.kernel.perf_event_set_output(event, output);
  }

  /** Stores `count` samples of the event; the wakeups that they post are served. */
  samples(event: PerfEvent, count: number): void {
    for (let i = 0; i < count; i++) this.kernel.perf_event_overflow(event, 1, REGS);
    this.kernel.irq_work_run();
  }

  fd(event: PerfEvent): number {
    return this.#files.findIndex((file) => file.event === event) + 3;
  }

  /** A poller that is asleep when the others begin. */
  sleeper(name: string, event: PerfEvent, times = 1): TaskStruct {
    this.#asleep.push(this.contexts.length);
    return this.poller(name, event, times);
  }

  /** A task that runs `program`, on a CPU of its own. */
  task(name: string, program: (task: TaskStruct) => void): TaskStruct {
    const processor = this.#tasks.length;
    const task = new TaskStruct(10 + processor, 10, name, null, this.user);
    this.#tasks.push(task);
    this.kernel.per_cpu[processor].current.v = task;
    this.contexts.push({ name, processor, level: 0, run: () => program(task) });
    return task;
  }

  /** A task that polls the event and then reads what is there, `times` over. */
  poller(name: string, event: PerfEvent, times = 1): TaskStruct {
    this.#pollers.push({ context: this.contexts.length, event });
    return this.task(name, () => {
      for (let i = 0; i < times; i++) if (this.poll(event, -1) & POLLIN) this.#look(event);
    });
  }

  /** poll(2) of one event: its revents. */
  poll(event: PerfEvent, timeout: number): number {
    return this.kernel.sys_poll([{ fd: this.fd(event), events: POLLIN }], timeout).revents[0];
  }

  /** kill(2): a signal that the task has not blocked. */
  signal(task: TaskStruct, signal: number): void {
    this.kernel.signal_pending_add(task, signal);
  }

  #look(event: PerfEvent): void {
    effect(() => {
      const rb = READ_ONCE(event.rb);
      if (rb !== null) this.account.consumed(rb);
    });
  }

  /** An NMI on the events' CPU, at any step of what runs there, in which the events overflow in this order. */
  overflow(name: string, ...events: PerfEvent[]): void {
    const run = (): void => {
      for (const event of events) this.kernel.perf_event_overflow(event, 1, REGS);
    };
    this.contexts.push({ name, processor: EVENT_CPU, level: 2, run });
  }

  /** Writes a record of the event, as COMM and MMAP are written in process context. */
  write(event: PerfEvent): void {
    this.kernel.perf_output_record(event, PERF_RECORD_COMM, 0, SAMPLE_SIZE, () => {});
  }

  /** Runs `program` in process context on the events' CPU: NMIs may come in at every step. */
  onEventCpu(name: string, program: () => void): void {
    this.contexts.push({ name, processor: EVENT_CPU, level: 0, run: program });
  }

  /** Judges states in which no context can step, beside the lost wakeups that are always looked for. */
  judge(judge: (ground: Ground) => void): void {
    this.#judges.push(judge);
  }

  /** Everything has been closed at the end: nothing may be left. */
  expectAllFreed(): void {
    this.judge((ground) => {
      if (ground.contexts.some((_, i) => !ground.isIdle(i))) return;
      const left = this.#objects.filter(({ freed }) => !freed.v);
      if (left.length > 0) throw new Violation('leak', `${left.length} objects are never freed: ${left.map((object) => object.constructor.name).join(', ')}`);
    });
  }

  /** Takes the set-up as it is now for the first state. */
  model(): KernelModel {
    for (const task of this.#tasks) this.#files.forEach((file, i) => (task.files.slot(i + 3).v = file));
    const contexts = [
      ...this.contexts,
      this.hardware.irqContext(EVENT_CPU, () => this.kernel.irq_work_run()),
      ...this.hardware.rcuContexts(),
    ];
    this.#model = new KernelModel(this.hardware, contexts, this.#asleep, (ground) => this.#judgeEnd(ground));
    for (const object of this.#objects) this.#model.allocated(object);
    return this.#model;
  }

  #allocated(rb: RingBuffer): void {
    if (this.#objects.includes(rb)) return;
    this.#objects.push(rb);
    this.#model?.allocated(rb);
  }

  /** Nobody can step: does a poller sleep on something that it is owed? */
  #judgeEnd(ground: Ground): void {
    for (const { context, event } of this.#pollers) {
      const rb = event.rb.v;
      if (ground.isIdle(context) || rb === null || !this.account.isOwed(rb)) continue;
      throw new Violation('lost wakeup', `${ground.contexts[context].name} sleeps on event ${event.id}, whose buffer has ${rb.user_page.data_head.v} bytes for it`);
    }
    for (const judge of this.#judges) judge(ground);
  }
}
