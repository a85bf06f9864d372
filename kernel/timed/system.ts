/**
 * A machine with a kernel, running in time: what a timed run boots.
 *
 * Reference: docs/ARCHITECTURE.md, "In time"; arch/x86/kernel/apic and kernel/time/tick-sched.c of v3.2 for the
 * interrupts that it raises.
 * Not modelled: devices; the tick of an idle CPU (it is stopped, as with NO_HZ).
 */
import { effect, setHook, type MemoryHook } from '../../sim/memory.ts';
import { Priority } from '../../sim/event-queue.ts';
import { Machine, type Cpu } from '../../sim/machine.ts';
import type { RandomStream } from '../../sim/random.ts';
import type { Chip } from '../../pmu/chip.ts';
import { CYCLES, INSTRUCTION_BYTES, part_of, type Location } from '../../pmu/location.ts';
import { Pmu } from '../../pmu/pmu.ts';
import { DEFAULT_CONFIG, type Cost, type Hardware, type KernelConfig } from '../base.ts';
import { TASK_DEAD, UserStruct, type Hrtimer, type Regs, type SigInfo, type TaskStruct } from '../structs/index.ts';
import type { Kernel, KernelClass } from '../variant.ts';
import { READ_ONCE } from '../primitives.ts';
import { Durations, GRACE_PERIOD_TICKS, type Draw, type Range } from './costs.ts';
import { Hrtimers } from './hrtimers.ts';
import { IRQ, NMI, TICK } from './locations.ts';
import { Scheduler } from './scheduler.ts';
import type { Program, Thread } from './thread.ts';

export interface SystemSpec {
  readonly chip: Chip;
  readonly cpus: number;
  readonly seed: string;
  readonly kernel: KernelClass;
  readonly config?: Partial<KernelConfig>;
  /**
   * Which system calls are logged so that they can wait: all, or those that say that they do. The others run faster, but
   * must not wait: so it is with the kernels of the lineage.
   */
  readonly logged_calls?: 'all' | 'waiting';
  /** Durations in nanoseconds that replace those of DURATIONS_NS. */
  readonly durations?: Readonly<Record<string, Range>>;
}

export class TimedSystem implements Hardware {
  readonly machine: Machine;
  readonly chip: Chip;
  readonly kernel: Kernel;
  readonly scheduler: Scheduler;
  readonly root = new UserStruct(true);
  smp_processor_id = 0;
  pmu: Pmu;
  readonly #pmus: readonly Pmu[];
  readonly #durations: Durations;
  readonly #msr: Draw;
  readonly #gracePeriod: RandomStream;
  readonly #ip: RandomStream;
  readonly #part: RandomStream;
  readonly #userIp: RandomStream;
  readonly #ticks: readonly number[];
  readonly #irqWork: readonly number[];
  readonly #hrtimers: Hrtimers;
  #executing: Cpu;

