/**
 * What a scenario is built from: what there is (objects.ts), what has happened before, the programs that run from there
 * on, and who judges.
 *
 * Reference: section 5 of kernel.md.
 * Not modelled: more tasks than there are CPUs.
 */
import { Cell, effect } from '../../sim/memory.ts';
import { Violation, type ContextSpec, type Ground } from '../../sim/explore/model.ts';
import { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLRDNORM } from '../abi/index.ts';
import { READ_ONCE, WRITE_ONCE, operate_when } from '../primitives.ts';
import { MmStruct, TaskStruct, type FdTable, type PerfEvent, type RingBuffer } from '../structs/index.ts';
import { EVENT_CPU } from './hardware.ts';
import { JUDGES, type End, type Judge, type Poller } from './judges.ts';
import { KernelModel } from './model.ts';
import { Objects } from './objects.ts';

/** How often a poller polls, and what it does with what it is told. */
export interface PollerOptions {
  readonly times?: number;
  /** What it asks poll(2) for. */
  readonly events?: number;
  /** Reads what there is and moves data_tail. */
  readonly drains?: boolean;
}

export class Setup extends Objects {
  readonly contexts: ContextSpec[] = [];
  readonly #tasks: TaskStruct[] = [];
  readonly #pollers: Poller[] = [];
  readonly #asleep: number[] = [];
  readonly #judges: Judge[] = [...JUDGES];

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
    return this.#task(name, program, this.files, this.mm);
  }

  /** The same in a process of its own, which shares nothing with the others but open files. */
  process(name: string, program: (task: TaskStruct) => void): TaskStruct {
    return this.#task(name, program, this.files, new MmStruct());
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
    WRITE_ONCE(this.files.count, this.#tasks.length);
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
    for (const object of [...this.events, ...this.buffers.keys()]) model.allocated(object);
    for (const mm of new Set(this.#tasks.map((task) => task.mm))) model.lock(mm.mmap_sem, 'mmap_sem');
    for (const { lock, name } of this.locks) model.lock(lock, name);
    this.onNewBuffer = (rb) => model.allocated(rb);
    return model;
  }

  #end(ground: Ground): End {
    const { account, user } = this;
    const made = <T>(objects: Map<T, Cell<boolean>>): T[] => [...objects].flatMap(([object, { v }]) => (v ? [object] : []));
    return {
      ground, account, user, events: this.events, pollers: this.#pollers, buffers: made(this.buffers),
      mappings: made(this.mappings).filter(({ open }) => open),
    };
  }
}
