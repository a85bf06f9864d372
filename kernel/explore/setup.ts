/**
 * What a scenario is built from: events, buffers and descriptors as system calls have left them, and the programs that
 * run from there on.
 *
 * Reference: sections 2 and 5 of kernel.md; perf_event_open(2).
 * Not modelled: opening events while exploring.
 */
import { Cell, effect } from '../../sim/memory.ts';
import { Violation, type ContextSpec, type Ground } from '../../sim/explore/model.ts';
import { HALTED } from '../../pmu/location.ts';
import {
  PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_REFRESH, PERF_EVENT_IOC_SET_OUTPUT, PERF_RECORD_COMM, PERF_SAMPLE_IP, POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLRDNORM,
  perf_event_attr, type PerfEventAttr,
} from '../abi/index.ts';
import { DEFAULT_CONFIG, type KernelConfig } from '../base.ts';
import { list_add_tail } from '../list.ts';
import { READ_ONCE, WRITE_ONCE, operate_when, type Mutex } from '../primitives.ts';
import {
  FdTable, File, MmStruct, PERF_EVENT_STATE_ACTIVE, PERF_EVENT_STATE_INACTIVE, PERF_EVENT_STATE_OFF, PerfEvent, PerfEventContext, RingBuffer, TaskStruct,
  UserStruct, type VmArea,
} from '../structs/index.ts';
import type { Kernel, KernelClass } from '../variant.ts';
import { Account } from './account.ts';
import { EVENT_CPU, ExploreHardware } from './hardware.ts';
import { JUDGES, type End, type Judge, type Poller } from './judges.ts';
import { exploredKernel } from './kernel.ts';
import { KernelModel } from './model.ts';
import { ExplorePmu } from './pmu.ts';

/** Bytes of a sample that holds an address: two of them cross the watermark. */
export const SAMPLE_SIZE = 16;
export const WATERMARK = 24;

/** The first descriptor of an event; those before it are the standard ones. */
const FIRST_FD = 3;

/** Registers of an interrupt; where the CPU was does not matter here. */
const REGS = { location: HALTED, ip: 0 };

/** How often a poller polls, and what it does with what it is told. */
export interface PollerOptions {
  readonly times?: number;
  /** What it asks poll(2) for. */
  readonly events?: number;
  /** Reads what there is and moves data_tail. */
  readonly drains?: boolean;
}

export class Setup {
  readonly hardware = new ExploreHardware();
  readonly account = new Account();
  readonly pmu = new ExplorePmu();
  readonly kernel: Kernel;
  /** To whom all locked memory is accounted. */
  readonly user = new UserStruct(true);
  readonly contexts: ContextSpec[] = [];
  /** The task that the events count. */
  readonly profiled = new TaskStruct(1, 1, 'noploop', null, this.user);
  readonly #ctx: PerfEventContext;
  /** Locks that are part of no event and no buffer, with their classes. */
  readonly #locks: { lock: Mutex; name: string }[] = [];
  /** Of all tasks that are made with `task`: threads of one process. */
  readonly #files = new FdTable();
  readonly #mm = new MmStruct();
  readonly #tasks: TaskStruct[] = [];
  readonly #events: PerfEvent[] = [];
  /** Buffers and mappings, and whether they have been made in this schedule. */
  readonly #buffers = new Map<RingBuffer, Cell<boolean>>();
  readonly #mappings = new Map<VmArea, Cell<boolean>>();
  readonly #pollers: Poller[] = [];
  readonly #asleep: number[] = [];
  readonly #judges: Judge[] = [...JUDGES];
  #model: KernelModel | null = null;

