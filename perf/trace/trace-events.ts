/**
 * A run as trace-event JSON, which ui.perfetto.dev, the Firefox profiler and speedscope open.
 *
 * Processes are the CPUs (tracks: task, irq, nmi), the counters, the buffers and the tasks that sleep in calls. Arrows
 * lead from an overflow to its sample, to the wakeup that it caused, and to the read that took it. Slices of one track
 * nest or follow each other.
 * Reference: the Trace Event Format (Google, 2016); docs of Perfetto on JSON traces.
 * Not modelled: async events, samples and metadata that these programs ignore.
 */
import type { RunSpec } from '../run-spec.ts';
import type { CounterTrace, OverflowTrace, ReadTrace, RunTrace, Series, WakeupTrace } from './run-trace.ts';

export interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'C' | 'M' | 'i' | 's' | 't' | 'f';
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts?: number;
  readonly dur?: number;
  readonly id?: number;
  readonly bp?: 'e';
  readonly s?: 't';
  readonly cat?: string;
  readonly args?: Readonly<Record<string, string | number>>;
}

export interface Timeline {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ns';
  readonly otherData: Readonly<Record<string, string>>;
}

/** The processes of the timeline: CPU n is process n + 1, then these, at numbers that no CPU reaches. */
const COUNTERS = 1001;
const BUFFERS = 1002;
const TASKS = 1003;

/** Tracks of a CPU. */
const TASK = 1;
const IRQ = 2;
const NMI = 3;

/** What takes no time is drawn a nanosecond long, so that it can be seen and arrows can end there. */
const INSTANT_NS = 1;

const us = (ns: number): number => ns / 1000;

export function timeline(trace: RunTrace, spec: RunSpec): Timeline {
  return new TimelineWriter(trace, spec).write();
}

/** Of each list of which not everything is in the trace, what is. */
export function omissions({ kept }: RunTrace): string[] {
  return Object.values(kept)
    .filter(({ seen, kept: here }) => here < seen)
    .map(({ what, seen, kept: here, how }) => `${here} of ${seen} ${what}, ${how}`);
}

class TimelineWriter {
  readonly #trace: RunTrace;
  readonly #spec: RunSpec;
  readonly #events: TraceEvent[] = [];
  #flows = 0;

  constructor(trace: RunTrace, spec: RunSpec) {
    this.#trace = trace;
    this.#spec = spec;
  }

  write(): Timeline {
    this.#names();
    this.#cpus();
    this.#counters();
    this.#buffers();
    this.#tasks();
    this.#arrows();
    const timed = this.#events.filter(({ ph }) => ph !== 'M').sort((a, b) => a.ts! - b.ts! || (b.dur ?? 0) - (a.dur ?? 0));
    const { kernel, pmu, seed, workload } = this.#spec;
    return {
      traceEvents: [...this.#events.filter(({ ph }) => ph === 'M'), ...timed],
      displayTimeUnit: 'ns',
      otherData: {
        recorded: `perfsim record, kernel ${kernel}, PMU ${pmu}, seed ${seed}: ${[workload.name, ...workload.args].join(' ')}`,
        clock: 'simulated nanoseconds since boot',
        'left out': omissions(this.#trace).join('; ') || 'nothing',
      },
    };
  }

  #slice(pid: number, tid: number, name: string, [from, to]: readonly [number, number], args: TraceEvent['args'] = {}): void {
    const ts = us(from);
    // A difference of microseconds, so that ts + dur is the very number at which the next slice begins.
    this.#events.push({ name, ph: 'X', pid, tid, ts, dur: us(Math.max(to, from + INSTANT_NS)) - ts, args });
  }

  #series(pid: number, name: string, key: string, { at, value }: Series): void {
    at.forEach((ns, i) => this.#events.push({ name, ph: 'C', pid, tid: 0, ts: us(ns), args: { [key]: value[i] } }));
  }

  #track(pid: number, tid: number, name: string): void {
    this.#events.push({ name: 'thread_name', ph: 'M', pid, tid, args: { name } });
  }

