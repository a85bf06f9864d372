/**
 * The objects of the perf_event core, field by field.
 *
 * Reference: include/linux/perf_event.h and kernel/events/internal.h of v3.2; kernel.md sections 1.4 and 1.5 of the
 * project's reference. Fields declared `shared` are touched without a common lock; all others belong to whoever holds
 * the lock named beside them, or to the CPU on which the event runs, with interrupts off.
 * Not modelled: cgroups, callchain buffers, hardware breakpoints, AUX areas.
 */
import { Cell, shared, struct, u64 } from '../sim/memory.ts';
import type { Location } from '../pmu/location.ts';
import type { CounterGate } from '../pmu/pmu.ts';
import type { PerfEventAttr } from './abi/index.ts';
import { PAGE_SIZE } from './abi/index.ts';
import { ListHead } from './list.ts';
import { Mutex, SpinLock, WRITE_ONCE } from './primitives.ts';
import type { PerfSampleData } from './sample-data.ts';

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

// hw.state
export const PERF_HES_STOPPED = 1;
export const PERF_HES_UPTODATE = 2;
export const PERF_HES_ARCH = 4;

// flags of pmu.add, start and stop
export const PERF_EF_START = 1;
export const PERF_EF_RELOAD = 2;
export const PERF_EF_UPDATE = 4;

/** hw.interrupts of a throttled event: more than any limit. */
export const MAX_INTERRUPTS = Infinity;

/** What the interrupt found in the registers: where the CPU was executing. */
export interface Regs {
  readonly location: Location;
  readonly ip: number;
  /** The data address that a fault was for. */
  readonly addr?: number;
  /** Since v6.3: what the events have in common that one occurrence of a software event overflows. */
  readonly data?: PerfSampleData;
}

/** struct hrtimer: what is to be called when it expires, in hard interrupt context. The machine knows when. */
export class Hrtimer {
  readonly expired: (regs: Regs) => void;
  constructor(expired: Hrtimer['expired']) {
    this.expired = expired;
  }
}

/** What a signal handler is told (siginfo_t). */
export interface SigInfo {
  readonly si_signo: number;
  readonly si_code: number;
  /** The descriptor that a SIGIO is about, and its poll(2) bits; −1 and 0 for other signals. */
  readonly si_fd: number;
  readonly si_band: number;
  /** What attr.sig_data of the event says that a SIGTRAP comes from, and the data address of its sample. */
  readonly si_perf_data?: bigint;
  readonly si_addr?: number;
}

/** struct hw_perf_event: the event as its PMU sees it. */
export class HwPerfEvent extends struct({
  /** PERF_HES_* */
  state: 0,
  sample_period: u64(0), last_period: u64(0), period_left: u64(0),
  /** Overflows since the last tick, or MAX_INTERRUPTS; since v3.4 the tick of this CPU that they belong to. */
  interrupts: u64(0), interrupts_seq: u64(0), freq_time_stamp: u64(0), freq_count_stamp: u64(0),
}) {
  // What only the event's driver looks at.
  /** Index of the counter, −1 before the first assignment; sticky (section 8.3). */
  idx = -1;
  prev_count = 0;
  /** What a clock event samples by. */
  hrtimer: Hrtimer | null = null;
  /** Event select and unit mask, or the software event's number; in which rings it counts, and that it interrupts. */
  config = 0;
  gate: CounterGate = { user: true, os: true, interrupt: true };
  /** The counters that may hold the event, a bit for each position; whether other events' sets contain part of them. */
  constraint = 0;
  overlap = false;
}

/** What a PMU does for the core (struct pmu). `add` answers 0 or an error. */
export interface PmuOperations {
  readonly name: string;
  /** Which of a task's two contexts its events live in: 0 hardware, 1 software. */
  readonly task_ctx_nr: 0 | 1;
  readonly software: boolean;
  /** What the PMU makes of an attr before the event is made; absent: nothing. */
  readonly event_attr?: (attr: PerfEventAttr) => PerfEventAttr;
  event_init(event: PerfEvent): number;
  /** What event_init has taken is given back; absent: it took nothing. */
  readonly event_destroy?: (event: PerfEvent) => void;
  pmu_enable(): void;
  pmu_disable(): void;
  add(event: PerfEvent, flags: number): number;
  del(event: PerfEvent): void;
  start(event: PerfEvent, flags: number): void;
  stop(event: PerfEvent, flags: number): void;
  read(event: PerfEvent): void;
  start_txn(): void;
  commit_txn(): number;
  cancel_txn(): void;
}

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

/** One sleeper on a wait queue, part of its poll table. */
export class WaitQueueEntry extends struct({}) {
  readonly link = new ListHead<WaitQueueEntry>(this);
  readonly waiter: PollWaiter;
  /** Set if nobody sleeps here: an epoll wants to know. */
  readonly item: EpItem | null;
  constructor(waiter: PollWaiter, item: EpItem | null = null) {
    super();
    this.waiter = waiter;
    this.item = item;
  }
}

