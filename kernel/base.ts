/**
 * What all kernel code stands on: the machine it asks things of, its configuration, and its per-CPU state.
 *
 * Reference: arch/x86 and kernel/sched.c of v3.2 as far as the perf_event core calls them.
 * Not modelled: everything that perf does not touch.
 */
import { Cell, effect, effect_of, hook } from '../sim/memory.ts';
import type { Chip } from '../pmu/chip.ts';
import type { Location } from '../pmu/location.ts';
import type { Pmu } from '../pmu/pmu.ts';
import { PERF_COUNT_SW_MAX } from './abi/index.ts';
import { attr_limits, type AttrLimits } from './attr-limits.ts';
import { ListHead } from './list.ts';
import type { Hrtimer, IrqWork, PerfCpuContext, PerfEvent, Regs, SigInfo, TaskStruct } from './structs/index.ts';
import { SilentTracepoints, type Tracepoints } from './tracepoints.ts';

/** Work whose duration the machine knows; the kernel text says where it is done. */
export type Cost = 'nmi_entry' | 'pmi_counter' | 'msr' | 'tick' | 'irq' | 'syscall' | 'context_switch' | 'record';

/** The machine as kernel code sees it. A timed run and the explorer each provide one. */
export interface Hardware {
  readonly nr_cpus: number;
  readonly chip: Chip;
  /** kHz of the time stamp counter. */
  readonly cpu_khz: number;
  /** The executing CPU, and its PMU: no functions, because kernel code asks for them all the time. */
  readonly smp_processor_id: number;
  readonly pmu: Pmu;
  /** The clock of the executing CPU, in nanoseconds since boot. */
  local_clock(): number;
  charge(cost: Cost): void;
  /** What the registers show, somewhere inside `location`, when an event of the kind `signal` (by index) has happened. */
  regs_in(location: Location, signal: number): Regs;
  /** The same, at the place to which the newest of the last branch records has led. */
  regs_behind_branch(location: Location, signal: number): Regs;
  /** What the registers showed when the current task left user mode (task_pt_regs); null: it never was there. */
  user_regs(): Regs | null;
  /** Raises IRQ_WORK_VECTOR on the executing CPU. */
  arch_irq_work_raise(): void;
  /** Runs `fn` on another CPU, with interrupts off, and waits for it (smp_call_function_single). Not called as an effect: it may be one. */
  smp_call_function(cpu: number, fn: () => void): void;
  rcu_read_lock(): void;
  rcu_read_unlock(): void;
  /** Runs `callback` once all readers that are now inside have left. */
  call_rcu(callback: () => void): void;
  /** A grace period that begins now, for cond_synchronize_rcu. */
  get_state_synchronize_rcu(): number;
  /** Waits until the grace period has ended. Process context. */
  cond_synchronize_rcu(state: number): void;
  /** Calls `callback`, in interrupt context, after `ns` nanoseconds. */
  start_timer(ns: number, callback: () => void): void;
  /** Makes a sleeping task runnable. */
  wake_up_process(task: TaskStruct): void;
  /** Sends `signal`, waking the task if it sleeps interruptibly. */
  send_signal(task: TaskStruct, signal: number, details?: Partial<SigInfo>): void;
  /** Arms `timer` on the executing CPU, `ns` from now. */
  hrtimer_start(timer: Hrtimer, ns: number): void;
  /** Moves the expiry of `timer`, which has expired, by the least multiple of `ns` after which it is not yet past. */
  hrtimer_forward(timer: Hrtimer, ns: number): void;
  /** Arms `timer` for its expiry. */
  hrtimer_restart(timer: Hrtimer): void;
  /** Disarms `timer`; nanoseconds that were left, negative if it had expired. */
  hrtimer_cancel(timer: Hrtimer): number;
}

/** What an administrator sets: Kconfig, boot options, sysctls. */
export interface KernelConfig {
  readonly hz: number;
  readonly nmi_watchdog: boolean;
  /** /proc/sys/kernel/perf_event_max_sample_rate, samples per second. */
  readonly perf_event_max_sample_rate: number;
  /** KiB of buffer that a user may lock per CPU. */
  readonly perf_event_mlock_kb: number;
  /** /proc/sys/kernel/perf_event_paranoid; null: as the version boots with it. */
  readonly perf_event_paranoid: number | null;
}