  #names(): void {
    const process = (pid: number, name: string): void => {
      this.#events.push({ name: 'process_name', ph: 'M', pid, tid: 0, args: { name } });
      this.#events.push({ name: 'process_sort_index', ph: 'M', pid, tid: 0, args: { sort_index: pid } });
    };
    for (let cpu = 0; cpu < this.#trace.cpus; cpu++) {
      process(cpu + 1, `CPU ${cpu}`);
      this.#track(cpu + 1, TASK, 'task');
      this.#track(cpu + 1, IRQ, 'irq');
      this.#track(cpu + 1, NMI, 'nmi');
    }
    process(COUNTERS, 'counters');
    process(BUFFERS, 'ring buffers');
    process(TASKS, 'tasks that wait');
  }

  #cpus(): void {
    const { stints, interrupts, tasks } = this.#trace;
    for (const { cpu, task, from, to } of stints) this.#slice(cpu + 1, TASK, tasks[task].comm, [from, to], { pid: tasks[task].pid });
    for (const { cpu, nmi, handler, from, to } of interrupts) this.#slice(cpu + 1, nmi ? NMI : IRQ, handler, [from, to]);
  }

  #nameOf(counter: number): string {
    const found: CounterTrace | undefined = this.#trace.counters[counter];
    return found === undefined ? 'an event' : `${this.#trace.events[found.event]} (event ${found.event + 1})`;
  }

  #counters(): void {
    this.#trace.counters.forEach((counter, i) => {
      if (counter.overflows === 0) return;
      const name = `${this.#nameOf(i)}, CPU ${counter.cpu}`;
      this.#track(COUNTERS, i, name);
      this.#series(COUNTERS, `period of ${name}`, 'events', counter.period);
      this.#series(COUNTERS, `samples of ${name}`, 'samples', counter.samples);
    });
    const ofCounter = new Map<number, OverflowTrace[]>();
    for (const { overflows } of this.#trace.interrupts) {
      for (const overflow of overflows) ofCounter.set(overflow.counter, [...(ofCounter.get(overflow.counter) ?? []), overflow]);
    }
    for (const [counter, overflows] of ofCounter) {
      for (const { at, stored, count, period } of overflows) {
        this.#slice(COUNTERS, counter, stored === null ? 'overflow, sample dropped' : 'overflow', [at, stored?.at ?? at], { count, period });
      }
      this.#events.push(...overflows.map(({ at, count }): TraceEvent => (
        { name: `count of ${this.#nameOf(counter)}, CPU ${this.#trace.counters[counter].cpu}`, ph: 'C', pid: COUNTERS, tid: 0, ts: us(at), args: { events: count } }
      )));
    }
  }

  #buffers(): void {
    const { buffers, losses, wakeups, interrupts } = this.#trace;
    buffers.forEach((buffer, i) => {
      const name = `buffer of CPU ${buffer.cpu}`;
      this.#track(BUFFERS, i, name);
      this.#series(BUFFERS, `${name}: unread`, 'bytes', buffer.fill);
      this.#series(BUFFERS, `${name}: next wakeup beyond`, 'bytes', buffer.mark);
    });
    const tracks = buffers.map((): [from: number, to: number, name: string, args: TraceEvent['args']][] => []);
    for (const { buffer, from, to, records } of losses) tracks[buffer].push([from, to, `full: ${records} records lost`, { records }]);
    for (const { stored } of interrupts.flatMap(({ overflows }) => overflows)) {
      if (stored !== null) tracks[stored.buffer].push([stored.at, stored.at + INSTANT_NS, 'sample', { head: stored.head }]);
    }
    for (const { buffer, at, head, counter } of wakeups) {
      tracks[buffer].push([at, at + INSTANT_NS, `wakeup sent through ${this.#nameOf(counter)}`, { head }]);
    }
    tracks.forEach((slices, i) => {
      for (const [from, to, name, args] of slices) this.#slice(BUFFERS, i, name, [from, to], args);
    });
  }

  #tasks(): void {
    const { calls, reads, tasks, buffers } = this.#trace;
    tasks.forEach(({ comm, pid }, task) => {
      if (calls.some((call) => call.task === task)) this.#track(TASKS, pid, `${comm} (${pid})`);
    });
    for (const { task, name, from, to, sleeps } of calls) {
      const { pid } = tasks[task];
      this.#slice(TASKS, pid, name, [from, to]);
      for (const sleep of sleeps) {
        this.#slice(TASKS, pid, 'asleep', [sleep.from, sleep.to], { 'woken by': sleep.woken?.by ?? 'unknown' });
        if (sleep.woken !== null) this.#events.push({ name: `woken by ${sleep.woken.by}`, ph: 'i', s: 't', pid: TASKS, tid: pid, ts: us(sleep.woken.at) });
      }
    }
    for (const { task, at, bytes, buffer, tail } of reads) {
      this.#slice(TASKS, tasks[task].pid, `read ${bytes} bytes of CPU ${buffers[buffer].cpu}`, [at, at], { bytes, tail });
    }
  }

  /** Overflow → sample → wakeup that it caused → read that took it. */
  #arrows(): void {
    const wakeups = new Map(this.#trace.wakeups.map((wakeup) => [`${wakeup.buffer} ${wakeup.head}`, wakeup]));
    for (const interrupt of this.#trace.interrupts) {
      for (const overflow of interrupt.overflows) if (overflow.stored !== null) this.#arrow(overflow, wakeups);
    }
  }

  #arrow({ counter, at, stored }: OverflowTrace, wakeups: ReadonlyMap<string, WakeupTrace>): void {
    const { buffer, head, at: storedAt } = stored!;
    const id = ++this.#flows;
    const wakeup = wakeups.get(`${buffer} ${head}`);
    const read = this.#readOf(buffer, head, storedAt);
    const stops: [pid: number, tid: number, at: number][] = [[COUNTERS, counter, at], [BUFFERS, buffer, storedAt]];
    const run_at = wakeup?.run_at ?? null;
    if (wakeup !== undefined && run_at !== null && this.#isShown(wakeup.cpu, run_at)) stops.push([wakeup.cpu + 1, IRQ, run_at]);
    if (read !== undefined) stops.push([TASKS, this.#trace.tasks[read.task].pid, read.at]);
    stops.forEach(([pid, tid, ns], i) => {
      const ph = i === 0 ? 's' : i === stops.length - 1 ? 'f' : 't';
      this.#events.push({ name: 'sample', cat: 'sample', ph, ...(ph === 'f' ? { bp: 'e' } : {}), id, pid, tid, ts: us(ns) });
    });
  }

  /** Whether the interrupt in which something happened was kept. */
  #isShown(cpu: number, at: number): boolean {
    return this.#trace.interrupts.some((irq) => !irq.nmi && irq.cpu === cpu && irq.from <= at && at <= irq.to);
  }

  /** The first read that took the record which ends at `head`. */
  #readOf(buffer: number, head: number, at: number): ReadTrace | undefined {
    return this.#trace.reads.find((read) => read.buffer === buffer && read.tail >= head && read.at >= at);
  }
}