/** wait_queue_head_t. */
export class WaitQueueHead {
  readonly lock = new SpinLock();
  readonly task_list = new ListHead<WaitQueueEntry>();
}

/** The sleeper of one poll(2): what its wait queue entries wake (struct poll_wqueues). */
export class PollWaiter extends struct({ triggered: shared(0), timed_out: shared(false) }) {
  readonly task: TaskStruct;
  constructor(task: TaskStruct) {
    super();
    this.task = task;
  }
}

/** What one poll(2) has registered so far. Entries pin the file, not what the file points to. Local to the call. */
export class PollTable {
  readonly waiter: PollWaiter;
  readonly entries: { queue: WaitQueueHead; entry: WaitQueueEntry; file: File }[] = [];
  /** The epoll item on whose behalf it registers. It does not pin the file. */
  readonly item: EpItem | null;
  constructor(waiter: PollWaiter, item: EpItem | null = null) {
    this.waiter = waiter;
    this.item = item;
  }
}

/** A file that an epoll watches (struct epitem). */
export class EpItem extends struct({ events: 0, data: 0 }) {
  readonly ep: EventPoll;
  readonly file: File;
  readonly fd: number;
  readonly link = new ListHead<EpItem>(this);
  readonly file_link = new ListHead<EpItem>(this);
  readonly ready_link = new ListHead<EpItem>(this);
  /** Where it is queued; filled in once. */
  readonly queues: PollTable['entries'] = [];
  constructor(ep: EventPoll, file: File, fd: number) {
    super();
    this.ep = ep;
    this.file = file;
    this.fd = fd;
  }
}

/** struct eventpoll: what is watched, what is ready, who waits. */
export class EventPoll {
  readonly items = new ListHead<EpItem>();
  readonly ready_list = new ListHead<EpItem>();
  readonly wq = new WaitQueueHead();
}

/** The page that the kernel and the reader share (struct perf_event_mmap_page). */
export class PerfEventMmapPage extends struct({
  data_head: shared(0), data_tail: shared(0), index: 0, offset: 0, time_enabled: 0, time_running: 0,
}) {}

/** No grace period has to pass. */
export const NO_GRACE_PERIOD = -1;

/** struct ring_buffer. Writers hold no lock; head, nest, wakeup and lost are atomic against their own CPU's interrupts. */
export class RingBuffer extends struct({
  refcount: shared(1),
  /** A poll mask to be handed out once. */
  poll: shared(0),
  /** Bytes ever reserved. */
  head: shared(0),
  /** Depth of writers on this CPU. */
  nest: shared(0),
  /** Samples since the last wakeup_events wakeup. */
  events: shared(0),
  /** Wakeup stamp, in the unit of head. */
  wakeup: shared(0),
  /** Records dropped since the last LOST record. */
  lost: shared(0),
  /** Since v3.10: mappings of this buffer through any event. */
  mmap_count: shared(0),
  /** Since v3.10: to whom the pages are accounted, and how many of them beyond what perf grants. */
  mmap_user: null as UserStruct | null, mmap_locked: 0,
  /** Since v4.7: what comes is dropped, and counted as lost. */
  paused: false,
  freed: shared(false),
}) {
  readonly nr_pages: number;
  readonly watermark: number;
  readonly writable: boolean;
  readonly user_page = new PerfEventMmapPage();
  readonly event_lock = new SpinLock();
  /** The design that the fix rejected has its wait queue here (variants/waitq-in-rb.ts). */
  readonly waitq = new WaitQueueHead();
  readonly event_list = new ListHead<PerfEvent>();
  /** What call_rcu is given. */
  readonly rcu_free = (): void => WRITE_ONCE(this.freed, true);
  readonly data: Uint8Array;
  readonly view: DataView;
  /** Bytes of the data area. */
  readonly size: number;

  constructor(nr_pages: number, watermark: number, writable: boolean) {
    super();
    this.nr_pages = nr_pages;
    this.watermark = watermark > 0 ? Math.min(watermark, nr_pages * PAGE_SIZE) : (nr_pages * PAGE_SIZE) / 2;
    this.writable = writable;
    this.size = nr_pages * PAGE_SIZE;
    this.data = new Uint8Array(this.size);
    this.view = new DataView(this.data.buffer);
  }
}

