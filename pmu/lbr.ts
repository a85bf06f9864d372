/**
 * One CPU's last branch records (LBR): a stack of the branches that it took last, the newest in front.
 *
 * Nothing is recorded branch by branch. When somebody looks, or execution goes elsewhere, the branches of the code that ran meanwhile are known by their
 * numbers (`branches.ts`), and the last of them are looked up. Code that was interrupted goes on where it was.
 * Reference: Intel SDM 3B, 17.4 "Last Branch, Interrupt, and Exception Recording", 17.4.7 for freezing on a PMI, and the sections on each
 * microarchitecture for depth, LBR_SELECT and flags; cycle counts as of Skylake.
 * Not modelled: the call-stack mode of Haswell and later, transactions, BTS, branch trace messages; far branches within a ring.
 */
import type { Cpu } from '../sim/machine.ts';
import { Turn, contains, last_instruction, type Block, type Branch, type BranchKind } from './branches.ts';
import { INSTRUCTION_BYTES, type Location } from './location.ts';

/** MSR_LBR_SELECT: each bit keeps branches out, by the ring that they lead to and by kind. */
export const LBR_SELECT = {
  CPL_EQ_0: 1 << 0, CPL_NEQ_0: 1 << 1, JCC: 1 << 2, NEAR_REL_CALL: 1 << 3, NEAR_IND_CALL: 1 << 4, NEAR_RET: 1 << 5, NEAR_IND_JMP: 1 << 6,
  NEAR_REL_JMP: 1 << 7, FAR_BRANCH: 1 << 8,
} as const;

const SELECT_OF: Readonly<Record<BranchKind, number>> = {
  conditional: LBR_SELECT.JCC, jump: LBR_SELECT.NEAR_REL_JMP, 'indirect jump': LBR_SELECT.NEAR_IND_JMP,
  call: LBR_SELECT.NEAR_REL_CALL, 'indirect call': LBR_SELECT.NEAR_IND_CALL, return: LBR_SELECT.NEAR_RET,
  syscall: LBR_SELECT.FAR_BRANCH, sysret: LBR_SELECT.FAR_BRANCH, interrupt: LBR_SELECT.FAR_BRANCH, iret: LBR_SELECT.FAR_BRANCH,
};

/** The most that a record's cycle count holds. */
const CYCLES_MAX = 0xffff;

export interface LbrEntry extends Branch {
  readonly mispredicted: boolean;
  /** Since the record before it. */
  readonly cycles: number;
}

/** What the registers hold: the records, newest first (fewer than the depth: the others are zero), and the number of the newest one's register. */
export interface LbrStack {
  readonly tos: number;
  readonly entries: readonly LbrEntry[];
}

/** A code, and for how many cycles it has been executed since it was entered. */
class Execution {
  readonly location: Location;
  readonly turn: Turn;
  spent = 0;

  constructor(location: Location) {
    this.location = location;
    this.turn = new Turn(location);
  }

  /** The instruction at which it stands: as far into its block as into the time that the block takes. */
  get address(): number {
    const { turn, spent } = this;
    const n = turn.count(spent);
    const { start, end } = turn.block(n);
    const since = turn.at(n - 1);
    const part = (spent - since) / (turn.at(n) - since);
    return start + INSTRUCTION_BYTES * Math.floor((part * (end - start)) / INSTRUCTION_BYTES);
  }
}

export class Lbr {
  readonly #cpu: Cpu;
  readonly #depth: number;
  readonly #executions = new Map<Location, Execution>();
  #current: Execution;
  /** Where execution came from, if it has not spent a cycle since. */
  #left: Execution | null = null;
  /** Kernel code that interrupts have interrupted, the last behind. */
  readonly #interrupted: Execution[] = [];
  /** Cycle up to which records are known, and that of the newest record. */
  #since: number;
  #recordedAt: number;
  #entries: readonly LbrEntry[] = [];
  #tos = 0;
  #select = 0;
  /** IA32_DEBUGCTL.LBR and .FREEZE_LBRS_ON_PMI. */
  #recording = false;
  #freezes = false;
  /** Where a PMI has stopped it: at which of that code's branches. */
  #frozen: { readonly execution: Execution; next: number; readonly start: number } | null = null;

  constructor(cpu: Cpu, depth: number, location: Location) {
    this.#cpu = cpu;
    this.#depth = depth;
    this.#current = this.#execution(location);
    this.#since = cpu.clock;
    this.#recordedAt = cpu.clock;
  }

