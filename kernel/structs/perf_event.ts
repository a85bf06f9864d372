/**
 * Events and the contexts that they belong to.
 *
 * Reference: include/linux/perf_event.h of v3.2; kernel.md section 1.4 of the project's reference.
 * Not modelled: cgroups, callchain buffers, AUX areas.
 */
import { shared, struct, u64 } from '../../sim/memory.ts';
import type { PerfEventAttr } from '../abi/index.ts';
import { ListHead } from '../list.ts';
import { Mutex, WRITE_ONCE } from '../primitives.ts';
import type { File } from './fs.ts';
import { type Hrtimer, HwPerfEvent, type PmuOperations, type Regs } from './pmu.ts';
import type { RingBuffer } from './ring_buffer.ts';
import type { TaskStruct, UserStruct } from './sched.ts';
import { WaitQueueHead } from './wait.ts';

// event.state
/** Since v3.18: the task that it counted has exited. */
export const PERF_EVENT_STATE_EXIT = -3;
export const PERF_EVENT_STATE_ERROR = -2;
export const PERF_EVENT_STATE_OFF = -1;
export const PERF_EVENT_STATE_INACTIVE = 0;
export const PERF_EVENT_STATE_ACTIVE = 1;

// event.attach_state
export const PERF_ATTACH_CONTEXT = 1;
export const PERF_ATTACH_GROUP = 2;
export const PERF_ATTACH_TASK = 4;

/** hw.interrupts of a throttled event: more than any limit. */
export const MAX_INTERRUPTS = Infinity;

/** Writes a record in place of the ring buffer, or acts on the overflow (the NMI watchdog). */
export type OverflowHandler = (event: PerfEvent, regs: Regs) => void;

/** struct irq_work: a callback that waits for the CPU to have interrupts enabled. */
export class IrqWork extends struct({ flags: shared(0), next: null as IrqWork | null }) {
  readonly event: PerfEvent;
  constructor(event: PerfEvent) {
    super();
    this.event = event;
  }
}

/** No grace period has to pass. */
export const NO_GRACE_PERIOD = -1;

