/**
 * The kernel's own primitives: the only door to shared cells. Each is one indivisible step, and the point at which
 * another CPU or an interrupt may come in just before it.
 *
 * Reference: Documentation/atomic_ops.txt, memory-barriers.txt and include/linux/{mutex,spinlock,rcupdate}.h of v3.2.
 * Not modelled: barriers (memory is sequentially consistent here), priority inheritance, mutex spinning.
 */
import { allocate, hook, hooked, operate, shared, struct, type Cell, type Operation } from '../sim/memory.ts';

const READ: Operation = { name: 'read', apply: (cell) => cell.v };
const WRITE: Operation = {
  name: 'write',
  apply: (cell, value) => {
    cell.v = value;
  },
};

export function READ_ONCE<T>(cell: Cell<T>): T {
  return hook === null ? cell.v : hooked(READ, cell);
}

export function WRITE_ONCE<T>(cell: Cell<T>, value: T): void {
  if (hook === null) cell.v = value;
  else hooked(WRITE, cell, value);
}

/** Reads a pointer that RCU protects. */
export const rcu_dereference = READ_ONCE;

/** Publishes a pointer to readers under RCU. */
export const rcu_assign_pointer = WRITE_ONCE;

const XCHG: Operation = {
  name: 'xchg',
  apply: (cell, value) => {
    const old = cell.v;
    cell.v = value;
    return old;
  },
};

/** Writes `value`, returns what was there. */
export function xchg<T>(cell: Cell<T>, value: T): T {
  return operate(XCHG, cell as Cell, value) as T;
}

const CMPXCHG: Operation<unknown, { old: unknown; value: unknown }> = {
  name: 'cmpxchg',
  apply: (cell, { old, value }) => {
    const found = cell.v;
    if (found === old) cell.v = value;
    return found;
  },
};

/** Writes `value` if the cell holds `old`; returns what was there. */
export function cmpxchg<T>(cell: Cell<T>, old: T, value: T): T {
  if (hook !== null) return operate(CMPXCHG, cell as Cell, { old, value }) as T;
  const found = cell.v;
  if (found === old) cell.v = value;
  return found;
}

const ADD_RETURN: Operation<number, number, number> = {
  name: 'add',
  apply: (cell, delta) => (cell.v += delta),
};

/** Adds `delta`, returns the new value. Also the local_t operations, which are atomic against interrupts alone. */
export function atomic_add_return(cell: Cell<number>, delta: number): number {
  return hook === null ? (cell.v += delta) : operate(ADD_RETURN, cell, delta);
}

export function atomic_inc(cell: Cell<number>): void {
  atomic_add_return(cell, 1);
}

export function atomic_dec_and_test(cell: Cell<number>): boolean {
  return atomic_add_return(cell, -1) === 0;
}

const INC_NOT_ZERO: Operation<number, undefined, boolean> = {
  name: 'inc_not_zero',
  apply: (cell) => {
    if (cell.v === 0) return false;
    cell.v++;
    return true;
  },
};

/** Takes a reference unless the object is already dying. */
export function atomic_inc_not_zero(cell: Cell<number>): boolean {
  return operate(INC_NOT_ZERO, cell, undefined);
}

const ADD_UNLESS: Operation<number, { delta: number; unless: number }, boolean> = {
  name: 'add_unless',
  apply: (cell, { delta, unless }) => {
    if (cell.v === unless) return false;
    cell.v += delta;
    return true;
  },
};

/** A lock that its waiters sleep for. `holder` is what took it: a task, or whatever the caller runs as. */
export class Mutex extends struct({ locked: shared(false) }) {}

const MUTEX_LOCK: Operation<boolean, undefined, void> = {
  name: 'mutex_lock',
  ready: (cell) => !cell.v,
  apply: (cell) => {
    cell.v = true;
  },
};
const MUTEX_UNLOCK: Operation<boolean, undefined, void> = {
  name: 'mutex_unlock',
  apply: (cell) => {
    cell.v = false;
  },
};

/** Takes the mutex, sleeping while another holds it. Process context only. */
export function mutex_lock(mutex: Mutex): void {
  operate(MUTEX_LOCK, mutex.locked, undefined);
}

export function mutex_unlock(mutex: Mutex): void {
  operate(MUTEX_UNLOCK, mutex.locked, undefined);
}

/** Decrements `cell`; if that makes it zero, it is done under `mutex`, which is then held, and the answer is true. */
export function atomic_dec_and_mutex_lock(cell: Cell<number>, mutex: Mutex): boolean {
  if (operate(ADD_UNLESS, cell, { delta: -1, unless: 1 })) return false;
  mutex_lock(mutex);
  if (atomic_dec_and_test(cell)) return true;
  mutex_unlock(mutex);
  return false;
}

/** A lock taken with interrupts off; its waiters spin. */
export class SpinLock extends struct({ locked: shared(false) }) {}

const SPIN_LOCK: Operation<boolean, undefined, void> = { ...MUTEX_LOCK, name: 'spin_lock' };
const SPIN_UNLOCK: Operation<boolean, undefined, void> = { ...MUTEX_UNLOCK, name: 'spin_unlock' };

export function spin_lock_irqsave(lock: SpinLock): void {
  operate(SPIN_LOCK, lock.locked, undefined);
}

export function spin_unlock_irqrestore(lock: SpinLock): void {
  operate(SPIN_UNLOCK, lock.locked, undefined);
}

/** Waits by looking again and again (cpu_relax). */
const SPIN: Operation<unknown, (value: unknown) => boolean> = {
  name: 'spin',
  ready: (cell, condition) => condition(cell.v),
  apply: (cell) => cell.v,
};

/** Waits until `condition`, which looks at nothing else, holds for what the cell holds; returns that. */
export function operate_when<T>(cell: Cell<T>, condition: (value: T) => boolean): T {
  return operate(SPIN as Operation<T, (value: T) => boolean, T>, cell, condition);
}

/** Until what the sleeper waits for, and where signals for it are pending. */
interface Sleep<T> {
  readonly condition: (value: T) => boolean;
  readonly signals: Cell<number>;
}

/** Waits in schedule(): somebody has to wake the task before it looks again. */
const SLEEP: Operation<unknown, Sleep<unknown>> = {
  name: 'sleep',
  ready: (cell, { condition, signals }) => condition(cell.v) || signals.v !== 0,
  watches: ({ signals }) => [signals],
  apply: (cell) => cell.v,
};

/** Sleeps until `condition`, which looks at nothing else, holds for what the cell holds, or one of `signals` is pending. */
export function sleep_until<T>(cell: Cell<T>, signals: Cell<number>, condition: (value: T) => boolean): void {
  operate(SLEEP as Operation<T, Sleep<T>>, cell, { condition, signals });
}

/** Allocates a zeroed object: once, however often the call is re-executed. */
export function kzalloc<T extends object>(make: () => T): T {
  return allocate(make);
}
