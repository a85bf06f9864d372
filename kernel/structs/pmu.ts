/**
 * What the core knows of a PMU, and a PMU of an event.
 *
 * Reference: struct pmu and struct hw_perf_event of include/linux/perf_event.h, v3.2.
 * Not modelled: hardware breakpoints' registers; what guests count.
 */
import type { Location } from '../../pmu/location.ts';
import type { CounterGate } from '../../pmu/pmu.ts';
import { struct, u64 } from '../../sim/memory.ts';
import type { PerfEventAttr } from '../abi/index.ts';
import type { PerfSampleData } from '../sample-data.ts';
import type { BranchReg } from '../x86/lbr-filter.ts';
import type { PerfEvent, PerfEventContext } from './perf_event.ts';

// hw.state
export const PERF_HES_STOPPED = 1;
export const PERF_HES_UPTODATE = 2;
export const PERF_HES_ARCH = 4;

// flags of pmu.add, start and stop
export const PERF_EF_START = 1;
export const PERF_EF_RELOAD = 2;
export const PERF_EF_UPDATE = 4;

/** struct perf_branch_entry. */
export interface BranchEntry {
  readonly from: number;
  readonly to: number;
  readonly mispred: boolean;
  readonly predicted: boolean;
  readonly cycles: number;
  /** PERF_BR_*; 0 unless asked for. */
  readonly type: number;
}

/** struct perf_branch_stack: the branches that led to a sample, the newest in front. */
export interface BranchStack {
  readonly hw_idx: number;
  readonly entries: readonly BranchEntry[];
}

/** What the interrupt found in the registers: where the CPU was executing. */
export interface Regs {
  readonly location: Location;
  readonly ip: number;
  /** The data address that a fault was for. */
  readonly addr?: number;
  readonly branches?: BranchStack;
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
  /** What it counts is said in a register that it shares with other events. */
  offcore = false;
  /** Which branches its samples show. */
  branch_reg: BranchReg | null = null;
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
  /** Whether the event may not be given this period, or frequency: an error, or 0; absent: it may. */
  readonly check_period?: (event: PerfEvent, value: bigint) => number;
  pmu_enable(): void;
  pmu_disable(): void;
  add(event: PerfEvent, flags: number): number;
  del(event: PerfEvent): void;
  start(event: PerfEvent, flags: number): void;
  stop(event: PerfEvent, flags: number): void;
  read(event: PerfEvent): void;
  /** A task has come on whose context this is; absent: that is nothing to the PMU. */
  readonly sched_task?: (ctx: PerfEventContext | null) => void;
  start_txn(): void;
  commit_txn(): number;
  cancel_txn(): void;
}