export const DEFAULT_CONFIG: KernelConfig = {
  hz: 1000,
  nmi_watchdog: true,
  perf_event_max_sample_rate: 100_000,
  perf_event_mlock_kb: 516,
  perf_event_paranoid: null,
};

/** The lists of swevent_heads behind those of the software events: a list for each tracepoint. */
export const SCHED_STAT_RUNTIME = PERF_COUNT_SW_MAX;
const NR_SWEVENT_LISTS = PERF_COUNT_SW_MAX + 1;

/** Per-CPU variables. */
export class PerCpu {
  readonly id: number;
  /** The running task; null while the CPU is idle. */
  readonly current = new Cell<TaskStruct | null>(null, this, 'current');
  /** Newest first. */
  readonly irq_work_list = new Cell<IrqWork | null>(null, this, 'irq_work_list');
  /** When the running task's runtime was accounted last. */
  readonly exec_start = new Cell(0, this, 'exec_start');
  /** Since v3.4: ticks, and events throttled since the last one. */
  readonly perf_throttled_seq = new Cell(0, this, 'perf_throttled_seq');
  readonly perf_throttled_count = new Cell(0, this, 'perf_throttled_count');
  /** Since v3.11: what the last 128 interrupts of the PMU took, in nanoseconds. */
  readonly running_sample_length = new Cell(0, this, 'running_sample_length');
  /** One per distinct PMU context: hardware, software. Filled at boot. */
  readonly contexts: PerfCpuContext[] = [];
  /** The running events of the software PMU, and of tracepoints, by number, the one that was started last in front (struct swevent_htable). */
  readonly swevent_heads = Array.from({ length: NR_SWEVENT_LISTS }, () => new ListHead<PerfEvent>());

  constructor(id: number) {
    this.id = id;
  }
}

/** What a kernel does when it follows a wild pointer: the run ends here, with the reason. */
export class KernelOops extends Error {}

export abstract class KernelBase {
  /** What an attr of this kernel may hold; later kernels know more. */
  readonly attr_limits: AttrLimits = attr_limits('3.1');
  readonly hardware: Hardware;
  readonly config: KernelConfig;
  readonly per_cpu: readonly PerCpu[];
  /** Nanoseconds between two ticks. */
  readonly tick_nsec: number;
  trace: Tracepoints = new SilentTracepoints();
  /** How many events want to know of context switches, of mappings, of tasks, of names. */
  readonly nr_switch_events = new Cell(0, this, 'nr_switch_events');
  readonly nr_mmap_events = new Cell(0, this, 'nr_mmap_events');
  readonly nr_task_events = new Cell(0, this, 'nr_task_events');
  readonly nr_comm_events = new Cell(0, this, 'nr_comm_events');

  /** Fault injection (CONFIG_FAULT_INJECTION): whether the next allocation fails. Asked where user space hears of it. */
  failslab: () => boolean = () => false;

  constructor(hardware: Hardware, config: KernelConfig) {
    this.hardware = hardware;
    this.config = config;
    this.tick_nsec = Math.floor(1e9 / config.hz);
    this.per_cpu = Array.from({ length: hardware.nr_cpus }, (_, id) => new PerCpu(id));
  }

  /** From which privileges on what may be watched; 1: the kernel by everybody, whole CPUs not. */
  get sysctl_perf_event_paranoid(): number {
    return this.config.perf_event_paranoid ?? 1;
  }

  this_cpu(): PerCpu {
    return this.per_cpu[this.hardware.smp_processor_id];
  }

  /** Follows a pointer that the kernel takes for granted; NULL is an oops. */
  not_null<T>(pointer: T | null, name: string): T {
    if (pointer === null) throw new KernelOops(`NULL pointer dereference: ${name}`);
    return pointer;
  }

  should_fail(): boolean {
    return effect(() => this.failslab());
  }

  perf_clock(): number {
    return hook === null ? this.hardware.local_clock() : effect_of(this.hardware, 'local_clock');
  }

  charge(cost: Cost): void {
    if (hook === null) this.hardware.charge(cost);
    else effect_of(this.hardware, 'charge', cost);
  }
}
