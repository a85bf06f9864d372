/**
 * What a scenario starts with: events, buffers, mappings and descriptors, as system calls leave them.
 *
 * Reference: sections 2 and 5 of kernel.md; perf_event_open(2).
 * Not modelled: opening events while exploring.
 */
import { Cell, effect } from '../../sim/memory.ts';
import { HALTED } from '../../pmu/location.ts';
import { PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_REFRESH, PERF_EVENT_IOC_SET_OUTPUT, PERF_RECORD_COMM, PERF_SAMPLE_IP, perf_event_attr, type PerfEventAttr } from '../abi/index.ts';
import { DEFAULT_CONFIG, type KernelConfig } from '../base.ts';
import { list_add_tail } from '../list.ts';
import { READ_ONCE, WRITE_ONCE, type Mutex } from '../primitives.ts';
import {
  FdTable, File, MmStruct, PERF_EVENT_STATE_ACTIVE, PERF_EVENT_STATE_INACTIVE, PERF_EVENT_STATE_OFF, PerfEvent, PerfEventContext, TaskStruct, UserStruct,
  type RingBuffer, type VmArea,
} from '../structs/index.ts';
import type { Kernel, KernelClass } from '../variant.ts';
import { Account } from './account.ts';
import { EVENT_CPU, ExploreHardware } from './hardware.ts';
import { exploredKernel } from './kernel.ts';
import { ExplorePmu } from './pmu.ts';

/** Bytes of a sample that holds an address: two of them cross the watermark. */
export const SAMPLE_SIZE = 16;
export const WATERMARK = 24;

/** The first descriptor of an event; those before it are the standard ones. */
const FIRST_FD = 3;

/** Registers of an interrupt; where the CPU was does not matter here. */
const REGS = { location: HALTED, ip: 0 };

export class Objects {
  readonly hardware = new ExploreHardware();
  readonly account = new Account();
  readonly pmu = new ExplorePmu();
  readonly kernel: Kernel;
  /** To whom all locked memory is accounted. */
  readonly user = new UserStruct(true);
  /** The task that the events count. */
  readonly profiled = new TaskStruct(1, 1, 'noploop', null, this.user);
  readonly #ctx: PerfEventContext;
  /** Locks that are part of no event and no buffer, with their classes. */
  protected readonly locks: { lock: Mutex; name: string }[] = [];
  /** Of all tasks of the tool that are threads of one process. */
  protected readonly files = new FdTable();
  protected readonly mm = new MmStruct();
  protected readonly events: PerfEvent[] = [];
  /** Buffers and mappings, and whether they have been made in this schedule. */
  protected readonly buffers = new Map<RingBuffer, Cell<boolean>>();
  protected readonly mappings = new Map<VmArea, Cell<boolean>>();
  /** Called with each buffer that no schedule has made before. */
  protected onNewBuffer: (rb: RingBuffer) => void = () => {};

  constructor(kernel: KernelClass, config: Partial<KernelConfig> = {}) {
    const explored = exploredKernel(kernel, this.pmu, (rb) => this.#allocated(rb));
    this.kernel = new explored(this.hardware, { ...DEFAULT_CONFIG, nmi_watchdog: false, ...config });
    this.kernel.trace = this.account;
    this.hardware.onSignal = (task, signal) => {
      this.#pend(task, signal);
      this.account.signalled(task);
    };
    const opener = new TaskStruct(2, 2, 'perf', null, this.user, this.files, this.mm);
    for (const cpu of this.kernel.per_cpu) cpu.current.v = opener;
    this.#ctx = this.#contextOf(this.profiled);
  }

  /** An event of the profiled task, with its file: each is a descriptor of all tasks. */
  event(fields: Partial<PerfEventAttr> = {}): PerfEvent {
    const event = this.#event(fields);
    event.filp = new File(event);
    WRITE_ONCE(this.files.slot(this.fd(event)), event.filp);
    return event;
  }

  #event(fields: Partial<PerfEventAttr>, ctx = this.#ctx): PerfEvent {
    const attr = perf_event_attr({ sample_period: 1n, sample_type: BigInt(PERF_SAMPLE_IP), watermark: true, wakeup_events: WATERMARK, ...fields });
    const event = new PerfEvent(this.events.length + 1, attr, EVENT_CPU, this.pmu);
    event.state = attr.disabled ? PERF_EVENT_STATE_OFF : PERF_EVENT_STATE_INACTIVE;
    this.kernel.perf_event__header_size(event);
    this.kernel.perf_event__id_header_size(event);
    this.kernel.list_add_event(event, ctx);
    this.account.opened(event);
    this.events.push(event);
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
    this.locks.push({ lock: ctx.mutex, name: 'ctx.mutex' });
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
    if (typeof vma !== 'number') effect(() => WRITE_ONCE(this.#made(this.mappings, vma), true));
    return vma;
  }

  /** It was the task's process that has mapped it. */
  mappedBy(vma: VmArea, { mm }: TaskStruct): void {
    this.kernel.vma_unlink(this.mm, vma);
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
    const file = event.filp!;
    file.f_owner = task;
    WRITE_ONCE(event.fasync, file);
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
    return FIRST_FD + this.events.indexOf(event);
  }

  /** The events overflow; those are stopped of which the kernel says so. */
  overflowNow(...events: PerfEvent[]): void {
    for (const event of events) if (this.kernel.perf_event_overflow(event, 1, REGS)) this.pmu.stop(event);
  }

  /** Writes a record of the event, as COMM and MMAP are written in process context. */
  write(event: PerfEvent, size = SAMPLE_SIZE): void {
    this.kernel.perf_output_record(event, PERF_RECORD_COMM, 0, size, () => {});
  }

  #allocated(rb: RingBuffer): void {
    const isNew = !this.buffers.has(rb);
    WRITE_ONCE(this.#made(this.buffers, rb), true);
    if (isNew) this.onNewBuffer(rb);
  }

  #made<T>(objects: Map<T, Cell<boolean>>, object: T): Cell<boolean> {
    let cell = objects.get(object);
    if (cell === undefined) objects.set(object, (cell = new Cell(false, null, 'made')));
    return cell;
  }
}
