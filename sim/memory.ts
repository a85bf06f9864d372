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
 * come in between, so they are no scheduling points. An operation with `ready` waits until it holds, which depends on
 * nothing but its cell, and the cells that it `watches` besides.
 */
export interface Operation<T = unknown, A = unknown, R = unknown> {
  readonly name: string;
  readonly plain?: boolean;
  readonly ready?: (cell: Cell<T>, operand: A) => boolean;
  readonly watches?: (operand: A) => readonly Cell[];
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

/** The same where the compiled accessors of structs find it. */
const memory = { hook: hook as MemoryHook | null };

/** Sets the hook and returns the one that was set. */
export function setHook(next: MemoryHook | null): MemoryHook | null {
  const previous = hook;
  hook = next;
  memory.hook = next;
  return previous;
}

/** Performs `operation` on `cell`, now or when the hook sees fit. Without a hook nothing can wait. */
export function operate<T, A, R>(operation: Operation<T, A, R>, cell: Cell<T>, operand: A): R {
  if (hook !== null) return hook.operate(operation, cell, operand);
  if (operation.ready !== undefined && !operation.ready(cell, operand)) throw new Error(`${operation.name} would have to wait, where nothing can`);
  return operation.apply(cell, operand);
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
  readonly shared = true;
  constructor(initial: T) {
    this.initial = initial;
  }
}

/** Declares a field of a struct as shared: `head: shared(0)` makes `rb.head` a Cell<number>. */
export function shared<T>(initial: T): SharedField<T> {
  return new SharedField(initial);
}

/** A field that holds numbers beyond 31 bits, or fractions. */
class WideField {
  readonly initial: number;
  readonly bits = 64;
  constructor(initial: number) {
    this.initial = initial;
  }
}

/** Declares a field of 64 bits: `count: u64(0)` is a number like any other. */
export function u64(initial: number): WideField {
  return new WideField(initial);
}

type Fields = Record<string, unknown>;
type Widened<T> = T extends number | WideField ? number : T extends boolean ? boolean : T;
type StructOf<F extends Fields> = {
  [K in keyof F as F[K] extends SharedField<unknown> ? never : K]: Widened<F[K]>;
} & {
  readonly [K in keyof F as F[K] extends SharedField<unknown> ? K : never]: F[K] extends SharedField<infer T>
    ? Cell<Widened<T>>
    : never;
};

/** What every struct instance has beside its fields. */
export interface Struct {
  /** All fields of the object as cells, in the order of declaration. */
  readonly cells: readonly Cell[];
}

/** A field that its struct holds itself, as the cell that hooks take it for. */
class FieldCell implements Cell {
  readonly owner: Record<string, unknown>;
  readonly name: string;
  readonly #slot: string;

  constructor(owner: Record<string, unknown>, name: string) {
    this.owner = owner;
    this.name = name;
    this.#slot = slotOf(name);
  }

  get v(): unknown {
    return this.owner[this.#slot];
  }

  set v(value: unknown) {
    this.owner[this.#slot] = value;
  }
}

const SLOT = '_';

/** Where a struct holds the value of a field that is not shared. */
function slotOf(name: string): string {
  return SLOT + name;
}

/** What an object has beside its fields: the structs embedded in it, and constants. */
export function parts(object: object): [name: string, part: unknown][] {
  return Object.entries(object).filter(([name]) => !name.startsWith(SLOT));
}

/**
 * A class whose fields are declared as in C: shared fields are cells, all others read and write as properties, and are
 * cells to hooks alone. Instances are their own type: `class RingBuffer extends struct({ lost: shared(0) }) {}`.
 */
export function struct<F extends Fields>(fields: F): new () => StructOf<F> & Struct {
  const names = Object.keys(fields);
  const plain = names.filter((name) => !(fields[name] instanceof SharedField));

  class StructBase {
    #cells: Cell[] | null = null;

    get cells(): readonly Cell[] {
      const self = this as unknown as Record<string, unknown>;
      this.#cells ??= names.map((name) => (plain.includes(name) ? new FieldCell(self, name) : (self[name] as Cell)));
      return this.#cells;
    }
  }
  return compiled(fields, StructBase) as new () => StructOf<F> & Struct;
}

/** How a hook reads and how it writes the field at `index` of a struct. */
function hookedAccess(index: number): [load: (self: Struct) => unknown, store: (self: Struct, value: unknown) => void] {
  return [(self) => hook!.operate(LOAD, self.cells[index], undefined), (self, value) => hook!.operate(STORE, self.cells[index], value) as void];
}

/**
 * The class with its constructor and its accessors. Compiled for each struct, because functions made by one closure share
 * their inline caches, and because an object that gets its properties by computed names is slow to read. The accessors
 * are below the size (27 bytes of V8's bytecode) up to which the engine inlines whatever it meets.
 */
function compiled(fields: Fields, base: new () => Struct): new () => object {
  const names = Object.keys(fields);
  const members = names.map((name) => {
    const field = fields[name];
    if (field instanceof SharedField) return [`this.${name} = new Cell(fields.${name}.initial, this, '${name}');`, ''];
    const slot = `this.${slotOf(name)}`;
    // The engine must see that both ways yield a number, or it makes an object of each that it reads.
    const number = field instanceof WideField ? '+' : '';
    return [
      initialiser(name, field, slot),
      `get ${name}() { return memory.hook === null ? ${slot} : ${number}load_${name}(this); },
       set ${name}(value) { if (memory.hook !== null) return store_${name}(this, value); ${slot} = value; },`,
    ];
  });
  const captured = names.flatMap((name) => [`load_${name}`, `store_${name}`]);
  // oxlint-disable-next-line typescript/no-implied-eval -- see above; the names are those of our own structs.
  const make = new Function('Base', 'Cell', 'memory', 'fields', ...captured, `
    class Struct extends Base {
      constructor() {
        super();
        ${members.map(([initialise]) => initialise).join('\n')}
      }
    }
    // Outside of the class, whose scope would stand between the accessors and what they use.
    const accessors = { ${members.map(([, accessors]) => accessors).join('')} };
    Object.defineProperties(Struct.prototype, Object.getOwnPropertyDescriptors(accessors));
    return Struct;
  `) as (...all: unknown[]) => new () => object;
  return make(base, Cell, memory, fields, ...names.flatMap((_, index) => hookedAccess(index)));
}

function initialiser(name: string, field: unknown, slot: string): string {
  // The engine gives a field the type of what is stored first, and throws code away when it finds that to be too narrow.
  if (field instanceof WideField) return `${slot} = 0.5; ${slot} = ${field.initial};`;
  const isLiteral = field === null || typeof field === 'number' || typeof field === 'boolean';
  return `${slot} = ${isLiteral ? String(field) : `fields.${name}`};`;
}
