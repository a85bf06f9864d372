/**
 * The scheduler of a timed run: which thread runs where, as CFS would decide on an otherwise idle machine.
 *
 * A sleeper that wakes goes to the CPU it ran on if that is idle, else to an idle one, else it preempts; a new task and
 * one that calls exec go to an idle CPU; an idle CPU takes a waiting task; a lone task is never moved.
 * Reference: kernel/sched_fair.c of v3.1: select_task_rq_fair, sched_exec, idle_balance, check_preempt_wakeup.
 * Not modelled: weights, groups, domains; slices are whole ticks.
 */
import { Call, SUSPENDED } from '../../sim/call.ts';
import { Priority } from '../../sim/event-queue.ts';
import type { Cpu, Machine } from '../../sim/machine.ts';
import type { RandomStream } from '../../sim/random.ts';
import { HALTED, type Location } from '../../pmu/location.ts';
import type { Pmu } from '../../pmu/pmu.ts';
import { READ_ONCE } from '../primitives.ts';
import { TASK_DEAD, type TaskStruct } from '../structs/index.ts';
import type { Kernel } from '../variant.ts';
import type { Durations } from './costs.ts';
import { SYSCALL } from './locations.ts';
import { Thread, type CpuTimes, type Program } from './thread.ts';

/** Nanoseconds that a task runs before another that waits for its CPU gets its turn. */
const SLICE_NS = 4_000_000;

/** One CPU as the scheduler sees it. */
interface RunQueue {
  readonly cpu: Cpu;
  readonly pmu: Pmu;
  running: Thread | null;
  readonly waiting: Thread[];
  readonly timer: number;
  /** When the running thread's segment began to run, and what had been stolen from the CPU by then. */
  segmentStart: number;
  stolenBefore: number;
  sliceEnd: number;
}

export class Scheduler {
  readonly #machine: Machine;
  readonly #kernel: Kernel;
  readonly #durations: Durations;
  readonly #placement: RandomStream;
  readonly #queues: readonly RunQueue[];
  readonly #threads = new Map<TaskStruct, Thread>();
  /** Threads inside a call that waits for a lock rather than for a wake-up; looked at when anything has run. */
  readonly #spinning = new Set<Thread>();
  /** Calls that do not wait are logged, too. */
  logsAllCalls = true;
  /** Told when a CPU has something to do again, or nothing. */
  onBusy: (cpu: Cpu, busy: boolean) => void = () => {};

  constructor(
    machine: Machine,
    kernel: Kernel,
    durations: Durations,
    pmus: readonly Pmu[],
    as: (cpu: Cpu, body: () => void) => void,
  ) {
    this.#machine = machine;
    this.#kernel = kernel;
    this.#durations = durations;
    this.#placement = machine.random.stream('sched/placement');
    this.#queues = machine.cpus.map((cpu, i) => {
      const timer = cpu.timer(Priority.TASK, () => as(cpu, () => this.#dispatch(queue)));
      const queue: RunQueue = {
        cpu, pmu: pmus[i], running: null, waiting: [], timer, segmentStart: 0, stolenBefore: 0, sliceEnd: 0,
      };
      return queue;
    });
  }

  thread(task: TaskStruct): Thread | undefined {
    return this.#threads.get(task);
  }

  /** Starts a new task with its program, on an idle CPU if there is one. */
  start(task: TaskStruct, program: Program, affinity: readonly number[] | null = null): Thread {
    const thread = new Thread(task, program);
    thread.affinity = affinity;
    this.#threads.set(task, thread);
    const to = this.#idlest(thread) ?? this.#queues[task.cpu];
    this.#enqueueAfter(thread, to, this.#durations.cycles('wakeup_latency'));
    return thread;
  }

  /** try_to_wake_up: a thread that sleeps in a call will run again, after the time that takes. */
  wake(task: TaskStruct): void {
    const thread = this.#threads.get(task);
    if (thread === undefined || thread.pending === null || thread.waking || this.#running(thread)) return;
    if (this.#spinning.has(thread)) return;
    this.#enqueueAfter(thread, this.#wakeTarget(thread), this.#durations.cycles('wakeup_latency'));
  }

  /** Something a running thread must notice before its segment ends: a signal. */
  kick(task: TaskStruct): void {
    const queue = this.#queues.find(({ running }) => running?.task === task);
    if (queue !== undefined) this.#arm(queue, 0);
  }

  /** The tick's part: end of a slice, and tasks that wait here although another CPU is idle. */
  tick(cpu: Cpu): void {
    const queue = this.#queues[cpu.id];
    if (queue.waiting.length === 0) return;
    const idle = this.#queues.find((other) => other.running === null && other.waiting.length === 0);
    if (idle !== undefined) this.#pull(queue, idle);
    else if (cpu.clock >= queue.sliceEnd) this.#arm(queue, 0);
  }

  /** Lets threads go on whose lock has been released. Called when any handler has ended. */
  checkSpinning(): void {
    for (const thread of this.#spinning) {
      if (!thread.pending!.ready) continue;
      this.#spinning.delete(thread);
      this.#enqueueAfter(thread, this.#wakeTarget(thread), this.#durations.cycles('wakeup_latency'));
    }
  }

  get hasSpinning(): boolean {
    return this.#spinning.size > 0;
  }

  /** The user code that the thread on `cpu` runs, or ran before it entered the kernel. */
  user_location(cpu: Cpu): Location | null {
    return this.#queues[cpu.id].running?.user ?? null;
  }

  /** Whether the CPU runs nothing and nothing waits for it. */
  isIdle(cpu: Cpu): boolean {
    const queue = this.#queues[cpu.id];
    return queue.running === null && queue.waiting.length === 0;
  }

  #running(thread: Thread): boolean {
    return this.#queues.some(({ running, waiting }) => running === thread || waiting.includes(thread));
  }

  #allowed(thread: Thread, queue: RunQueue): boolean {
    return thread.affinity === null || thread.affinity.includes(queue.cpu.id);
  }

