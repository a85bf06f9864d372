/**
 * Watches a run through the kernel's tracepoints and keeps what a timeline or a page shows of it.
 *
 * Reference: kernel/tracepoints.ts; perf/trace/run-trace.ts for what comes out.
 * Not modelled: events of the kernel's own (the NMI watchdog), which write no records.
 */
import {
  PERF_RECORD_SAMPLE, type PerfEvent, type RingBuffer, type TaskStruct,
} from '../../kernel/index.ts';
import type { Location } from '../../pmu/location.ts';
import { BufferTracer } from './buffer-tracer.ts';
import { BufferWatch } from './buffer-watch.ts';
import type { CounterTrace, InterruptTrace, LossTrace, OverflowTrace, ReadTrace, RunTrace, WakeupTrace } from './run-trace.ts';
import { SERIES_SPANS, StepSeries } from './step-series.ts';
import { TaskTracer } from './task-tracer.ts';
import { Thinned } from './thinned.ts';

/** The clock and the number of the CPU that executes. */
export interface Clock {
  local_clock(): number;
  readonly smp_processor_id: number;
}

/** Entries kept of each list. */
const LIMIT = 1000;

type Open<T> = { -readonly [K in keyof T]: T[K] };

/** A counter as it is watched. */
interface CounterState extends Open<Omit<CounterTrace, 'samples' | 'period'>> {
  readonly samples: StepSeries;
  readonly period: StepSeries;
}

interface OpenInterrupt extends Open<Omit<InterruptTrace, 'to' | 'overflows'>> {
  readonly overflows: Open<OverflowTrace>[];
  /** It posted a wakeup, carried one out, or was the first to find a buffer full. */
  matters: boolean;
}