  /** The CPU's execution moves to `location`, now on the CPU's clock. */
  enter(location: Location): void {
    this.#settle();
    this.#left ??= this.#current;
    this.#current = this.#execution(location);
    if (this.#left === this.#current) this.#left = null;
  }

  /** A PMI has come up: records stand still from here on, until they are switched on again. */
  freezeOnPmi(): void {
    if (!this.#recording || !this.#freezes) return;
    this.#settle();
    this.#arrive();
    const execution = this.#current;
    this.#frozen = { execution, next: execution.turn.count(execution.spent), start: this.#since - execution.spent };
    this.#recording = false;
  }

  writeDebugCtl(recording: boolean, freezes: boolean): void {
    this.#settle();
    this.#recording = recording;
    this.#freezes = freezes;
    if (recording) this.#frozen = null;
  }

  writeSelect(mask: number): void {
    this.#settle();
    this.#select = mask;
  }

  /** Writes zeros into all records. */
  reset(): void {
    this.#settle();
    this.#entries = [];
    this.#recordedAt = this.#cpu.clock;
  }

  read(): LbrStack {
    this.#settle();
    return { tos: this.#tos, entries: this.#entries };
  }

  /**
   * Where within `code`, which is `location` or one of its parts, execution stands behind the newest record. In a mixture the event that raised the PMI has
   * happened in a certain part: execution goes on to the next block of that part, which is less than a turn.
   */
  standing(location: Location, code: Location): Block | null {
    const frozen = this.#frozen;
    if (frozen?.execution.location !== location) return null;
    const { turn } = frozen.execution;
    for (let ahead = 0; ahead < turn.taken.length; ahead++) {
      const block = turn.block(frozen.next + ahead);
      if (!contains(code, block.start)) continue;
      this.#record(frozen.execution, frozen.next, frozen.next + ahead, frozen.start);
      frozen.next += ahead;
      return block;
    }
    return null;
  }

  #execution(location: Location): Execution {
    const known = this.#executions.get(location);
    if (known !== undefined) return known;
    const execution = new Execution(location);
    this.#executions.set(location, execution);
    return execution;
  }

  /** Records what has been taken since the last time. */
  #settle(): void {
    const now = this.#cpu.clock;
    const cycles = now - this.#since;
    if (cycles <= 0) return;
    this.#arrive();
    const execution = this.#current;
    const { turn, spent } = execution;
    execution.spent += cycles;
    if (this.#recording) this.#record(execution, turn.count(spent), turn.count(execution.spent), this.#since - spent);
    this.#since = now;
  }

  /** Execution is where it has gone to: the branch that led there is a fact. */
  #arrive(): void {
    if (this.#left !== null) this.#transfer(this.#left, this.#current);
    this.#left = null;
  }

  /** The branch from one code into another. What is entered begins anew, what is returned to goes on. */
  #transfer(from: Execution, to: Execution): void {
    const kind = this.#crossing(from, to);
    const isEntry = kind === 'syscall' || kind === 'interrupt';
    const isReturn = kind === 'sysret' || kind === 'iret';
    if (!isReturn) to.spent = 0;
    if (!this.#recording) return;
    const branch: Branch = {
      from: isEntry ? from.address : last_instruction(from.location), to: isEntry ? to.location.start : isReturn ? to.address : to.turn.block(0).start, kind,
    };
    if (!this.#captures(branch)) return;
    this.#push([{ ...branch, mispredicted: false, cycles: this.#elapsed(this.#recordedAt, this.#since) }], 1, this.#since);
  }

  #crossing(from: Execution, to: Execution): BranchKind {
    const isInterrupt = ({ location: { flow } }: Execution): boolean => flow?.entry === 'interrupt';
    if (from.location.ring === 'user') return to.location.ring === 'user' ? 'jump' : isInterrupt(to) ? 'interrupt' : 'syscall';
    if (to.location.ring === 'user') {
      this.#interrupted.length = 0;
      return isInterrupt(from) ? 'iret' : 'sysret';
    }
    if (this.#interrupted.at(-1) === to) {
      this.#interrupted.pop();
      return 'iret';
    }
    if (!isInterrupt(to)) return 'jump';
    this.#interrupted.push(from);
    return 'interrupt';
  }

  /** The branches of a code from number `first` up to `end`; `start` is the CPU's clock when the code was at its beginning. */
  #record({ turn }: Execution, first: number, end: number, start: number): void {
    const { length } = turn.taken;
    const captured = turn.taken.map((branch) => this.#captures(branch));
    const perTurn = captured.filter(Boolean).length;
    if (perTurn === 0 || end === first) return;
    const numbers: number[] = [];
    for (let n = end - 1; n >= first && numbers.length <= this.#depth; n--) if (captured[n % length]) numbers.push(n);
    if (numbers.length === 0) return;
    const time = (n: number | undefined): number => (n === undefined ? this.#recordedAt : start + turn.at(n));
    const entries = numbers.slice(0, this.#depth).map((n, i): LbrEntry => {
      const { from, to, kind } = turn.branch(n);
      return { from, to, kind, mispredicted: turn.isMispredicted(n), cycles: this.#elapsed(time(numbers[i + 1]), time(n)) };
    });
    const before = (n: number): number => Math.floor(n / length) * perTurn + captured.slice(0, n % length).filter(Boolean).length;
    this.#push(entries, before(end) - before(first), time(numbers[0]));
  }

  #push(newest: readonly LbrEntry[], count: number, at: number): void {
    this.#entries = [...newest, ...this.#entries].slice(0, this.#depth);
    this.#tos = (this.#tos + count) % this.#depth;
    this.#recordedAt = at;
  }

  #elapsed(from: number, to: number): number {
    return Math.min(CYCLES_MAX, Math.floor(to) - Math.floor(from));
  }

  #captures({ to, kind }: Branch): boolean {
    const ring = to < 0 ? LBR_SELECT.CPL_EQ_0 : LBR_SELECT.CPL_NEQ_0;
    return (this.#select & (SELECT_OF[kind] | ring)) === 0;
  }
}