/** struct perf_event. */
export class PerfEvent extends struct({
  state: PERF_EVENT_STATE_OFF, attach_state: 0,
  count: u64(0), child_count: u64(0),
  total_time_enabled: u64(0), total_time_running: u64(0), tstamp_enabled: u64(0), tstamp_running: u64(0), tstamp_stopped: u64(0),
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
  fasync: shared(null as TaskStruct | null),
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

/** A user: how much memory perf has locked for it, and whether limits bind it (struct user_struct, capabilities). */
export class UserStruct extends struct({ locked_vm: shared(0) }) {
  /** CAP_SYS_ADMIN and CAP_IPC_LOCK. */
  readonly capable: boolean;
  constructor(capable: boolean) {
    super();
    this.capable = capable;
  }
}

/** A pipe, as far as programs wait on one: bytes in it, ends that can still write, who sleeps for either. */
export class Pipe extends struct({
  bytes: shared(0), writers: shared(1), wakeups: shared(0), reader: null as TaskStruct | null,
}) {}

/** An address space, which the threads of a process share: who changes its mappings holds mmap_sem for writing. */
export class MmStruct extends struct({
  /** Tasks that use it; its mappings, newest first; pages locked beyond what perf grants the user. Under mmap_sem. */
  mm_users: 1, mmap: null as VmArea | null, pinned_vm: 0,
}) {
  readonly mmap_sem = new Mutex();
}

/** An open file: a perf event's, one end of a pipe, or an epoll. */
export class File extends struct({
  f_count: shared(1), f_flags: 0,
  /** Who gets the signal of an O_ASYNC file, which signal (0: SIGIO), and the descriptor that it names. */
  f_owner: null as TaskStruct | null, f_signum: 0, fasync_fd: -1,
}) {
  readonly event: PerfEvent | null;
  readonly end: { readonly pipe: Pipe; readonly writes: boolean } | null;
  readonly ep: EventPoll | null;
  /** The items of epolls that watch it. */
  readonly ep_items = new ListHead<EpItem>();
  constructor(event: PerfEvent | null, end: File['end'] = null, ep: EventPoll | null = null) {
    super();
    this.event = event;
    this.end = end;
    this.ep = ep;
  }
}

/** A mapping of a perf event. Offsets and lengths in pages. */
export class VmArea extends struct({
  open: true,
  /** Pages that are still mapped, and the areas that they have been split into. Under mmap_sem. */
  pages: 0, parts: 1,
  vm_next: null as VmArea | null,
  vm_mm: null as MmStruct | null,
}) {
  readonly file: File;
  readonly event: PerfEvent;
  readonly rb: RingBuffer;
  readonly writable: boolean;
  constructor(file: File, event: PerfEvent, rb: RingBuffer, pages: number, writable: boolean) {
    super();
    this.file = file;
    this.event = event;
    this.rb = rb;
    this.pages = pages;
    this.writable = writable;
  }
}

/** Open files that a process may have, unless setrlimit(2) has changed it. */
const NR_OPEN = 1024;
/** What a process may lock, unless setrlimit(2) has changed it. */
const RLIMIT_MEMLOCK = 64 * 1024;

export const TASK_RUNNING = 0;
export const TASK_INTERRUPTIBLE = 1;
export const TASK_DEAD = 64;

/** struct task_struct, as much of it as perf and a small scheduler need. */
export class TaskStruct extends struct({
  mm: null as unknown as MmStruct,
  state: shared(TASK_RUNNING as number),
  comm: '',
  cpu: 0,
  exiting: false,
  /** Signals sent and not yet handled, one bit each by number. */
  pending_signals: shared(0),
  /** What came with them. */
  sigqueue: [] as readonly SigInfo[],
  /** Signals that are blocked, and what has been sent of them meanwhile. */
  blocked: [] as readonly number[], blocked_sigqueue: [] as readonly SigInfo[],
  user: null as unknown as UserStruct,
  /** RLIMIT_MEMLOCK, in bytes. */
  rlimit_memlock: RLIMIT_MEMLOCK,
  /** RLIMIT_NOFILE: one more than the highest descriptor. */
  rlimit_nofile: NR_OPEN,
}) {
  readonly pid: number;
  readonly tgid: number;
  readonly real_parent: TaskStruct | null;
  readonly perf_event_ctxp: readonly [Cell<PerfEventContext | null>, Cell<PerfEventContext | null>];
  readonly perf_event_mutex = new Mutex();
  readonly perf_event_list = new ListHead<PerfEvent>();
  readonly files: FdTable;

  constructor(
    pid: number, tgid: number, comm: string, parent: TaskStruct | null, user: UserStruct, files = new FdTable(), mm = new MmStruct(),
  ) {
    super();
    this.pid = pid;
    this.tgid = tgid;
    this.real_parent = parent;
    this.user = user;
    this.comm = comm;
    this.perf_event_ctxp = [new Cell<PerfEventContext | null>(null, this, 'perf_event_ctxp[0]'), new Cell<PerfEventContext | null>(null, this, 'perf_event_ctxp[1]')];
    this.files = files;
    this.mm = mm;
  }
}

/** A process's open files by number; its threads share them (struct files_struct). */
export class FdTable extends struct({
  count: shared(1),
  /** Descriptors that an exec closes. */
  close_on_exec: [] as readonly number[],
}) {
  readonly #slots: Cell<File | null>[] = [];

  slot(fd: number): Cell<File | null> {
    while (this.#slots.length <= fd) this.#slots.push(new Cell<File | null>(null, this, `fd ${this.#slots.length}`));
    return this.#slots[fd];
  }

  /** One past the highest number ever used. */
  get size(): number {
    return this.#slots.length;
  }
}
