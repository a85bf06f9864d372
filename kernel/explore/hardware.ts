/**
 * The machine under the kernel when it is explored: no time, no counters; interrupts, RCU and memory that is freed.
 *
 * Reference: interface Hardware; Documentation/RCU/whatisRCU.txt for what a grace period promises.
 * Not modelled: counters (programs overflow events themselves); timers.
 */
import { Cell, hook, operate, type Operation } from '../../sim/memory.ts';
import { Violation, type ContextSpec, type Ground } from '../../sim/explore/model.ts';
import { nehalem } from '../../pmu/chips/nehalem.ts';
import type { Chip } from '../../pmu/chip.ts';
import type { Location } from '../../pmu/location.ts';
import type { Pmu } from '../../pmu/pmu.ts';
import type { Hardware } from '../base.ts';
import { READ_ONCE, WRITE_ONCE, operate_when } from '../primitives.ts';
import { NO_GRACE_PERIOD, type Regs, type TaskStruct } from '../structs/index.ts';

export const NR_CPUS = 5;

/** The CPU on which the events count; tasks have the others. */
export const EVENT_CPU = NR_CPUS - 1;

/** Callbacks that may wait for the end of a grace period at one time. */
const RCU_CALLBACKS = 3;

/** Grace periods that code may wait for at one time. */
const GRACE_PERIODS = 4;

/** A callback that waits for the readers in `readers`, one bit for each context. */
interface RcuHead {
  readonly callback: () => void;
  readonly readers: number;
}

const TAKE_INTERRUPT: Operation<boolean> = {
  name: 'interrupt',
  ready: (cell) => cell.v,
  apply: (cell) => {
    cell.v = false;
  },
};

const TAKE_CALLBACK: Operation<RcuHead | null, undefined, () => void> = {
  name: 'grace_period',
  ready: (cell) => cell.v !== null && cell.v.readers === 0,
  apply: (cell) => {
    const { callback } = cell.v!;
    cell.v = null;
    return callback;
  },
};

type CrossCall = (() => void) | 'running' | 'done' | null;

/** One call at a time may be under way to a CPU (csd_lock). */
const SEND_CALL: Operation<CrossCall, () => void, void> = {
  name: 'smp_call',
  ready: (cell) => cell.v === null,
  apply: (cell, fn) => {
    cell.v = fn;
  },
};
const TAKE_CALL: Operation<CrossCall, undefined, () => void> = {
  name: 'call_interrupt',
  ready: (cell) => typeof cell.v === 'function',
  apply: (cell) => {
    const fn = cell.v as () => void;
    cell.v = 'running';
    return fn;
  },
};
const CALL_ENDS: Operation<CrossCall, undefined, void> = {
  name: 'smp_call_done',
  ready: (cell) => cell.v === 'done',
  apply: (cell) => {
    cell.v = null;
  },
};

export class ExploreHardware implements Hardware {
  readonly nr_cpus = NR_CPUS;
  readonly chip: Chip = nehalem;
  readonly cpu_khz = 1_000_000;
  ground: Ground | null = null;
  /** The CPU that executes before the exploration. */
  booting = 0;
  /** Readers entered and left by the context that is executed; see KernelModel. */
  onRcu: (entered: boolean) => void = () => {};
  /** Called for every signal, to put it where the kernel looks for it. */
  onSignal: (task: TaskStruct, signal: number) => void = () => {};
  readonly #raised = Array.from({ length: NR_CPUS }, (_, cpu) => new Cell(false, null, `irq_work of CPU ${cpu}`));
  readonly #callbacks = Array.from({ length: RCU_CALLBACKS }, () => new Cell<RcuHead | null>(null, null, 'rcu_head'));
  /** The readers that each still waits for. */
  readonly #gracePeriods = Array.from({ length: GRACE_PERIODS }, () => new Cell<number>(NO_GRACE_PERIOD, null, 'grace period'));
  readonly #call = new Cell<CrossCall>(null, null, 'cross call');
  /** One object for each pair, so that equal states are equal. */
  readonly #heads = new Map<() => void, Map<number, RcuHead>>();

  get smp_processor_id(): number {
    return this.ground === null ? this.booting : Math.min(this.ground.contexts[this.ground.running].processor, NR_CPUS - 1);
  }

