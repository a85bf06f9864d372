/**
 * A task's user space: a program that yields what it wants done, and what the scheduler knows of it.
 *
 * Reference: docs/ARCHITECTURE.md, "In time".
 * Not modelled: memory of the program; a program is a generator with the variables that it has.
 */
import type { Call } from '../../sim/call.ts';
import type { Location } from '../../pmu/location.ts';
import type { SigInfo, TaskStruct } from '../structs/index.ts';

/** One thing that a program asks for. */
export type Step =
  /** Run code for so many cycles of CPU time; Infinity: until a signal. */
  | { readonly kind: 'run'; readonly location: Location; readonly cycles: number }
  /** A system call: kernel text that runs to its end, or to where it must wait, which only calls with `waits` do. */
  | { readonly kind: 'call'; readonly call: () => unknown; readonly waits: boolean }
  /** The scheduler may move the task to an idler CPU, as it does at exec. */
  | { readonly kind: 'balance' };

/** A program's generator; what it returns is lost, as an exit status would be here. */
export type Program<R = void> = Generator<Step, R, unknown>;

/** Runs `location` for `cycles`. */
export function* run(location: Location, cycles: number): Program {
  yield { kind: 'run', location, cycles };
}

/** Makes a system call and returns its result. It takes locks, but waits for nothing else. */
export function* call<R>(make: () => R): Program<R> {
  return (yield { kind: 'call', call: make, waits: false }) as R;
}

/** Makes a system call in which the task may sleep, or waits for an interrupt's end as one that frees events does. */
export function* waiting_call<R>(make: () => R): Program<R> {
  return (yield { kind: 'call', call: make, waits: true }) as R;
}

/** CPU time in cycles, by where it was spent. */
export interface CpuTimes {
  user: number;
  system: number;
}

export class Thread {
  readonly task: TaskStruct;
  readonly program: Program;
  /** Handlers that the program has installed with sigaction(2). */
  readonly handlers = new Map<number, (info: SigInfo) => void>();
  /** The system call that waits, or waits to be entered. */
  pending: Call | null = null;
  /** What the next step of the program is given. */
  result: unknown = undefined;
  /** The code that it runs, and the cycles of CPU time that are left of it. */
  segment: { location: Location; remaining: number } | null = null;
  /** The user code that it ran last. */
  user: Location | null = null;
  /** What it has used itself, and what children of it that have ended have. */
  readonly times: CpuTimes = { user: 0, system: 0 };
  readonly childrenTimes: CpuTimes = { user: 0, system: 0 };
  /** A wake-up is on its way. */
  waking = false;
  /** CPUs it may run on; null: all. */
  affinity: readonly number[] | null = null;

  constructor(task: TaskStruct, program: Program) {
    this.task = task;
    this.program = program;
  }
}
