/**
 * Where a driven task finds its next instruction. Between two instructions it spins at the desk, and time stands still;
 * when another task is driven it goes to sleep, as if they passed control to each other through pipes.
 *
 * Reference: docs/abi.md.
 * Not modelled: the cost of asking for instructions, which is none.
 */
import { shared, struct } from '../../sim/memory.ts';
import { READ_ONCE, WRITE_ONCE } from '../primitives.ts';
import type { SigInfo, TaskStruct } from '../structs/index.ts';
import type { TimedSystem } from '../timed/system.ts';
import { run, waiting_call, type Program, type Thread } from '../timed/thread.ts';
import { USER_WAIT } from './locations.ts';

/** Signals by number, 1 to 64. */
const NSIG = 64;

/** What was begun: whether it has ended, and with what. */
export class Pending<R = unknown> {
  isDone = false;
  #result: R | undefined;
  readonly #wait: (pending: Pending) => void;

  constructor(wait: (pending: Pending) => void) {
    this.#wait = wait;
  }

  finish(result: R): void {
    this.#result = result;
    this.isDone = true;
  }

  /** Lets the machine run until it has ended; its result. A call that can never return is an error. */
  wait(): R {
    if (!this.isDone) this.#wait(this);
    return this.#result as R;
  }
}

export class Desk extends struct({ called: shared(false) }) {
  readonly #system: TimedSystem;
  #task: TaskStruct | null = null;
  #next: Program | null = null;
  #pending: Pending | null = null;
  #isAsleep = true;
  #onSignal: (info: SigInfo) => void = () => {};

  constructor(system: TimedSystem) {
    super();
    this.#system = system;
  }

  catchSignals(onSignal: (info: SigInfo) => void): void {
    this.#onSignal = onSignal;
  }

  get isAlive(): boolean {
    return this.#task === null || this.#system.isAlive(this.#task);
  }

  get #thread(): Thread | undefined {
    return this.#task === null ? undefined : this.#system.scheduler.thread(this.#task);
  }

  /** Whether it has been told something that it has not finished. */
  get isBusy(): boolean {
    return this.#pending !== null && !this.#pending.isDone;
  }

  /** Whether it sleeps inside a call. */
  get isBlocked(): boolean {
    const pending = this.#thread?.pending;
    return pending !== null && pending !== undefined && pending.blockedOn !== null && !READ_ONCE(this.called);
  }

  /** Whether it runs user code that it was told to run. */
  get isRunning(): boolean {
    const segment = this.#thread?.segment;
    return segment !== null && segment !== undefined && segment.location !== USER_WAIT;
  }

  /** The program of the task: sleep until called, then do what is asked. */
  *attend(task: TaskStruct): Program {
    this.#task = task;
    for (let signal = 1; signal <= NSIG; signal++) this.#thread?.handlers.set(signal, (info) => this.#onSignal(info));
    yield* this.#sleep(task);
    for (;;) {
      const next = this.#next;
      this.#next = null;
      yield* next ?? run(USER_WAIT, Infinity);
    }
  }

  *#sleep(task: TaskStruct): Program {
    this.#isAsleep = true;
    while (!READ_ONCE(this.called)) {
      yield* waiting_call(() => this.#system.kernel.sleep_until(this.called, task, (called) => called));
    }
    WRITE_ONCE(this.called, false);
    this.#isAsleep = false;
  }

  /** Puts an instruction on the desk. */
  post<R>(program: Program<R>, pending: Pending<R>): void {
    this.#pending = pending;
    this.#tell(finishing(program, pending));
  }

  #tell(program: Program): void {
    this.#next = program;
    const thread = this.#thread;
    if (this.#isAsleep) {
      WRITE_ONCE(this.called, true);
      if (this.#task !== null) this.#system.wake_up_process(this.#task);
    } else if (thread !== undefined) {
      thread.segment = null;
      this.#system.scheduler.kick(thread.task);
    }
  }

  /** Tells an idle task to sleep until it is called again. */
  dismiss(): void {
    if (this.#task !== null && !this.#isAsleep) this.#tell(this.#sleep(this.#task));
  }
}

function* finishing<R>(program: Program<R>, pending: Pending<R>): Program {
  pending.finish(yield* program);
}