export class Tracer extends BufferWatch {
  readonly #clock: Clock;
  readonly #tasks: TaskTracer;
  #events: readonly string[] = [];
  readonly #counters: CounterState[] = [];
  readonly #byId = new Map<number, CounterState>();
  readonly #buffers = new Map<RingBuffer, BufferTracer>();
  /** By CPU: the handlers that run, outermost first. */
  readonly #handlers: OpenInterrupt[][];
  /** Four lists, because two that alternate would be thinned to one of them. */
  readonly #interrupts = {
    quietNmis: new Thinned<InterruptTrace>(LIMIT),
    nmis: new Thinned<InterruptTrace>(LIMIT),
    quietInterrupts: new Thinned<InterruptTrace>(LIMIT),
    interrupts: new Thinned<InterruptTrace>(LIMIT),
  };
  readonly #wakeups = new Thinned<Open<WakeupTrace>>(LIMIT);
  readonly #counts = { sent: 0, woke: 0, awake: 0, lost: 0 };
  /** Posted, not yet carried out. */
  #posted: Open<WakeupTrace>[] = [];
  /** By CPU: those being carried out. */
  readonly #run: Open<WakeupTrace>[][];
  readonly #reads = new Thinned<ReadTrace>(LIMIT);
  readonly #losses = new Thinned<LossTrace>(LIMIT);

  /** `isProfiled` says which tasks' work is sampled. */
  constructor(now: () => number, clock: Clock, cpus: number, isProfiled: (task: TaskStruct) => boolean) {
    super(now);
    this.#clock = clock;
    this.#tasks = new TaskTracer(cpus, LIMIT, isProfiled);
    this.#handlers = Array.from({ length: cpus }, () => []);
    this.#run = Array.from({ length: cpus }, () => []);
  }

  /** The tool knows its events' names and ids: `ids[event][i]` is the event's counter on the i-th of `cpus`. */
  open(names: readonly string[], ids: readonly (readonly number[])[], cpus: readonly number[]): void {
    this.#events = names;
    ids.forEach((list, event) => {
      list.forEach((id, i) => {
        const counter: CounterState = {
          id, event, cpu: cpus[i], overflows: 0, stored: 0, dropped: 0,
          samples: new StepSeries(SERIES_SPANS), period: new StepSeries(SERIES_SPANS),
        };
        this.#counters.push(counter);
        this.#byId.set(id, counter);
      });
    });
  }

  override irq_enter(handler: Location, nmi: boolean): void {
    const cpu = this.#clock.smp_processor_id;
    this.#handlers[cpu].push({ cpu, nmi, handler: handler.symbol, from: this.#clock.local_clock(), overflows: [], matters: false });
  }

  override irq_exit(): void {
    const cpu = this.#clock.smp_processor_id;
    const open = this.#handlers[cpu].pop();
    if (open === undefined) return;
    if (!open.nmi) this.#run[cpu] = [];
    const { matters, ...handler } = open;
    const list = open.nmi ? (matters ? 'nmis' : 'quietNmis') : (matters ? 'interrupts' : 'quietInterrupts');
    this.#interrupts[list].offer({ ...handler, to: this.#clock.local_clock() });
  }

  #handler(): OpenInterrupt | undefined {
    return this.#handlers[this.#clock.smp_processor_id].at(-1);
  }

  #counterOf(event: PerfEvent): CounterState | undefined {
    return this.#byId.get((event.parent ?? event).id);
  }

  #bufferOf(rb: RingBuffer, event: PerfEvent): BufferTracer {
    let buffer = this.#buffers.get(rb);
    if (buffer === undefined) {
      const counter = this.#counterOf(event);
      const made = [counter === undefined ? -1 : this.#counters.indexOf(counter), event.cpu] as const;
      buffer = new BufferTracer(this.#buffers.size, rb, made, this.#losses);
      this.#buffers.set(rb, buffer);
    }
    return buffer;
  }

  override overflow(event: PerfEvent): void {
    const counter = this.#counterOf(event);
    if (counter === undefined) return;
    const at = this.#clock.local_clock();
    counter.overflows++;
    counter.period.push(at, event.hw.last_period);
    const overflow = { counter: this.#counters.indexOf(counter), at, count: event.count, period: event.hw.last_period, stored: null };
    this.#handler()?.overflows.push(overflow);
  }

  override record_stored(rb: RingBuffer, event: PerfEvent, type: number, size: number, head: number): void {
    super.record_stored(rb, event, type, size, head);
    const at = this.#clock.local_clock();
    const buffer = this.#bufferOf(rb, event);
    buffer.stored(at, head);
    const counter = this.#counterOf(event);
    if (type !== PERF_RECORD_SAMPLE || counter === undefined) return;
    counter.samples.push(at, ++counter.stored);
    const overflow = this.#handler()?.overflows.at(-1);
    if (overflow !== undefined) overflow.stored = { at, buffer: buffer.index, head };
  }

  override record_dropped(rb: RingBuffer, event: PerfEvent): void {
    super.record_dropped(rb, event);
    const counter = this.#counterOf(event);
    if (counter !== undefined) counter.dropped++;
    if (this.#bufferOf(rb, event).dropped(this.#clock.local_clock())) this.#thisMatters();
  }

  override wakeup_posted(rb: RingBuffer, event: PerfEvent): void {
    super.wakeup_posted(rb, event);
    const at = this.#clock.local_clock();
    const buffer = this.#bufferOf(rb, event);
    this.#watch(buffer);
    buffer.moved(at);
    const counter = this.#counterOf(event);
    const wakeup: Open<WakeupTrace> = {
      at, cpu: this.#clock.smp_processor_id, buffer: buffer.index, counter: counter === undefined ? -1 : this.#counters.indexOf(counter),
      head: buffer.head, level: buffer.level, run_at: null, outcome: 'awake',
    };
    this.#counts.sent++;
    this.#posted.push(wakeup);
    this.#wakeups.offer(wakeup);
    this.#thisMatters();
  }

  /** What happens now will be looked at closely. */
  #watch(buffer: BufferTracer): void {
    buffer.watch();
    for (const { cpu, samples } of this.#counters) if (cpu === buffer.cpu) samples.mark();
  }

  #thisMatters(): void {
    const handler = this.#handler();
    if (handler !== undefined) handler.matters = true;
  }

  override wakeup_run(event: PerfEvent): void {
    const counter = this.#counterOf(event);
    const index = counter === undefined ? -1 : this.#counters.indexOf(counter);
    const run = this.#posted.filter((wakeup) => wakeup.counter === index);
    this.#posted = this.#posted.filter((wakeup) => wakeup.counter !== index);
    const outcome = this.#tasks.somebodyPolls ? 'lost' : 'awake';
    for (const wakeup of run) {
      wakeup.run_at = this.#clock.local_clock();
      wakeup.outcome = outcome;
      this.#counts[outcome]++;
    }
    this.#run[this.#clock.smp_processor_id] = run;
    this.#thisMatters();
  }

  override poller_woken(event: PerfEvent, task: TaskStruct): void {
    for (const wakeup of this.#run[this.#clock.smp_processor_id]) {
      this.#counts[wakeup.outcome]--;
      wakeup.outcome = 'woke';
      this.#counts.woke++;
    }
    const counter = this.#counterOf(event);
    this.#tasks.woken(this.#clock.local_clock(), task, counter === undefined ? 'an event' : `${this.#events[counter.event]} (event ${counter.event + 1}), CPU ${counter.cpu}`);
  }

  override signal_sent(task: TaskStruct, signal: number): void {
    this.#tasks.signal(this.#clock.local_clock(), task, signal);
  }

  override data_tail(rb: RingBuffer, tail: number, task: TaskStruct): void {
    const buffer = this.#buffers.get(rb);
    if (buffer === undefined) return;
    const at = this.#clock.local_clock();
    this.#reads.offer({ at, task: this.#tasks.index(task), buffer: buffer.index, tail, bytes: buffer.read(at, tail) });
  }

  override sched_switch(cpu: number, _previous: TaskStruct | null, next: TaskStruct | null): void {
    this.#tasks.switch(this.#clock.local_clock(), cpu, next);
  }

  override sys_enter(task: TaskStruct, name: string): void {
    this.#tasks.enter(this.#clock.local_clock(), task, name);
  }

  override sys_exit(task: TaskStruct): void {
    this.#tasks.exit(this.#clock.local_clock(), task);
  }

  /** The run is over. */
  finish(end: number): RunTrace {
    this.#tasks.finish(end);
    for (const buffer of this.#buffers.values()) buffer.endLoss(end);
    const byStart = <T extends { from: number }>(list: readonly T[]): T[] => [...list].sort((a, b) => a.from - b.from);
    const counters = this.#counters.map((counter) => ({ ...counter, samples: counter.samples.series(), period: counter.period.series() }));
    const buffers = [...this.#buffers.values()].map((buffer) => buffer.trace());
    return {
      cpus: this.#handlers.length,
      end,
      events: this.#events,
      counters,
      buffers,
      tasks: this.#tasks.tasks,
      interrupts: byStart(Object.values(this.#interrupts).flatMap(({ entries }) => entries)),
      stints: byStart(this.#tasks.stints.entries),
      work: this.#tasks.work.series(),
      calls: byStart(this.#tasks.calls.entries),
      wakeups: this.#wakeups.entries,
      wakeupCounts: this.#counts,
      reads: this.#reads.entries,
      losses: byStart(this.#losses.entries),
      kept: {
        quietNmis: this.#interrupts.quietNmis.kept('NMIs that only stored samples'),
        nmis: this.#interrupts.nmis.kept('NMIs that sent a wakeup or found a buffer full'),
        quietInterrupts: this.#interrupts.quietInterrupts.kept('interrupts without consequence'),
        interrupts: this.#interrupts.interrupts.kept('interrupts that carried out a wakeup'),
        stints: this.#tasks.stints.kept('stays of tasks on CPUs'),
        calls: this.#tasks.calls.kept('system calls that may sleep'),
        wakeups: this.#wakeups.kept('wakeups'),
        reads: this.#reads.kept('reads'),
        losses: this.#losses.kept('spells of loss'),
        values: {
          what: 'values of series',
          how: 'the extremes of equal spans of time',
          seen: sum([...this.#counters.flatMap(({ samples, period }) => [samples.seen, period.seen]), ...[...this.#buffers.values()].map(({ changes }) => changes)]),
          kept: sum([...counters.flatMap(({ samples, period }) => [samples, period]), ...buffers.flatMap(({ fill, mark }) => [fill, mark])].map(({ at }) => at.length)),
        },
      },
    };
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
