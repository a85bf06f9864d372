/**
 * A simulated Linux machine that a test or a user's program drives by system calls, from plain synchronous code.
 *
 * `const linux = new Linux({ kernel: 'v3.2' }); const self = linux.spawn('test'); self.perf_event_open(…)`.
 * Time passes only while a call or a program runs. The same seed gives the same answers.
 * Reference: docs/abi.md.
 * Not modelled: what kernel/timed/ leaves out.
 */
import type { Chip } from '../../pmu/chip.ts';
import { CHIP_NAMES, chipNamed } from '../../pmu/chips/index.ts';
import { nehalem } from '../../pmu/chips/nehalem.ts';
import type { KernelConfig } from '../base.ts';
import { UserStruct } from '../structs/index.ts';
import { Sys } from '../timed/sys.ts';
import { TimedSystem } from '../timed/system.ts';
import type { Program } from '../timed/thread.ts';
import { TRACEPOINTS } from '../tracepoint-pmu.ts';
import type { KernelClass } from '../variant.ts';
import { KERNELS } from '../variants/index.ts';
import { Desk, Pending } from './desk.ts';
import { Process } from './process.ts';

export interface LinuxSpec {
  /** A version by name, or a class of the user's own. */
  readonly kernel?: string | KernelClass;
  /** A chip by name; null: a virtual machine that has no PMU. */
  readonly pmu?: string | null;
  readonly cpus?: number;
  readonly seed?: string;
  /** Kconfig and sysctls. */
  readonly config?: Partial<KernelConfig>;
}

export interface SpawnOptions {
  /** Whether limits do not bind it: root, by default. */
  readonly capable?: boolean;
  /** The CPUs it may run on. */
  readonly cpus?: readonly number[];
  /** Whose child it is. It shares nothing with it. */
  readonly parent?: Process;
}

/** A call of which nothing more can be expected: nobody is left who could end its wait. */
export class SleepsForEver extends Error {}

/** A CPU whose hypervisor hides its PMU. */
const NO_PMU: Chip = { ...nehalem, name: 'none', events: [] };

/** The uid of a process that is not capable, unless it says who it is. */
const ORDINARY = 1000;

/** Simulated seconds after which a call that waits is given up: by then only timers go on. */
const PATIENCE_S = 1000;

export class Linux {
  readonly system: TimedSystem;
  /** By uid; 0 is root. */
  readonly #users = new Map<number, UserStruct>();
  /** Whoever was driven last. */
  #active: Desk | null = null;

  constructor({ kernel = 'v3.2', pmu = 'nehalem', cpus = 1, seed = '1', config }: LinuxSpec = {}) {
    const version = typeof kernel === 'string' ? KERNELS.find(({ variant }) => variant.name === kernel) : kernel;
    const chip = pmu === null ? NO_PMU : chipNamed(pmu);
    if (version === undefined) throw new Error(`'${String(kernel)}' is none of ${KERNELS.map(({ variant }) => variant.name).join(', ')}`);
    if (chip === undefined) throw new Error(`'${String(pmu)}' is none of ${CHIP_NAMES.join(', ')}`);
    const watchdog = pmu === null ? { nmi_watchdog: false } : {};
    this.system = new TimedSystem({ chip, cpus, seed, kernel: version, config: { ...config, ...watchdog } });
  }

  /** Nanoseconds since boot. */
  get now(): number {
    return this.system.machine.nanoseconds(this.system.machine.queue.now);
  }

  /** The number by which perf_event_open knows a tracepoint (its id file), if there is one of that name. */
  tracepoint(name: string): number | undefined {
    return TRACEPOINTS[name];
  }

  /** The next `n` allocations that a system call asks for fail: it answers −ENOMEM. */
  fail_allocations(n: number): void {
    let left = n;
    this.system.kernel.failslab = () => left-- > 0;
  }

  user(uid: number): UserStruct {
    if (uid === 0) return this.system.root;
    const user = this.#users.get(uid) ?? new UserStruct(false);
    this.#users.set(uid, user);
    return user;
  }

  /** A new process, which waits to be told what to do. */
  spawn(comm: string, { capable = true, cpus, parent }: SpawnOptions = {}): Process {
    const desk = new Desk(this.system);
    const user = this.user(capable ? 0 : ORDINARY);
    const task = this.system.kernel.create_task(comm, parent?.task ?? null, user);
    this.system.scheduler.start(task, desk.attend(task), cpus);
    this.#dismissAllBut(desk);
    this.#run(() => desk.isBlocked);
    return new Process(this, desk, new Sys(this.system, task));
  }

  /** Tells the task of `desk` to run `program`, and lets it run up to where it waits. */
  begin<R>(desk: Desk, program: Program<R>): Pending<R> {
    if (!desk.isAlive) throw new Error('the process has ended');
    if (desk.isBusy) throw new Error('the process is still busy with what it was told before');
    this.#dismissAllBut(desk);
    const pending = new Pending<R>((waited) => this.#await(desk, waited));
    desk.post(program, pending);
    this.#active = desk;
    this.#run(() => pending.isDone || !desk.isAlive || desk.isBlocked || desk.isRunning);
    return pending;
  }

  /** Runs the machine until what `desk` was told is done. */
  #await(desk: Desk, pending: Pending): void {
    this.#dismissAllBut(desk);
    this.#run(() => pending.isDone || !desk.isAlive);
  }

  /** Whoever was driven last and now stands idle goes to sleep, so that it takes no time from others. */
  #dismissAllBut(desk: Desk): void {
    const active = this.#active;
    if (active === null || active === desk || active.isBusy || !active.isAlive) return;
    active.dismiss();
    this.#run(() => active.isBlocked);
    this.#active = null;
  }

  #run(done: () => boolean): void {
    const { machine } = this.system;
    const until = machine.queue.now + machine.cycles(PATIENCE_S * 1e9);
    machine.run(done, until);
    if (!done()) throw new SleepsForEver('the call sleeps, and nothing is left that could wake it');
  }
}
