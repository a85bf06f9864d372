/**
 * Tasks, their users and their signals.
 *
 * Reference: include/linux/sched.h of v3.2.
 * Not modelled: whatever neither perf nor a small scheduler needs.
 */
import { Cell, shared, struct } from '../../sim/memory.ts';
import { ListHead } from '../list.ts';
import { Mutex } from '../primitives.ts';
import { FdTable } from './fs.ts';
import { MmStruct } from './mm_types.ts';
import type { PerfEvent, PerfEventContext } from './perf_event.ts';

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

/** A user: how much memory perf has locked for it, and whether limits bind it (struct user_struct, capabilities). */
export class UserStruct extends struct({ locked_vm: shared(0) }) {
  /** CAP_SYS_ADMIN and CAP_IPC_LOCK. */
  readonly capable: boolean;
  constructor(capable: boolean) {
    super();
    this.capable = capable;
  }
}

/** Open files that a process may have, unless setrlimit(2) has changed it. */
const NR_OPEN = 1024;

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
  /** Since v4.1: it has been given another CPU, and has not come onto it. */
  sched_migrated: false,
  /** Signals sent and not yet handled, one bit each by number. */
  pending_signals: shared(0),
  /** What came with them. */
  sigqueue: [] as readonly SigInfo[],
  /** Signals that are blocked, and what has been sent of them meanwhile. */
  blocked: [] as readonly number[], blocked_sigqueue: [] as readonly SigInfo[],
  user: null as unknown as UserStruct,
  /** RLIMIT_MEMLOCK, in bytes. */
  rlimit_memlock: 0,
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
