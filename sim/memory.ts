/**
 * Shared memory made of cells. Every touch of simulated memory is an operation on one cell, and goes either straight
 * to it or through the hook that the running call has set: so one text of kernel code runs at full speed, can be
 * suspended in the middle and re-executed, and can be interleaved with others step by step.
 *
 * Reference: docs/ARCHITECTURE.md, "One text, executed three ways".
 * Not modelled: weak memory; operations take effect in one total order, as on x86 but for its store buffers.
 */

/** One location of simulated memory. Code reaches `v` only through operations; `owner` and `name` are for messages. */
export class Cell<T = unknown> {
  v: T;
  readonly owner: object | null;
  readonly name: string;

  constructor(v: T, owner: object | null = null, name = '') {
    this.v = v;
    this.owner = owner;
    this.name = name;
  }
}

/**
 * What can be done to a cell in one indivisible step. `apply` touches its cell and nothing else.
 * `plain` operations are those on data that its owner protects (a lock, or interrupts off on its CPU): nobody can
 * come in between, so they are no scheduling points. An operation with `ready` waits until it holds.
 */
export interface Operation<T = unknown, A = unknown, R = unknown> {
  readonly name: string;
  readonly plain?: boolean;
  readonly ready?: (cell: Cell<T>, operand: A) => boolean;
  apply(cell: Cell<T>, operand: A): R;
}

/** Takes the operations of a call in place of the memory itself. */
export interface MemoryHook {
  operate<T, A, R>(operation: Operation<T, A, R>, cell: Cell<T>, operand: A): R;
  /** An effect outside the cells (a register written, a clock read): done once, its result remembered. */
  effect<R>(run: () => R): R;
  /** Makes an object: once for a call, however often it is re-executed. */
  allocate<T extends object>(make: () => T): T;
}

/** The hook of the call that is running, or null: operations are performed at once. */
export let hook: MemoryHook | null = null;

/** Sets the hook and returns the one that was set. */
export function setHook(next: MemoryHook | null): MemoryHook | null {
  const previous = hook;
  hook = next;
  return previous;
}

/** Performs `operation` on `cell`, now or when the hook sees fit. */
export function operate<T, A, R>(operation: Operation<T, A, R>, cell: Cell<T>, operand: A): R {
  return hook === null ? operation.apply(cell, operand) : hook.operate(operation, cell, operand);
}

/** Runs an effect outside the cells; a call that is re-executed gets the first run's result. */
export function effect<R>(run: () => R): R {
  return hook === null ? run() : hook.effect(run);
}

type MethodOf<T> = { [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never }[keyof T];
type Method<T, K extends keyof T> = T[K] extends (...args: infer A) => infer R ? { args: A; result: R } : never;

/**
 * The same for a method: `effect_of(this.hardware, 'local_clock')`. Code on hot paths uses it behind its own test of the
 * hook: a closure, even one that is never made, costs its function an allocation at every call.
 */
export function effect_of<T, K extends MethodOf<T>>(owner: T, name: K, ...args: Method<T, K>['args']): Method<T, K>['result'] {
  return effect(() => (owner[name] as (...all: unknown[]) => Method<T, K>['result']).apply(owner, args as unknown[]));
}

/** Makes an object of simulated memory; a call that is re-executed gets the very object of its first run. */
export function allocate<T extends object>(make: () => T): T {
  return hook === null ? make() : hook.allocate(make);
}

const LOAD: Operation = { name: 'load', plain: true, apply: (cell) => cell.v };
const STORE: Operation = {
  name: 'store',
  plain: true,
  apply: (cell, operand) => {
    cell.v = operand;
  },
};

// The paths without a hook are kept so short that the engine inlines them wherever they occur.

/** Reads a cell whose owner protects it. */
export function load<T>(cell: Cell<T>): T {
  return hook === null ? cell.v : hooked(LOAD, cell);
}

/** Writes a cell whose owner protects it. */
export function store<T>(cell: Cell<T>, value: T): void {
  if (hook === null) cell.v = value;
  else hooked(STORE, cell, value);
}

/** An operation that the hook takes. */
export function hooked<T>(operation: Operation, cell: Cell<T>, operand?: unknown): T {
  return hook!.operate(operation, cell, operand) as T;
}

/** A field that several contexts touch without a common lock: the struct exposes its cell, for the primitives. */
class SharedField<T> {
  readonly initial: T;
  constructor(initial: T) {
    this.initial = initial;
  }
}

/** Declares a field of a struct as shared: `head: shared(0)` makes `rb.head` a Cell<number>. */
export function shared<T>(initial: T): SharedField<T> {
  return new SharedField(initial);
}

type Fields = Record<string, unknown>;
type Widened<T> = T extends number ? number : T extends boolean ? boolean : T;
type StructOf<F extends Fields> = {
  [K in keyof F as F[K] extends SharedField<unknown> ? never : K]: Widened<F[K]>;
} & {
  readonly [K in keyof F as F[K] extends SharedField<unknown> ? K : never]: F[K] extends SharedField<infer T>
    ? Cell<Widened<T>>
    : never;
};

/** What every struct instance has beside its fields. */
export interface Struct {
  /** All cells of the object, in the order of declaration. */
  readonly cells: readonly Cell[];
}

/**
 * A class whose fields live in cells, declared as in C: shared fields are cells themselves, all others read and
 * write as properties. Instances are their own type: `class RingBuffer extends struct({ lost: shared(0) }) {}`.
 */
export function struct<F extends Fields>(fields: F): new () => StructOf<F> & Struct {
  const names = Object.keys(fields);
  const initials = names.map((name) => {
    const field = fields[name];
    return field instanceof SharedField ? (field.initial as unknown) : field;
  });
  const slots = names.map((name) => (fields[name] instanceof SharedField ? name : `$${name}`));
  const fill = filler(slots);
  class StructBase {
    readonly cells: readonly Cell[];
    constructor() {
      this.cells = names.map((name, i) => new Cell(initials[i], this, name));
      fill(this, this.cells);
    }
  }
  names.forEach((name, i) => {
    if (slots[i] !== name) Object.defineProperty(StructBase.prototype, name, accessor(`$${name}`));
  });
  return StructBase as unknown as new () => StructOf<F> & Struct;
}

/**
 * Puts each cell in its slot. Compiled, because an object that gets more than a dozen properties by computed names turns
 * into a hash table, five times slower to read.
 */
function filler(slots: readonly string[]): (self: object, cells: readonly Cell[]) => void {
  const stores = slots.map((slot, i) => `self.${slot} = cells[${i}];`);
  // oxlint-disable-next-line typescript/no-implied-eval -- see above; the names are those of our own structs.
  return new Function('self', 'cells', stores.join('\n')) as (self: object, cells: readonly Cell[]) => void;
}

/**
 * The property that reads and writes the cell in `slot`. Compiled per slot, because functions made by one closure
 * share their inline caches, and a shared cache that sees every slot costs five times the access itself.
 */
function accessor(slot: string): PropertyDescriptor {
  // oxlint-disable-next-line typescript/no-implied-eval -- see above; the names are those of our own structs.
  const make = new Function(
    'load', 'store',
    `return { get() { return load(this.${slot}); }, set(value) { store(this.${slot}, value); } }`,
  ) as (l: typeof load, s: typeof store) => PropertyDescriptor;
  return make(load, store);
}