  #idlest(thread: Thread): RunQueue | null {
    const idle = this.#queues.filter((queue) => this.#allowed(thread, queue) && this.isIdle(queue.cpu));
    return idle.length === 0 ? null : this.#placement.pick(idle);
  }

  #wakeTarget(thread: Thread): RunQueue {
    const previous = this.#queues[thread.task.cpu];
    if (this.isIdle(previous.cpu)) return previous;
    return this.#idlest(thread) ?? previous;
  }

  #enqueueAfter(thread: Thread, queue: RunQueue, cycles: number): void {
    thread.waking = true;
    this.#kernel.set_task_cpu(thread.task, queue.cpu.id);
    this.#machine.queue.once(Priority.SIGNAL, Math.max(this.#machine.queue.now, queue.cpu.clock) + cycles, () => {
      thread.waking = false;
      this.#enqueue(thread, queue);
    });
  }

  /** A thread that becomes runnable preempts what runs: it has slept, the other has not. */
  #enqueue(thread: Thread, queue: RunQueue): void {
    const busy = !this.isIdle(queue.cpu);
    queue.waiting.unshift(thread);
    queue.sliceEnd = 0;
    if (!busy) this.onBusy(queue.cpu, true);
    this.#arm(queue, 0);
  }

  #pull(from: RunQueue, to: RunQueue): void {
    const at = from.waiting.findIndex((thread) => this.#allowed(thread, to));
    if (at !== -1) this.#enqueueAfter(from.waiting.splice(at, 1)[0], to, this.#durations.cycles('wakeup_latency'));
  }

  #arm(queue: RunQueue, cycles: number): void {
    this.#machine.queue.arm(queue.timer, Math.max(this.#machine.queue.now, queue.cpu.clock) + cycles);
  }

  /** The CPU looks what to do next: switch, deliver signals, go on with a segment, take a step of the program. */
  #dispatch(queue: RunQueue): void {
    this.#account(queue);
    if (queue.running === null || (queue.waiting.length > 0 && queue.cpu.clock >= queue.sliceEnd)) this.#switch(queue);
    const thread = queue.running;
    if (thread === null) return;
    this.#deliverSignals(queue, thread);
    if (thread.segment !== null && thread.segment.remaining > 0) this.#resume(queue, thread);
    else this.#step(queue, thread);
  }

  /** Takes from the segment what it has run since it was resumed. */
  #account(queue: RunQueue): void {
    const segment = queue.running?.segment;
    if (segment === null || segment === undefined) return;
    const stolen = queue.cpu.stolen - queue.stolenBefore;
    const ran = queue.cpu.clock - queue.segmentStart - stolen;
    segment.remaining -= ran;
    queue.running!.times[segment.location.ring === 'user' ? 'user' : 'system'] += ran;
    queue.segmentStart = queue.cpu.clock;
    queue.stolenBefore = queue.cpu.stolen;
  }

  #resume(queue: RunQueue, thread: Thread): void {
    const { location, remaining } = thread.segment!;
    if (location.ring === 'user') thread.user = location;
    queue.pmu.enter(location);
    queue.segmentStart = queue.cpu.clock;
    queue.stolenBefore = queue.cpu.stolen;
    if (remaining !== Infinity) this.#arm(queue, remaining);
    else if (queue.waiting.length > 0) this.#arm(queue, Math.max(0, queue.sliceEnd - queue.cpu.clock));
  }

  /** Context switch: to the first that waits, or to idle. */
  #switch(queue: RunQueue): void {
    const previous = queue.running;
    const next = queue.waiting.shift() ?? null;
    if (next === null && previous === null) return;
    queue.pmu.enter(SYSCALL);
    this.#kernel.charge('context_switch');
    this.#kernel.sched_switch(previous?.task ?? null, next?.task ?? null, previous !== null);
    if (previous !== null) queue.waiting.push(previous);
    queue.running = next;
    queue.sliceEnd = queue.cpu.clock + this.#machine.cycles(SLICE_NS);
    if (next === null) this.#idle(queue);
  }

  #idle(queue: RunQueue): void {
    queue.pmu.enter(HALTED);
    this.onBusy(queue.cpu, false);
  }

  /** The running thread leaves the CPU: it sleeps, moves or has ended. */
  #leave(queue: RunQueue): void {
    const next = queue.waiting.shift() ?? null;
    const previous = queue.running!;
    this.#kernel.charge('context_switch');
    this.#kernel.sched_switch(previous.task, next?.task ?? null);
    queue.running = next;
    if (next === null) {
      this.#idle(queue);
      return;
    }
    queue.sliceEnd = queue.cpu.clock + this.#machine.cycles(SLICE_NS);
    this.#arm(queue, 0);
  }

  /** Runs the handlers of pending signals, on the way back to user mode; a signal ends a segment that has no other end. */
  #deliverSignals(queue: RunQueue, thread: Thread): void {
    if (thread.pending !== null || READ_ONCE(thread.task.pending_signals) === 0) return;
    for (const signal of this.#kernel.dequeue_signals(thread.task)) thread.handlers.get(signal.si_signo)?.(signal);
    if (thread.segment?.remaining === Infinity) thread.segment.remaining = 0;
    queue.pmu.enter(SYSCALL);
    this.#kernel.charge('syscall');
  }

  #step(queue: RunQueue, thread: Thread): void {
    thread.segment = null;
    queue.pmu.enter(SYSCALL);
    if (thread.pending !== null) {
      this.#call(queue, thread, thread.pending);
      return;
    }
    const { done, value: step } = thread.program.next(thread.result);
    thread.result = undefined;
    if (done === true) {
      this.#threads.delete(thread.task);
      this.#leaveTimes(thread);
      this.#leave(queue);
    } else if (step.kind === 'run') {
      thread.segment = { location: step.location, remaining: step.cycles };
      this.#resume(queue, thread);
    } else if (step.kind === 'call') {
      this.#kernel.charge('syscall');
      if (step.waits || this.logsAllCalls || this.#locksMayBeHeld()) this.#call(queue, thread, new Call(step.call));
      else this.#callDirectly(queue, thread, step.call);
    } else {
      this.#balance(queue, thread);
    }
  }

  /** CPU time, in cycles, of the children of `task` that have ended. */
  children_times(task: TaskStruct): CpuTimes {
    return this.#threads.get(task)?.childrenTimes ?? { user: 0, system: 0 };
  }

  /** What an ended thread has used counts for its process, what a process has used for its parent. */
  #leaveTimes({ task, times, childrenTimes }: Thread): void {
    const parent = task.real_parent === null ? undefined : this.#threads.get(task.real_parent);
    if (parent === undefined) return;
    const to = parent.task.tgid === task.tgid ? parent.times : parent.childrenTimes;
    to.user += times.user + childrenTimes.user;
    to.system += times.system + childrenTimes.system;
  }

  #call(queue: RunQueue, thread: Thread, pending: Call): void {
    thread.pending = pending;
    const before = queue.cpu.clock;
    const result = pending.resume();
    thread.times.system += queue.cpu.clock - before;
    if (result !== SUSPENDED) {
      thread.pending = null;
      this.#return(queue, thread, result);
      return;
    }
    // A wait for a lock ends when the lock is free; a sleep ends when somebody wakes the task.
    if (pending.blockedOn!.operation.name !== 'sleep') this.#spinning.add(thread);
    this.#leave(queue);
  }

  /** Whether a call has stopped in the middle of something: it holds locks until it has gone on. A sleeper holds none. */
  #locksMayBeHeld(): boolean {
    for (const { pending } of this.#threads.values()) {
      if (pending !== null && pending.blockedOn?.operation.name !== 'sleep') return true;
    }
    return false;
  }

  /** A call that cannot wait needs no log: it touches the memory itself. */
  #callDirectly(queue: RunQueue, thread: Thread, make: () => unknown): void {
    const before = queue.cpu.clock;
    const result = make();
    thread.times.system += queue.cpu.clock - before;
    this.#return(queue, thread, result);
  }

  #return(queue: RunQueue, thread: Thread, result: unknown): void {
    thread.result = result;
    if (READ_ONCE(thread.task.state) === TASK_DEAD) thread.program.return();
    this.#arm(queue, 0);
  }

  /** sched_exec: the task goes to an idle CPU, if there is one. */
  #balance(queue: RunQueue, thread: Thread): void {
    const to = this.#idlest(thread);
    if (to === null) {
      this.#arm(queue, 0);
      return;
    }
    this.#leave(queue);
    this.#enqueueAfter(thread, to, this.#durations.cycles('exec_migration'));
  }
}