  constructor(kernel: KernelClass, config: Partial<KernelConfig> = {}) {
    const explored = exploredKernel(kernel, this.pmu, (rb) => this.#allocated(rb));
    this.kernel = new explored(this.hardware, { ...DEFAULT_CONFIG, nmi_watchdog: false, ...config });
    this.kernel.trace = this.account;
    this.hardware.onSignal = (task, signal) => {
      this.#pend(task, signal);
      this.account.signalled(task);
    };
    const opener = new TaskStruct(2, 2, 'perf', null, this.user, this.#files, this.#mm);
    for (const cpu of this.kernel.per_cpu) cpu.current.v = opener;
    this.#ctx = this.#contextOf(this.profiled);
  }

  // Objects.

  /** An event of the profiled task, with its file: each is a descriptor of all tasks. */
  event(fields: Partial<PerfEventAttr> = {}): PerfEvent {
    const event = this.#event(fields);
    event.filp = new File(event);
    WRITE_ONCE(this.#files.slot(this.fd(event)), event.filp);
    return event;
  }

  #event(fields: Partial<PerfEventAttr>, ctx = this.#ctx): PerfEvent {
    const attr = perf_event_attr({ sample_period: 1n, sample_type: BigInt(PERF_SAMPLE_IP), watermark: true, wakeup_events: WATERMARK, ...fields });
    const event = new PerfEvent(this.#events.length + 1, attr, EVENT_CPU, this.pmu);
    event.state = attr.disabled ? PERF_EVENT_STATE_OFF : PERF_EVENT_STATE_INACTIVE;
    this.kernel.perf_event__header_size(event);
    this.kernel.list_add_event(event, ctx);
    this.account.opened(event);
    this.#events.push(event);
    return event;
  }

  /** A copy of `parent` that `child`, a task that the profiled one has forked, has inherited. */
  inherited(parent: PerfEvent, child: TaskStruct): PerfEvent {
    const event = this.#event(parent.attr, this.#contextOf(child));
    event.parent = parent;
    this.kernel.pin_event(parent);
    list_add_tail(event.child_entry, parent.child_list);
    return event;
  }

  /** A task that the profiled one has forked. */
  forked(): TaskStruct {
    return new TaskStruct(3, 3, 'child', this.profiled, this.user);
  }

  #contextOf(task: TaskStruct): PerfEventContext {
    const ctx = new PerfEventContext(task);
    WRITE_ONCE(task.perf_event_ctxp[0], ctx);
    this.#locks.push({ lock: ctx.mutex, name: 'ctx.mutex' });
    return ctx;
  }

  /** The profiled task runs on the events' CPU, and these of its events count: they overflow as long as they do. */
  count(...events: PerfEvent[]): void {
    const cpuctx = this.kernel.per_cpu[EVENT_CPU].contexts[0];
    WRITE_ONCE(this.kernel.per_cpu[EVENT_CPU].current, this.profiled);
    cpuctx.task_ctx = this.#ctx;
    this.#ctx.is_active = 3;
    for (const event of events) {
      event.state = PERF_EVENT_STATE_ACTIVE;
      event.oncpu = EVENT_CPU;
      this.#ctx.nr_active++;
      cpuctx.active_oncpu++;
      this.pmu.start(event);
    }
  }

  /** mmap(2) of the event. */
  map(event: PerfEvent): VmArea {
    const vma = this.try_map(event);
    if (typeof vma === 'number') throw new Error(`mmap failed: ${vma}`);
    return vma;
  }

  /** mmap(2) of an event that some kernels do not map. */
  try_map(event: PerfEvent): VmArea | number {
    const vma = this.kernel.sys_mmap(this.fd(event), { pages: 2, writable: true, shared: true, page_offset: 0 });
    if (typeof vma !== 'number') effect(() => WRITE_ONCE(this.#made(this.#mappings, vma), true));
    return vma;
  }

  /** It was the task's process that has mapped it. */
  mappedBy(vma: VmArea, { mm }: TaskStruct): void {
    this.kernel.vma_unlink(this.#mm, vma);
    this.kernel.vma_link(mm, vma);
  }

  /** munmap(2). */
  unmap(vma: VmArea): void {
    this.kernel.sys_munmap(vma);
  }

  close(event: PerfEvent): void {
    this.kernel.sys_close(this.fd(event));
  }

  /** PERF_EVENT_IOC_SET_OUTPUT: 0, or the error. */
  redirect(event: PerfEvent, output: PerfEvent): number {
    return this.kernel.sys_ioctl(this.fd(event), PERF_EVENT_IOC_SET_OUTPUT, this.fd(output));
  }

  /** PERF_EVENT_IOC_REFRESH. */
  refresh(event: PerfEvent, count: number): void {
    this.kernel.sys_ioctl(this.fd(event), PERF_EVENT_IOC_REFRESH, count);
  }

  /** The task is told of each overflow of the event by SIGIO (F_SETOWN, F_SETFL with O_ASYNC). */
  signals(event: PerfEvent, task: TaskStruct): void {
    WRITE_ONCE(event.fasync, task);
  }

  /** kill(2): a signal that the task has not blocked. */
  signal(task: TaskStruct, signal: number): void {
    effect(() => this.#pend(task, signal));
  }

  /** That it is pending is all that matters here: what comes with a signal would be another object each time. */
  #pend(task: TaskStruct, signal: number): void {
    const bit = 2 ** signal;
    const pending = READ_ONCE(task.pending_signals);
    if (Math.floor(pending / bit) % 2 === 0) WRITE_ONCE(task.pending_signals, pending + bit);
  }

  /** PERF_EVENT_IOC_ENABLE. */
  enable(event: PerfEvent): void {
    this.kernel.sys_ioctl(this.fd(event), PERF_EVENT_IOC_ENABLE, 0);
  }

  fd(event: PerfEvent): number {
    return FIRST_FD + this.#events.indexOf(event);
  }

  // What has happened before.

  /** `count` samples of the event were stored; the wakeups that they posted are served. */
  samples(event: PerfEvent, count: number): void {
    this.#before(() => {
      for (let i = 0; i < count; i++) this.overflowNow(event);
    });
  }

  /** A record of the event was written; 0 bytes: none. */
  written(event: PerfEvent, bytes: number): void {
    if (bytes > 0) this.#before(() => this.write(event, bytes));
  }

  /** The events' CPU has ticked since it booted. */
  ticked(): void {
    this.#before(() => this.kernel.perf_event_task_tick());
  }

  /** The event, which counts, was throttled; it waits for the tick. */
  throttled(event: PerfEvent): void {
    this.#before(() => {
      while (this.pmu.counts(event)) this.overflowNow(event);
    });
  }

  /** The reader of the event's buffer was told of all that is in it. */
  told(event: PerfEvent): void {
    this.poll(event, 0);
    this.#look(event, -1, false);
  }

  #before(program: () => void): void {
    this.hardware.booting = EVENT_CPU;
    program();
    this.hardware.interrupt_now(() => this.kernel.irq_work_run());
    this.hardware.booting = 0;
  }

