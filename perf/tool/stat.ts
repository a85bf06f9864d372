/**
 * `perf stat` as a program on system calls: opens the events, lets the exec enable them, waits, and reads them.
 *
 * Reference: __run_perf_stat, create_perf_stat_counter and read_counter of tools/perf/builtin-stat.c, v3.2 and v6.1.
 * Not modelled: ways to aggregate other than by CPU, metric groups, control descriptors. Members of a group are
 * read one by one, where v6.1 reads them through their leader. With -a, -p and -t an event of v3.2 counts from its opening on; here it is enabled
 * when all are open.
 */
import {
  EBADF, EINVAL, PERF_EVENT_IOC_ENABLE, PERF_FORMAT_TOTAL_TIME_ENABLED, PERF_FORMAT_TOTAL_TIME_RUNNING, READ_ONCE, SIGCHLD, SIGINT, TASK_DEAD,
  perf_event_attr, type PerfEventAttr, type Program, type Sys, type TaskStruct,
} from '../../kernel/index.ts';
import { readValues } from '../read-values.ts';
import type { EventSpec } from '../run-spec.ts';
import type { Counts, Reading, StatOptions, StatRun } from '../stat/stat-spec.ts';
import { counted } from './attr.ts';
import type { RunningTarget } from './record.ts';
import { forkWorkload, releaseChild, type ToolWorkload } from './workload-child.ts';

const READ_FORMAT = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
const READ_BYTES = 4096;
const NS_PER_MS = 1e6;

interface Opened {
  readonly fd: number;
  readonly event: number;
  readonly pid: number;
  readonly cpu: number;
}

export interface StatJob {
  readonly options: StatOptions;
  /** Which events guests are excluded from, unless the event says so itself: all, since the tool knows the bit. */
  readonly excludesGuests: boolean;
  readonly workload: ToolWorkload | null;
  readonly childStartup: readonly [number, number];
}

export class StatTool {
  readonly runs: StatRun[] = [];
  readonly #job: StatJob;
  #sys!: Sys;
  #isInterrupted = false;
  /** A group that the kernel does not take is none any more. */
  #events: readonly EventSpec[];

  constructor(job: StatJob) {
    this.#job = job;
    this.#events = job.options.events;
  }

  /** cmd_stat: all runs. `target`: a process that runs already. */
  *program(sys: Sys, target: RunningTarget | null = null): Program {
    this.#sys = sys;
    sys.sigaction(SIGCHLD, () => {});
    sys.sigaction(SIGINT, () => {
      this.#isInterrupted = true;
    });
    for (let run = 0; run < this.#job.options.repeat; run++) yield* this.#run(target?.task ?? null);
    yield* sys.exit();
  }

  *#run(target: TaskStruct | null): Program {
    const sys = this.#sys;
    const { workload, childStartup } = this.#job;
    const child = workload === null ? null : yield* forkWorkload(sys, workload, childStartup);
    const opened = yield* this.#open(target ?? child?.task ?? null);
    const { delay_ms = 0 } = this.#job.options;
    if (delay_ms === 0 && (child === null || target !== null || this.#isSystemWide)) yield* this.#enable(opened);
    const before = sys.children_times();
    let start = sys.clock();
    if (child !== null) yield* releaseChild(sys, child);
    if (delay_ms > 0) {
      yield* sys.poll([], delay_ms);
      yield* this.#enable(opened);
      start = sys.clock();
    }
    const intervals = yield* this.#wait(child?.task ?? null, opened, start);
    const elapsed_ns = sys.clock() - start;
    const reading = yield* this.#read(opened);
    if (this.#job.options.interval_ms !== null) intervals.push({ at_ns: elapsed_ns, ...since(reading, intervals) });
    const after = sys.children_times();
    for (const { fd } of opened) yield* sys.close(fd);
    this.runs.push({
      ...reading, elapsed_ns, intervals, user_ns: after.user_ns - before.user_ns, system_ns: after.system_ns - before.system_ns,
    });
  }

  get #isSystemWide(): boolean {
    const { system_wide, cpu_list } = this.#job.options;
    return system_wide || cpu_list !== null;
  }

  /** −1: wherever the threads run. */
  #cpus(): readonly number[] {
    return this.#isSystemWide ? (this.#job.options.cpu_list ?? this.#sys.system.machine.cpus.map(({ id }) => id)) : [-1];
  }

  *#open(task: TaskStruct | null): Program<Opened[]> {
    const { options } = this.#job;
    const cpus = this.#cpus();
    const isProcess = options.target !== undefined && !options.target.thread;
    const pids = this.#isSystemWide || task === null ? [-1] : isProcess ? this.#sys.proc_tasks(task.tgid) : [task.pid];
    const opened: Opened[] = [];
    for (const [event, spec] of this.#events.entries()) {
      for (const cpu of cpus) {
        for (const pid of pids) {
          const isMember = spec.leader !== undefined && spec.leader !== event;
          const leader = opened.find((other) => other.event === spec.leader && other.cpu === cpu && other.pid === pid);
          const fd = yield* this.#sys.perf_event_open(this.#attr(spec, event), pid, cpu, isMember ? (leader?.fd ?? -1) : -1, 0);
          if (isMember && spec.weak_group && (fd === -EINVAL || fd === -EBADF)) return yield* this.#openWithoutGroup(task, opened, spec.leader!);
          if (fd >= 0) opened.push({ fd, event, pid, cpu });
        }
      }
    }
    return opened;
  }

