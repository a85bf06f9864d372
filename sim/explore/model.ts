/**
 * What the explorer is given to explore: contexts that run code over cells, and who may interrupt whom.
 *
 * Reference: Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems" (1996), for the terms.
 * Not modelled: priorities among contexts of one level; real time.
 */
import type { Cell, Operation } from '../memory.ts';

/** One thread of control: a task, or an interrupt handler that may start when its first operation is ready. */
export interface ContextSpec {
  readonly name: string;
  /** Contexts of one processor preempt each other by level alone: the highest active one runs. */
  readonly processor: number;
  /** 0 for tasks; contexts of a level above 0 of one processor run one at a time. */
  readonly level: number;
  /** After its end it can start again from the top (an interrupt vector). */
  readonly repeats?: boolean;
  run(): void;
}

/** What holds of a context at a scheduling point, as a function of what it has done. */
export interface Status {
  /** Contexts of this processor with a level up to this one cannot start (interrupts are off). */
  readonly masks: number;
  /** The section (of RCU readers, say) that the context is inside; 0 for none. Each section has its own number. */
  readonly section: number;
}

/** Something that must never happen, by the name that its finder would give it. */
export class Violation extends Error {
  readonly kind: string;
  constructor(kind: string, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The world as the model sees it while a step is taken. */
export interface Ground {
  readonly contexts: readonly ContextSpec[];
  /** The context that is stepping. */
  readonly running: number;
  status(context: number): Status;
  /** Whether the context has ended, or waits to be started. */
  isIdle(context: number): boolean;
  hasEnded(context: number): boolean;
  /** The operation at which the context stands; null if it has ended. */
  pending(context: number): { readonly operation: Operation; readonly cell: Cell } | null;
}

/** The rules beyond cells and levels. Its own state lives in cells, too. */
export interface Model {
  readonly contexts: readonly ContextSpec[];
  /** Contexts that go as far as they can, one after the other, before the exploration begins. */
  readonly prelude: readonly number[];
  /** Given the world before the first step. */
  attach(ground: Ground): void;
  /** A context begins, or is re-executed from its start. */
  enter(context: number): void;
  /** The context has performed an operation, perhaps in a re-execution. */
  observe(operation: Operation, cell: Cell): void;
  /** What holds at the point that the context has reached; throws a Violation if `next` must not be done there. */
  status(next: Operation | null): Status;
  /** The cell that says whether the object that `cell` belongs to has been freed; null if it never is. */
  freedFlag(cell: Cell): Cell<boolean> | null;
  /** All cells that freeing through `flag` makes unusable. */
  poisonedBy(flag: Cell): readonly Cell[];
  /** The context has left the section in which it was. */
  left(context: number): void;
  /** Turns what was thrown through a context into a Violation; rethrows what is none. */
  violation(thrown: unknown): Violation;
  /** Judges a state in which no context can step. Throws a Violation. */
  judge(): void;
}

/** A model of contexts that only read and write cells; all must end. */
export class PlainModel implements Model {
  readonly contexts: readonly ContextSpec[];
  readonly prelude: readonly number[];
  protected ground!: Ground;
  constructor(contexts: readonly ContextSpec[], prelude: readonly number[] = []) {
    this.contexts = contexts;
    this.prelude = prelude;
  }
  attach(ground: Ground): void {
    this.ground = ground;
  }
  enter(_context: number): void {}
  observe(_operation: Operation, _cell: Cell): void {}
  status(_next: Operation | null): Status {
    return NOTHING_HELD;
  }
  freedFlag(_cell: Cell): Cell<boolean> | null {
    return null;
  }
  poisonedBy(_flag: Cell): readonly Cell[] {
    return [];
  }
  left(_context: number): void {}
  violation(thrown: unknown): Violation {
    if (thrown instanceof Violation) return thrown;
    throw thrown;
  }
  judge(): void {
    const stuck = this.contexts.filter((_, context) => !this.ground.isIdle(context));
    if (stuck.length > 0) throw new Violation('deadlock', `${stuck.map(({ name }) => name).join(' and ')} wait for each other`);
  }
}

export const NOTHING_HELD: Status = { masks: 0, section: 0 };
