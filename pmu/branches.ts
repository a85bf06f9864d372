/**
 * Which branches a code takes, and when.
 *
 * A code does one turn after the other: a turn is a cycle of branches that are taken, and some that are not. Its length follows from the location's rate of
 * `branches`, of which all of these are one each; a function of a mixture has its share of it. So how many have been taken by a cycle is arithmetic.
 * The mispredicted ones are spread evenly, as often as `branch-misses` has it, over those whose way or target is predicted: conditional and indirect
 * ones and returns. Misses of branches that are not taken are attributed to these, too.
 * Reference: Intel SDM 3B, "Last Branch, Interrupt, and Exception Recording", for what a record says of a branch.
 * Not modelled: branches whose way depends on data; transactions.
 */
import { INSTRUCTION_BYTES, SIGNALS, type Location } from './location.ts';

export const NEAR_BRANCHES = ['conditional', 'jump', 'indirect jump', 'call', 'indirect call', 'return'] as const;
export type BranchKind =
  | (typeof NEAR_BRANCHES)[number]
  /** Far branches: into the kernel and out of it. An interrupt comes at any instruction. */
  | 'syscall' | 'sysret' | 'interrupt' | 'iret';

export interface Branch {
  /** Addresses of the instruction, and of where it leads. */
  readonly from: number;
  readonly to: number;
  readonly kind: BranchKind;
}

/** How control flows through a code. */
export interface Flow {
  /** One turn of branches that are taken; absent: the code is a loop over its whole text, and a mixture does a turn of each function, one behind the other. */
  readonly taken?: readonly Branch[];
  /** Branches of a turn that are not taken. */
  readonly notTaken?: number;
  /** How the kernel comes to execute it, if not by a system call. */
  readonly entry?: 'interrupt';
}

/** A place in one of a program's functions, as perf prints it: `parse+0x1c`, or `parse` alone. */
const PLACE = /^(.+?)(?:\+0x([0-9a-f]+))?$/;

/** The address of a place; undefined if its function does not exist, or has no instruction there. */
function address_of(code: Readonly<Record<string, Location>>, place: string): number | undefined {
  const [, symbol, offset = '0'] = PLACE.exec(place)!;
  const distance = Number.parseInt(offset, 16);
  if (!Object.hasOwn(code, symbol)) return undefined;
  const { start, length } = code[symbol];
  return distance < length && distance % INSTRUCTION_BYTES === 0 ? start + distance : undefined;
}

/** Branches by their places: from, to, and kind. */
export function branches(code: Readonly<Record<string, Location>>, table: readonly (readonly [from: string, to: string, kind: BranchKind])[]): Branch[] {
  return table.map(([from, to, kind]) => ({ from: address_of(code, from)!, to: address_of(code, to)!, kind }));
}

/** Kinds of which the processor predicts something that may turn out otherwise. */
const PREDICTED: readonly BranchKind[] = ['conditional', 'indirect jump', 'indirect call', 'return'];

const BRANCHES = SIGNALS.indexOf('branches');
const BRANCH_MISSES = SIGNALS.indexOf('branch-misses');

/** A straight piece of code, both ends included: from where a branch has led to the next one. */
export interface Block {
  readonly start: number;
  readonly end: number;
}

/** The address of a code's last instruction. */
export function last_instruction({ start, length }: Location): number {
  return start + INSTRUCTION_BYTES * (Math.floor(length / INSTRUCTION_BYTES) - 1);
}

/** Whether the address lies in the code. */
export function contains({ start, length }: Location, address: number): boolean {
  return address >= start && address < start + length;
}

/** The branches of a location by number, from the first that it takes. */
export class Turn {
  readonly taken: readonly Branch[];
  /** Cycles that a turn lasts; Infinity: the code has no branches. */
  readonly cycles: number;
  /** For each branch of a turn, the cycle of the turn in which it is taken. */
  readonly #ends: readonly number[];
  /** Mispredictions per branch that is predicted; and for each branch of a turn, how many of those are in front of it. */
  readonly #misses: number;
  readonly #predictedBefore: readonly number[];

  constructor(location: Location) {
    const { taken, notTaken } = flow_of(location);
    this.taken = taken;
    this.cycles = (taken.length + notTaken) / location.rates[BRANCHES];
    this.#ends = cumulated(shares(location, taken)).map((share) => share * this.cycles);
    const predicted = taken.map(({ kind }) => (PREDICTED.includes(kind) ? 1 : 0));
    this.#predictedBefore = [0, ...cumulated(predicted)];
    this.#misses = Math.min(1, (location.rates[BRANCH_MISSES] * this.cycles) / this.#predictedBefore.at(-1)!);
  }

  branch(n: number): Branch {
    return this.taken[n % this.taken.length];
  }

  /** Cycles into the code when branch `n` is taken. */
  at(n: number): number {
    const { length } = this.taken;
    if (n < 0) return 0;
    return this.cycles === Infinity ? Infinity : Math.floor(n / length) * this.cycles + this.#ends[n % length];
  }

  /** How many branches have been taken when the code has been executed for `cycles`. */
  count(cycles: number): number {
    if (this.cycles === Infinity) return 0;
    let n = Math.floor(cycles / this.cycles) * this.taken.length;
    // The quotient may have been rounded to the next turn.
    while (n > 0 && this.at(n - 1) > cycles) n--;
    while (this.at(n) <= cycles) n++;
    return n;
  }

  isMispredicted(n: number): boolean {
    const { length } = this.taken;
    const i = n % length;
    if (this.#predictedBefore[i] === this.#predictedBefore[i + 1]) return false;
    const before = Math.floor(n / length) * this.#predictedBefore[length] + this.#predictedBefore[i];
    return Math.floor((before + 1) * this.#misses) > Math.floor(before * this.#misses);
  }

  /** Where execution is between branch `n` − 1 and branch `n`. */
  block(n: number): Block {
    return { start: this.branch(n + this.taken.length - 1).to, end: this.branch(n).from };
  }
}

function flow_of(location: Location): { taken: readonly Branch[]; notTaken: number } {
  const { flow, parts } = location;
  if (flow?.taken !== undefined) return { taken: flow.taken, notTaken: flow.notTaken ?? 0 };
  if (parts !== undefined) return one_behind_the_other(parts.map((part) => part.location));
  const loop: Branch = { from: last_instruction(location), to: location.start, kind: 'conditional' };
  return { taken: [loop], notTaken: flow?.notTaken ?? 0 };
}

/** A turn of each function, and a jump to the place where the next one's begins. */
function one_behind_the_other(functions: readonly Location[]): { taken: readonly Branch[]; notTaken: number } {
  const flows = functions.map(flow_of);
  const head = (i: number): number => flows[i % flows.length].taken.at(-1)!.to;
  const jump = (i: number): Branch[] => (flows.length === 1 ? [] : [{ from: last_instruction(functions[i]), to: head(i + 1), kind: 'jump' }]);
  return {
    taken: flows.flatMap(({ taken }, i) => [...taken, ...jump(i)]),
    notTaken: flows.reduce((sum, { notTaken }) => sum + notTaken, 0),
  };
}

/** The share of a turn's cycles in front of each branch: even, or in a mixture as much as the branch's function has for each of its branches. */
function shares({ parts }: Location, taken: readonly Branch[]): readonly number[] {
  const weights = taken.map(({ from }) => {
    const part = parts?.find(({ location }) => contains(location, from));
    if (part === undefined) return 1;
    return part.share / taken.filter((other) => contains(part.location, other.from)).length;
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function cumulated(values: readonly number[]): readonly number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}