  /** evlist__reset_weak_group: the events of the group stand alone, and all begins anew. */
  *#openWithoutGroup(task: TaskStruct | null, opened: readonly Opened[], group: number): Program<Opened[]> {
    this.#events = this.#events.map(({ leader, ...event }) => (leader === undefined || leader === group ? event : { ...event, leader }));
    for (const { fd } of opened) yield* this.#sys.close(fd);
    return yield* this.#open(task);
  }

  /** Leaders begin with the exec, members with their leader. */
  #attr(event: EventSpec, i: number): PerfEventAttr {
    const { options, excludesGuests, workload } = this.#job;
    const isLeader = event.leader === undefined || event.leader === i;
    return perf_event_attr({
      ...counted(event),
      exclude_guest: event.exclude_guest ?? excludesGuests,
      read_format: BigInt(READ_FORMAT),
      inherit: options.inherit,
      disabled: isLeader,
      enable_on_exec: isLeader && (options.delay_ms ?? 0) === 0 && workload !== null && options.target === undefined && !this.#isSystemWide,
    });
  }

  *#enable(opened: readonly Opened[]): Program {
    for (const { fd } of opened) yield* this.#sys.ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
  }

  /** Waits for the child, or for an interrupt if there is none; reads at each interval. */
  *#wait(child: TaskStruct | null, opened: readonly Opened[], start: number): Program<StatRun['intervals']> {
    const intervals: StatRun['intervals'] = [];
    const { interval_ms } = this.#job.options;
    const isOver = (): boolean => this.#isInterrupted || (child !== null && READ_ONCE(child.state) === TASK_DEAD);
    while (!isOver()) {
      if (interval_ms === null) {
        if (child === null) yield* this.#sys.poll([], -1);
        else yield* this.#sys.wait(child);
        continue;
      }
      yield* this.#sys.poll([], start / NS_PER_MS + interval_ms * (intervals.length + 1) - this.#sys.clock() / NS_PER_MS);
      if (isOver()) break;
      const reading = yield* this.#read(opened);
      intervals.push({ at_ns: this.#sys.clock() - start, ...since(reading, intervals) });
    }
    return intervals;
  }

  /** The sums over CPUs and threads, or those of each CPU besides; null where nothing could be opened. */
  *#read(opened: readonly Opened[]): Program<Reading> {
    const { events, no_aggr } = this.#job.options;
    const counts: Counts = events.map(() => null);
    const by_cpu = new Map(this.#cpus().map((cpu) => [cpu, events.map((): Counts[number] => null)]));
    for (const { fd, event, cpu } of opened) {
      const words = yield* this.#sys.read(fd, READ_BYTES);
      const read = readValues(typeof words === 'number' ? [] : words, READ_FORMAT);
      for (const sums of [counts, by_cpu.get(cpu)!]) {
        const sum = (sums[event] ??= { value: 0, enabled: 0, running: 0 });
        sum.value += read.events[0].value;
        sum.enabled += read.enabled;
        sum.running += read.running;
      }
    }
    return no_aggr ? { counts, by_cpu: [...by_cpu].map(([cpu, own]) => ({ cpu, counts: own })) } : { counts };
  }
}

/** What has come since the earlier readings, of which `all` is the sum. */
function since({ counts, by_cpu }: Reading, earlier: readonly Reading[]): Reading {
  const rest = difference(counts, earlier.map((one) => one.counts));
  if (by_cpu === undefined) return { counts: rest };
  return { counts: rest, by_cpu: by_cpu.map(({ cpu, counts: own }, i) => ({ cpu, counts: difference(own, earlier.map((one) => one.by_cpu![i].counts)) })) };
}

function difference(all: Counts, earlier: readonly Counts[]): Counts {
  return all.map((count, event) => {
    if (count === null) return null;
    const before = earlier.map((counts) => counts[event]!);
    const rest = (of: 'value' | 'enabled' | 'running'): number => before.reduce((left, one) => left - one[of], count[of]);
    return { value: rest('value'), enabled: rest('enabled'), running: rest('running') };
  });
}
