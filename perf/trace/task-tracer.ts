/** The tasks of a run: on which CPU each ran, in which calls it slept, and what woke it. Reference: kernel/tracepoints.ts. */
import { SIGALRM, SIGCHLD, SIGINT, SIGIO, type TaskStruct } from '../../kernel/index.ts';
import type { CallTrace, SleepTrace, StintTrace, TaskTrace } from './run-trace.ts';
import { SERIES_SPANS, StepSeries } from './step-series.ts';
import { Thinned } from './thinned.ts';

const SIGNAL_NAMES = new Map([[SIGALRM, 'SIGALRM'], [SIGCHLD, 'SIGCHLD'], [SIGINT, 'SIGINT'], [SIGIO, 'SIGIO']]);

/** A call that has not returned. */
interface OpenCall {
  readonly name: string;
  readonly from: number;
  readonly sleeps: Thinned<SleepTrace>;
  asleep: { readonly from: number; woken: SleepTrace['woken'] } | null;
}

export class TaskTracer {
  readonly tasks: TaskTrace[] = [];
  readonly stints: Thinned<StintTrace>;
  readonly calls: Thinned<CallTrace>;
  /** CPU time of profiled tasks. */
  readonly work = new StepSeries(SERIES_SPANS);
  readonly #limit: number;
  readonly #isProfiled: (task: TaskStruct) => boolean;
  #worked = { at: 0, ns: 0, running: 0 };
  readonly #indices = new Map<TaskStruct, number>();
  readonly #open = new Map<TaskStruct, OpenCall>();
  /** By CPU: who runs there, and since when. */
  readonly #running: ({ task: TaskStruct; from: number } | null)[];

  constructor(cpus: number, limit: number, isProfiled: (task: TaskStruct) => boolean) {
    this.#limit = limit;
    this.#isProfiled = isProfiled;
    this.stints = new Thinned(limit);
    this.calls = new Thinned(limit);
    this.#running = Array.from({ length: cpus }, () => null);
  }

  index(task: TaskStruct): number {
    let index = this.#indices.get(task);
    if (index === undefined) {
      index = this.tasks.length;
      this.#indices.set(task, index);
      this.tasks.push({ pid: task.pid, tgid: task.tgid, comm: task.comm, polls: 0 });
    }
    // Whoever has called exec is known by the new name.
    this.tasks[index].comm = task.comm;
    return index;
  }

  switch(at: number, cpu: number, next: TaskStruct | null): void {
    const running = this.#running[cpu];
    this.#work(at, running?.task ?? null, next);
    if (running !== null) {
      this.stints.offer({ cpu, task: this.index(running.task), from: running.from, to: at });
      const call = this.#open.get(running.task);
      if (call !== undefined) call.asleep ??= { from: at, woken: null };
    }
    this.#running[cpu] = next === null ? null : { task: next, from: at };
    const call = next === null ? undefined : this.#open.get(next);
    if (next !== null && call !== undefined) this.#wakes(next, call, at);
  }

  #work(at: number, previous: TaskStruct | null, next: TaskStruct | null): void {
    const change = Number(next !== null && this.#isProfiled(next)) - Number(previous !== null && this.#isProfiled(previous));
    if (change === 0) return;
    // The clocks of two CPUs may be a little apart.
    const now = Math.max(at, this.#worked.at);
    const { at: before, ns, running } = this.#worked;
    this.#worked = { at: now, ns: ns + running * (now - before), running: running + change };
    this.work.push(now, this.#worked.ns, true);
  }

  #wakes(task: TaskStruct, call: OpenCall, at: number): void {
    if (call.asleep === null) return;
    if (call.name === 'poll') this.tasks[this.index(task)].polls++;
    call.sleeps.offer({ ...call.asleep, to: at });
    call.asleep = null;
  }

  enter(at: number, task: TaskStruct, name: string): void {
    this.#open.set(task, { name, from: at, sleeps: new Thinned(this.#limit), asleep: null });
  }

  exit(at: number, task: TaskStruct): void {
    const call = this.#open.get(task);
    if (call === undefined) return;
    this.#open.delete(task);
    this.#wakes(task, call, at);
    this.calls.offer({ task: this.index(task), name: call.name, from: call.from, to: at, sleeps: call.sleeps.entries });
  }

  woken(at: number, task: TaskStruct, by: string): void {
    const asleep = this.#open.get(task)?.asleep;
    if (asleep !== null && asleep !== undefined) asleep.woken ??= { at, by };
  }

  signal(at: number, task: TaskStruct, signal: number): void {
    this.woken(at, task, SIGNAL_NAMES.get(signal) ?? `signal ${signal}`);
  }

  /** Whether somebody sleeps in poll(2) whom nothing has woken yet. */
  get somebodyPolls(): boolean {
    for (const { name, asleep } of this.#open.values()) if (name === 'poll' && asleep !== null && asleep.woken === null) return true;
    return false;
  }

  /** Ends what is still going on when the run ends. */
  finish(at: number): void {
    this.#running.forEach((_, cpu) => this.switch(at, cpu, null));
    for (const task of this.#open.keys()) this.exit(at, task);
  }
}
