/**
 * A call that may have to wait: re-executed from its start, against a log of what its operations returned.
 *
 * Kernel code consists of plain functions. When one must wait (a mutex is held, a task sleeps), it is abandoned by a
 * throw; once it can go on, the call runs again from the top, each operation answered from the log, until it is where
 * it was. That is sound because a call's local state is a function of the values it has read.
 *
 * Reference: docs/ARCHITECTURE.md, "One text, executed three ways".
 * Not modelled: calls that catch exceptions; kernel code must not (a test forbids the keyword, and whoever does it is told).
 */
import { setHook, type Cell, type MemoryHook, type Operation } from './memory.ts';

/** Thrown through a call that cannot go on; carries nothing, so that one object serves them all. */
export const SUSPENDED: unique symbol = Symbol('suspended');

/** What is said of code that went on although it had been abandoned. */
export const CAUGHT = 'it catches the exception by which a call waits, where kernel code may catch nothing';

/** The log of one call's operations, and the place where it stopped. */
export class Call<R = unknown> implements MemoryHook {
  readonly run: () => R;
  /** The operation that the call waits for, after `resume` has returned SUSPENDED. */
  blockedOn: { operation: Operation; cell: Cell; operand: unknown } | null = null;
  readonly #log: unknown[] = [];
  #position = 0;

  constructor(run: () => R) {
    this.run = run;
  }

  /** Runs the call as far as it goes; SUSPENDED if it waits. */
  resume(): R | typeof SUSPENDED {
    this.#position = 0;
    this.blockedOn = null;
    const outer = setHook(this);
    try {
      const result = this.run();
      this.#notLeft();
      return result;
    } catch (thrown) {
      if (thrown !== SUSPENDED) throw thrown;
      return SUSPENDED;
    } finally {
      setHook(outer);
    }
  }

  /** Whether the operation that the call waits for can now be performed. */
  get ready(): boolean {
    const wait = this.blockedOn;
    return wait === null || wait.operation.ready === undefined || wait.operation.ready(wait.cell, wait.operand);
  }

  /** Nothing comes after the operation that must wait. */
  #notLeft(): void {
    if (this.blockedOn !== null) throw new Error(CAUGHT);
  }

  operate<T, A, V>(operation: Operation<T, A, V>, cell: Cell<T>, operand: A): V {
    if (this.#position < this.#log.length) return this.#log[this.#position++] as V;
    this.#notLeft();
    if (operation.ready !== undefined && !operation.ready(cell, operand)) {
      this.blockedOn = { operation: operation as Operation, cell: cell, operand };
      // oxlint-disable-next-line no-throw-literal -- not an error: the way out of the call, allocated once.
      throw SUSPENDED;
    }
    const value = operation.apply(cell, operand);
    this.#log.push(value);
    this.#position++;
    return value;
  }

  effect<V>(run: () => V): V {
    if (this.#position < this.#log.length) return this.#log[this.#position++] as V;
    this.#notLeft();
    const outer = setHook(null);
    const value = run();
    setHook(outer);
    this.#log.push(value);
    this.#position++;
    return value;
  }

  allocate<T extends object>(make: () => T): T {
    return this.effect(make);
  }
}