/** struct perf_event. */
export class PerfEvent extends struct({
  state: PERF_EVENT_STATE_OFF, attach_state: 0,
  count: u64(0), child_count: u64(0),
  total_time_enabled: u64(0), total_time_running: u64(0), tstamp_enabled: u64(0), tstamp_running: u64(0), tstamp_stopped: u64(0),
  /** What is to be added to perf_clock for the context's time, as it was when the event was put on. */
  shadow_ctx_time: u64(0),
  child_total_time_enabled: u64(0), child_total_time_running: u64(0),
  /** Bytes of the fixed part of a SAMPLE and of the sample_id trailer; 0 until perf_event_open has computed them. */
  header_size: 0, id_header_size: 0, read_size: 0,
  ctx: null as PerfEventContext | null,
  /** The task that it counts; null for an event of a CPU (hw.target). */
  target: null as TaskStruct | null,
  /** attr.sample_freq, which PERF_EVENT_IOC_PERIOD changes; and attr.enable_on_exec, which the exec clears. */
  sample_freq: 0, enable_on_exec: false,
  oncpu: -1,
  group_leader: null as PerfEvent | null, nr_siblings: 0,
  /** PERF_GROUP_SOFTWARE of a leader: its group consists of software events, and has done so since it was put into its context. */
  group_software: false,
  /** Since v6.7: changes of the leader's group. */
  group_generation: 0,
  owner: null as TaskStruct | null,
  parent: null as PerfEvent | null,
  /** The file through which user space has the event; null for inherited and kernel events. */
  filp: null as File | null,
  /** Under mmap_mutex. */
  mmap_count: shared(0), mmap_locked: 0, mmap_user: null as UserStruct | null,
  rb: shared(null as RingBuffer | null),
  pending_wakeup: shared(0), pending_kill: shared(0), pending_disable: shared(0),
  event_limit: shared(0),
  /** Since v6.0: records of this event that its buffer had no place for. */
  lost_samples: 0,
  /** The event's file while it is O_ASYNC, whether or not it has an owner (the list that fasync_helper makes). */
  fasync: shared(null as File | null),
  /** Since v3.15: the grace period after which the event may join another buffer's list. Under mmap_mutex. */
  rcu_batches: NO_GRACE_PERIOD,
  freed: shared(false),
}) {
  readonly id: number;
  readonly attr: PerfEventAttr;
  readonly cpu: number;
  readonly pmu: PmuOperations;
  readonly hw = new HwPerfEvent();
  readonly sample_type: number;
  readonly read_format: number;
  /** A sampling event overflows into records; a counting one only counts. */
  readonly is_sampling: boolean;
  readonly group_entry = new ListHead<PerfEvent>(this);
  readonly event_entry = new ListHead<PerfEvent>(this);
  readonly sibling_list = new ListHead<PerfEvent>();
  readonly child_list = new ListHead<PerfEvent>();
  readonly child_entry = new ListHead<PerfEvent>(this);
  readonly owner_entry = new ListHead<PerfEvent>(this);
  /** On the CPU's list of running software events. */
  readonly hlist_entry = new ListHead<PerfEvent>(this);
  readonly rb_entry = new ListHead<PerfEvent>(this);
  readonly waitq = new WaitQueueHead();
  readonly pending = new IrqWork(this);
  readonly mmap_mutex = new Mutex();
  readonly child_mutex = new Mutex();
  /** What call_rcu is given. */
  readonly rcu_free = (): void => WRITE_ONCE(this.freed, true);
  overflow_handler: OverflowHandler | null = null;

  constructor(id: number, attr: PerfEventAttr, cpu: number, pmu: PmuOperations) {
    super();
    this.id = id;
    this.attr = attr;
    this.cpu = cpu;
    this.pmu = pmu;
    this.sample_type = Number(attr.sample_type);
    this.read_format = Number(attr.read_format);
    this.is_sampling = attr.sample_period !== 0n;
    this.group_leader = this;
    this.sample_freq = attr.freq ? Number(attr.sample_period) : 0;
    this.enable_on_exec = attr.enable_on_exec;
  }
}

/** struct perf_event_context: the events of a task, or of a CPU. Under ctx.lock. */
export class PerfEventContext extends struct({
  nr_events: 0, nr_active: 0, is_active: 0, nr_stat: 0, nr_freq: 0,
  /** Since v5.3: a flexible group has found no counter since the last time that all were off. */
  rotate_necessary: false,
  time: u64(0), timestamp: u64(0),
  parent_gen: 0, generation: 0,
}) {
  readonly task: TaskStruct | null;
  readonly mutex = new Mutex();
  readonly pinned_groups = new ListHead<PerfEvent>();
  readonly flexible_groups = new ListHead<PerfEvent>();
  readonly event_list = new ListHead<PerfEvent>();
  /** Which of a task's, or of a CPU's, contexts it is. */
  readonly ctxn: 0 | 1;
  constructor(task: TaskStruct | null, ctxn: 0 | 1 = 0) {
    super();
    this.task = task;
    this.ctxn = ctxn;
  }
}

/** struct perf_cpu_context: one for the hardware PMU, one that the software PMUs share. */
export class PerfCpuContext extends struct({
  task_ctx: null as PerfEventContext | null,
  active_oncpu: 0, exclusive: 0,
  /** Since v3.11: what rotates its events, and whether it is armed. */
  hrtimer: null as Hrtimer | null, hrtimer_active: false,
}) {
  readonly ctx: PerfEventContext;
  readonly pmu: PmuOperations;
  constructor(pmu: PmuOperations) {
    super();
    this.ctx = new PerfEventContext(null, pmu.task_ctx_nr);
    this.pmu = pmu;
  }
}