  /** Interrupt context of one CPU: takes what has been raised, whenever the CPU lets it. */
  irqContext(cpu: number, handler: () => void): ContextSpec {
    return {
      name: `IRQ${cpu}`, processor: cpu, level: 1, repeats: true,
      run: () => {
        operate(TAKE_INTERRUPT, this.#raised[cpu], undefined);
        handler();
      },
    };
  }

  /** What other CPUs ask the events' CPU to do. */
  crossCallContext(): ContextSpec {
    return {
      name: `IPI${EVENT_CPU}`, processor: EVENT_CPU, level: 1, repeats: true,
      run: () => {
        operate(TAKE_CALL, this.#call, undefined)();
        WRITE_ONCE(this.#call, 'done');
      },
    };
  }

  /** The contexts that run RCU callbacks. */
  rcuContexts(): ContextSpec[] {
    return this.#callbacks.map((cell, i) => ({
      name: `RCU${i}`, processor: NR_CPUS + i, level: 1, repeats: true,
      run: () => operate(TAKE_CALLBACK, cell, undefined)(),
    }));
  }

  /** Before the exploration: serves the interrupt that the booting CPU has raised. */
  interrupt_now(handler: () => void): void {
    const raised = this.#raised[this.booting];
    if (raised.v) handler();
    raised.v = false;
  }

  arch_irq_work_raise(): void {
    WRITE_ONCE(this.#raised[this.smp_processor_id], true);
  }

  rcu_read_lock(): void {
    if (hook !== null) this.onRcu(true);
  }

  rcu_read_unlock(): void {
    if (hook !== null) this.onRcu(false);
  }

  call_rcu(callback: () => void): void {
    const free = this.#callbacks.find((cell) => READ_ONCE(cell) === null);
    if (free === undefined) throw new Violation('bound', `more than ${RCU_CALLBACKS} RCU callbacks wait`);
    WRITE_ONCE(free, this.#head(callback, this.#readers()));
  }

  get_state_synchronize_rcu(): number {
    const free = this.#gracePeriods.findIndex((cell) => READ_ONCE(cell) === NO_GRACE_PERIOD);
    if (free === -1) throw new Violation('bound', `more than ${GRACE_PERIODS} grace periods`);
    WRITE_ONCE(this.#gracePeriods[free], this.#readers());
    return free;
  }

  cond_synchronize_rcu(state: number): void {
    const cell = this.#gracePeriods[state];
    operate_when(cell, (readers) => readers === 0);
    WRITE_ONCE(cell, NO_GRACE_PERIOD);
  }

  /** The contexts that are inside a section of readers now, one bit each. */
  #readers(): number {
    return this.ground?.contexts.reduce((mask, _, i) => (this.ground!.status(i).section === 0 ? mask : mask | (1 << i)), 0) ?? 0;
  }

  /** A context has left the section of readers in which it was. */
  rcu_left(context: number): void {
    for (const cell of this.#callbacks) {
      const head = READ_ONCE(cell);
      if (head !== null && head.readers & (1 << context)) WRITE_ONCE(cell, this.#head(head.callback, head.readers & ~(1 << context)));
    }
    for (const cell of this.#gracePeriods) {
      const readers = READ_ONCE(cell);
      if (readers > 0 && readers & (1 << context)) WRITE_ONCE(cell, readers & ~(1 << context));
    }
  }

  #head(callback: () => void, readers: number): RcuHead {
    let heads = this.#heads.get(callback);
    if (heads === undefined) this.#heads.set(callback, (heads = new Map()));
    let head = heads.get(readers);
    if (head === undefined) heads.set(readers, (head = { callback, readers }));
    return head;
  }

  /** Before anybody runs, the call is done at once. */
  smp_call_function(cpu: number, fn: () => void): void {
    if (hook === null) {
      fn();
      return;
    }
    if (cpu !== EVENT_CPU) throw new Violation('bound', `a cross call to CPU ${cpu}, on which nothing counts`);
    operate(SEND_CALL, this.#call, fn);
    operate(CALL_ENDS, this.#call, undefined);
  }

  send_signal(task: TaskStruct, signal: number): void {
    this.onSignal(task, signal);
  }

  // A task that sleeps looks at what it waits for; there is nothing to wake but that.
  wake_up_process(_task: TaskStruct): void {}

  // Time stands still.
  local_clock(): number {
    return 0;
  }
  charge(): void {}
  start_timer(): void {}
  hrtimer_start(): void {}
  hrtimer_forward(): void {}
  hrtimer_restart(): void {}
  hrtimer_cancel(): number {
    return 0;
  }
  regs_in(location: Location): Regs {
    return { location, ip: 0 };
  }
  regs_behind_branch(location: Location): Regs {
    return this.regs_in(location);
  }
  user_regs(): Regs | null {
    return null;
  }
  get pmu(): Pmu {
    throw new Violation('bound', 'explored kernels have no PMU');
  }
}