  constructor(spec: SystemSpec) {
    this.chip = spec.chip;
    this.machine = new Machine(spec.cpus, spec.chip.khz, spec.seed);
    const { cpus, random } = this.machine;
    this.#executing = cpus[0]!;
    this.#durations = new Durations(this.machine, spec.durations);
    this.#msr = this.#durations.of('msr');
    this.#gracePeriod = random.stream('rcu/grace-period');
    this.#ip = random.stream('pmu/ip');
    this.#part = random.stream('pmu/part');
    this.#userIp = random.stream('pmu/user-ip');
    this.#pmus = cpus.map((cpu) => new Pmu(this.machine, cpu, spec.chip, (location) => this.#nmi(cpu, location)));
    this.pmu = this.#pmus[0];
    this.kernel = new spec.kernel(this, { ...DEFAULT_CONFIG, ...spec.config });
    // The first process: it sleeps for ever, but it is there.
    this.kernel.create_task('init', null, this.root);
    this.kernel.next_pid = 1000 + random.stream('boot/pid').below(30_000);
    this.scheduler = new Scheduler(this.machine, this.kernel, this.#durations, this.#pmus, (cpu, body) => this.as(cpu, body));
    this.scheduler.logsAllCalls = spec.logged_calls !== 'waiting';
    this.scheduler.onBusy = (cpu, busy) => this.#setTicking(cpu, busy);
    this.#ticks = cpus.map((cpu) => cpu.timer(Priority.IRQ, () => this.#interrupt(cpu, TICK, () => this.#tick(cpu))));
    this.#hrtimers = new Hrtimers(this.machine, (cpu, timer) => {
      this.#interrupt(cpu, TICK, (location) => timer.expired(this.regs_in(location, CYCLES)));
    });
    this.#irqWork = cpus.map((cpu) => cpu.timer(Priority.IRQ, () => this.#interrupt(cpu, IRQ, () => this.#runIrqWork())));
    if (this.kernel.config.nmi_watchdog) for (const cpu of cpus) this.as(cpu, () => this.kernel.watchdog_nmi_enable());
  }

  get nr_cpus(): number {
    return this.machine.cpus.length;
  }

  get cpu_khz(): number {
    return this.machine.khz;
  }

  /** Starts a process outside any other: the shell's child, as it were. */
  spawn(comm: string, program: (task: TaskStruct) => Program, affinity: readonly number[] | null = null): Thread {
    const task = this.kernel.create_task(comm, null, this.root);
    return this.scheduler.start(task, program(task), affinity);
  }

  isAlive(task: TaskStruct): boolean {
    return READ_ONCE(task.state) !== TASK_DEAD;
  }

  /** Runs until the task has ended, or nothing is left to happen. */
  runUntilExit(task: TaskStruct, until = Infinity): void {
    this.machine.run(() => !this.isAlive(task), until);
  }

  /** Runs `body` as `cpu`, outside any call. */
  as(cpu: Cpu, body: () => void): void {
    const outer = this.#executing;
    const hook = this.#begin(cpu);
    body();
    this.#end(outer, hook);
  }

  /** From here on `cpu` executes, outside any call; returns the hook of the call that it leaves, for `#end`. */
  #begin(cpu: Cpu): MemoryHook | null {
    this.#execute(cpu);
    return setHook(null);
  }

  #end(outer: Cpu, hook: MemoryHook | null): void {
    this.#execute(outer);
    setHook(hook);
    if (this.scheduler.hasSpinning) this.scheduler.checkSpinning();
  }

  #execute(cpu: Cpu): void {
    this.#executing = cpu;
    this.smp_processor_id = cpu.id;
    this.pmu = this.#pmus[cpu.id];
  }

  local_clock(): number {
    return this.machine.nanoseconds(this.#executing.clock);
  }

  charge(cost: Cost): void {
    // No interrupt comes between the register accesses of one operation: the driver has stopped the counters, or will.
    if (cost === 'msr') this.#executing.clock += this.#msr.next();
    else this.#executing.charge(this.#durations.cycles(cost));
  }

  regs_in(location: Location, signal: number): Regs {
    const code = location.parts === undefined ? location : part_of(location, signal, this.#part.unit());
    return { location: code, ip: somewhere_in(code, this.#ip) };
  }

  regs_behind_branch(location: Location, signal: number): Regs {
    const code = location.parts === undefined ? location : part_of(location, signal, this.#part.unit());
    const block = this.pmu.lbr.standing(location, code);
    const straight = block === null ? code : { ...code, start: block.start, length: block.end - block.start + INSTRUCTION_BYTES };
    return { location: code, ip: somewhere_in(straight, this.#ip) };
  }

  user_regs(): Regs | null {
    const location = this.scheduler.user_location(this.#executing);
    if (location === null) return null;
    const code = location.parts === undefined ? location : part_of(location, CYCLES, this.#userIp.unit());
    return { location: code, ip: somewhere_in(code, this.#userIp) };
  }

  arch_irq_work_raise(): void {
    const cpu = this.#executing;
    this.machine.queue.arm(this.#irqWork[cpu.id], cpu.clock + this.#durations.cycles('irq_work_latency'));
  }

  smp_call_function(target: number, fn: () => void): void {
    effect(() => this.#smp_call_function(target, fn));
  }

  #smp_call_function(target: number, fn: () => void): void {
    const caller = this.#executing;
    const cpu = this.machine.cpus[target];
    cpu.clock = Math.max(cpu.clock, caller.clock);
    const start = cpu.clock;
    this.as(cpu, () => this.#interrupt(cpu, IRQ, fn));
    cpu.stolen += cpu.clock - start;
    cpu.onReturn();
    caller.clock = Math.max(caller.clock, cpu.clock);
  }

  // Readers never sleep inside in timed runs, so that a grace period only has to last its time.
  rcu_read_lock(): void {}
  rcu_read_unlock(): void {}
  get_state_synchronize_rcu(): number {
    return 0;
  }
  cond_synchronize_rcu(): void {}

  call_rcu(callback: () => void): void {
    const [from, to] = GRACE_PERIOD_TICKS;
    this.start_timer(this.#gracePeriod.between(from, to) * this.kernel.tick_nsec, callback);
  }

  start_timer(ns: number, callback: () => void): void {
    this.machine.queue.once(Priority.SIGNAL, this.#executing.clock + this.machine.cycles(ns), () => {
      this.as(this.machine.cpus[0], callback);
    });
  }

  wake_up_process(task: TaskStruct): void {
    this.scheduler.wake(task);
  }

  hrtimer_start(timer: Hrtimer, ns: number): void {
    this.#hrtimers.start(this.#executing, timer, ns);
  }

  hrtimer_forward(timer: Hrtimer, ns: number): void {
    this.#hrtimers.forward(this.#executing, timer, ns);
  }

  hrtimer_restart(timer: Hrtimer): void {
    this.#hrtimers.restart(timer);
  }

  hrtimer_cancel(timer: Hrtimer): number {
    return this.#hrtimers.cancel(this.#executing, timer);
  }

  send_signal(task: TaskStruct, signal: number, details?: Partial<SigInfo>): void {
    this.kernel.signal_pending_add(task, signal, details);
    this.kernel.trace.signal_sent(task, signal);
    this.scheduler.wake(task);
    this.scheduler.kick(task);
  }

  #nmi(cpu: Cpu, location: Location): void {
    const outer = this.#executing;
    const hook = this.#begin(cpu);
    const { pmu } = this;
    const interrupted = pmu.location;
    pmu.enter(NMI);
    this.kernel.trace.irq_enter(NMI, true);
    this.kernel.x86_pmu.handle_irq(location);
    this.kernel.trace.irq_exit();
    pmu.enter(interrupted);
    this.#end(outer, hook);
  }

  /** A maskable interrupt: its entry is charged, its code shows in samples. */
  #interrupt(cpu: Cpu, location: Location, handler: (interrupted: Location) => void): void {
    const outer = this.#executing;
    const hook = this.#begin(cpu);
    const { pmu } = this;
    const interrupted = pmu.location;
    pmu.enter(location);
    this.kernel.trace.irq_enter(location, false);
    this.charge('irq');
    handler(interrupted);
    this.kernel.trace.irq_exit();
    pmu.enter(interrupted);
    this.#end(outer, hook);
  }

  #runIrqWork(): void {
    this.kernel.irq_work_run();
  }

  #tick(cpu: Cpu): void {
    this.charge('tick');
    this.kernel.sched_stat_runtime();
    this.kernel.perf_event_task_tick();
    this.scheduler.tick(cpu);
    this.#armTick(cpu);
  }

  #armTick(cpu: Cpu): void {
    const period = (this.machine.khz * 1000) / this.kernel.config.hz;
    const jiffies = Math.floor(Math.max(cpu.clock, this.machine.queue.now) / period) + 1;
    this.machine.queue.arm(this.#ticks[cpu.id], Math.round(jiffies * period));
  }

  /** The tick runs while the CPU has something to do. */
  #setTicking(cpu: Cpu, busy: boolean): void {
    if (busy) this.#armTick(cpu);
    else this.machine.queue.cancel(this.#ticks[cpu.id]);
  }
}

/** An address at which an instruction of `location` starts. */
function somewhere_in({ start, length }: Location, stream: RandomStream): number {
  return start + INSTRUCTION_BYTES * stream.below(Math.floor(length / INSTRUCTION_BYTES));
}