  // Programs.

  /** Another thread of the tool runs `program`, on a CPU of its own. */
  task(name: string, program: (task: TaskStruct) => void): TaskStruct {
    return this.#task(name, program, this.#files, this.#mm);
  }

  /** The same in a process of its own, which shares nothing with the others but open files. */
  process(name: string, program: (task: TaskStruct) => void): TaskStruct {
    return this.#task(name, program, this.#files, new MmStruct());
  }

  #task(name: string, program: (task: TaskStruct) => void, files: FdTable, mm: MmStruct): TaskStruct {
    const processor = this.#tasks.length;
    if (processor === EVENT_CPU) throw new Error(`more than ${EVENT_CPU} tasks`);
    const task = new TaskStruct(10 + processor, 10, name, null, this.user, files, mm);
    this.#tasks.push(task);
    this.kernel.per_cpu[processor].current.v = task;
    this.contexts.push({ name, processor, level: 0, run: () => program(task) });
    return task;
  }

  /** Descriptors are looked up as a process with several threads does it: another may close them meanwhile. */
  shareFiles(): void {
    WRITE_ONCE(this.#files.count, this.#tasks.length);
  }

  /** A task that polls the event and then looks at what is there. */
  poller(name: string, event: PerfEvent, { times = 1, events = POLLIN, drains = false }: PollerOptions = {}): TaskStruct {
    const context = this.contexts.length;
    this.#pollers.push({ context, event });
    return this.task(name, () => {
      for (let i = 0; i < times; i++) if (this.poll(event, -1, events) & events) this.#look(event, context, drains);
    });
  }

  /** A poller that is asleep when the others begin. */
  sleeper(name: string, event: PerfEvent, options: PollerOptions = {}): TaskStruct {
    this.#asleep.push(this.contexts.length);
    return this.poller(name, event, options);
  }

  /** poll(2) of one event: its revents. They are judged. */
  poll(event: PerfEvent, timeout: number, events = POLLIN): number {
    const known = POLLIN | POLLRDNORM | POLLHUP | POLLERR | POLLNVAL;
    const revents = this.kernel.sys_poll([{ fd: this.fd(event), events }], timeout).revents[0];
    effect(() => {
      if (revents & ~known) {
        throw new Violation('wrong poll result', `poll says 0x${revents.toString(16)} of event ${event.id}, which is none of IN, RDNORM, HUP, ERR, NVAL`);
      }
      if (revents & (POLLIN | POLLRDNORM) && !this.account.hasCalled) throw new Violation('wrong poll result', `poll says POLLIN or POLLRDNORM of event ${event.id}, and nothing has called for it`);
    });
    return revents;
  }

  #look(event: PerfEvent, reader: number, drains: boolean): void {
    const rb = effect(() => {
      const seen = READ_ONCE(event.rb);
      if (seen !== null) this.account.consumed(seen, reader);
      return seen;
    });
    if (drains && rb !== null) this.drain(rb);
  }

  /** User space reads all records and says so. */
  drain(rb: RingBuffer): void {
    WRITE_ONCE(rb.user_page.data_tail, READ_ONCE(rb.user_page.data_head));
  }

  /** An NMI on the events' CPU, at any step of what runs there, in which the events overflow in this order. */
  overflow(name: string, ...events: PerfEvent[]): void {
    this.nmi(name, () => this.overflowNow(...events));
  }

  /** The same of events that count (see `count`), as long as they do. */
  overflowCounting(name: string, ...events: PerfEvent[]): void {
    this.nmi(name, () => {
      this.pmu.interrupt();
      for (const event of events) if (this.pmu.counts(event)) this.overflowNow(event);
    });
  }

  /** The events overflow; those are stopped of which the kernel says so. */
  overflowNow(...events: PerfEvent[]): void {
    for (const event of events) if (this.kernel.perf_event_overflow(event, 1, REGS)) this.pmu.stop(event);
  }

  nmi(name: string, run: () => void): void {
    this.contexts.push({ name, processor: EVENT_CPU, level: 2, run });
  }

  /** The scheduler's tick, once, in an interrupt on the events' CPU. */
  tick(): void {
    this.contexts.push({ name: 'TICK', processor: EVENT_CPU, level: 1, run: () => this.kernel.perf_event_task_tick() });
  }

  /** Runs `program` in process context on the events' CPU: NMIs may come in at every step. */
  onEventCpu(name: string, program: () => void): void {
    this.contexts.push({ name, processor: EVENT_CPU, level: 0, run: program });
  }

  /** Writes a record of the event, as COMM and MMAP are written in process context. */
  write(event: PerfEvent, size = SAMPLE_SIZE): void {
    this.kernel.perf_output_record(event, PERF_RECORD_COMM, 0, size, () => {});
  }

  /** A signal from one program to another, which waits for it. */
  gate(): { open(): void; wait(): void } {
    const cell = new Cell(false, null, 'gate');
    return { open: () => WRITE_ONCE(cell, true), wait: () => void operate_when(cell, (open) => open) };
  }

  /** The task exits, on whatever CPU the program runs. */
  exit(task: TaskStruct): void {
    this.kernel.perf_event_exit_task(task);
  }

  // Judgement.

  /** Judges states in which no context can step, beside what is always judged (JUDGES). */
  judge(judge: Judge): void {
    this.#judges.push(judge);
  }

  /** Takes the set-up as it is now for the first state. */
  model(): KernelModel {
    const contexts = [
      ...this.contexts,
      this.hardware.irqContext(EVENT_CPU, () => this.kernel.irq_work_run()),
      this.hardware.crossCallContext(),
      ...this.hardware.rcuContexts(),
    ];
    const model = new KernelModel(this.hardware, contexts, this.#asleep, (ground) => {
      const end = this.#end(ground);
      for (const judge of this.#judges) judge(end);
    });
    for (const object of [...this.#events, ...this.#buffers.keys()]) model.allocated(object);
    for (const mm of new Set(this.#tasks.map((task) => task.mm))) model.lock(mm.mmap_sem, 'mmap_sem');
    for (const { lock, name } of this.#locks) model.lock(lock, name);
    this.#model = model;
    return model;
  }

  #end(ground: Ground): End {
    const { account, user } = this;
    const made = <T>(objects: Map<T, Cell<boolean>>): T[] => [...objects].flatMap(([object, { v }]) => (v ? [object] : []));
    return {
      ground, account, user, events: this.#events, pollers: this.#pollers, buffers: made(this.#buffers),
      mappings: made(this.#mappings).filter(({ open }) => open),
    };
  }

  #allocated(rb: RingBuffer): void {
    const isNew = !this.#buffers.has(rb);
    WRITE_ONCE(this.#made(this.#buffers, rb), true);
    if (isNew) this.#model?.allocated(rb);
  }

  #made<T>(objects: Map<T, Cell<boolean>>, object: T): Cell<boolean> {
    let cell = objects.get(object);
    if (cell === undefined) objects.set(object, (cell = new Cell(false, null, 'made')));
    return cell;
  }
}
