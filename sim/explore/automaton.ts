/**
 * A context as an automaton: what it does next is a function of the values that it has been answered so far.
 *
 * The automaton is a trie that grows as it is walked. A point of it is a sequence of answers, and holds the operation
 * that the context's code asks for then. Only where a new answer comes up is the code executed: again from its start,
 * its operations answered along the trie, up to the operation beyond.
 *
 * Reference: sim/call.ts for why re-execution is sound.
 * Not modelled: code that catches exceptions, or keeps state of its own from one execution to the next.
 */
import { setHook, type Cell, type MemoryHook, type Operation } from '../memory.ts';
import { Violation, type ContextSpec, type Model, type Status } from './model.ts';
import { high, low, type Store } from './store.ts';

const { is } = Object;

/** What the code asks for at a point. */
export type Kind = 'operation' | 'effect' | 'allocation' | 'end' | 'violation';

/** Values below this one have a table of their own. */
const SMALL = 32;

/** What a point's operation does to its cell, and where it leads, for one value of the cell. */
export interface Transition {
  /** The number of what the cell holds before. */
  readonly held: number;
  readonly next: Point;
  readonly changes: boolean;
  /** What it holds afterwards, with its number and what the change does to the hash. */
  readonly value: unknown;
  readonly number: number;
  readonly low: number;
  readonly high: number;
}

/** One point of a context's automaton. */
export class Point {
  /** Unique among all points of an exploration; part of the state. */
  readonly id: number;
  readonly parent: Point | null;
  /** What the operation of `parent` answered on the way here. */
  readonly answer: unknown;
  /** Operations on the way here from the start. */
  readonly depth: number;
  /** What it contributes to the hash of a state. */
  readonly low: number;
  readonly high: number;

  kind: Kind = 'end';
  status!: Status;
  // An operation:
  operation: Operation | null = null;
  cell: Cell | null = null;
  cellIndex = -1;
  operand: unknown = undefined;
  freed: Cell<boolean> | null = null;
  // An effect or an allocation:
  run: (() => unknown) | null = null;
  violation: Violation | null = null;

  /** Cells that the step which begins here has touched, and whether it can have no influence on other contexts. */
  readonly touched = new Set<number>();
  quiet = true;
  /** When `quiet` was found out: a number that changes with all that it depends on. */
  checkedAt = -1;

  // Most points have one transition and one child, and most values are small numbers: they are kept apart from the maps.
  #transition: Transition | null = null;
  #ofSmall: (Transition | undefined)[] | null = null;
  #ofOthers: Map<number, Transition> | null = null;
  #answer: unknown = undefined;
  #child: Point | null = null;
  #children: Map<unknown, Point> | null = null;

  constructor(id: number, slot: number, parent: Point | null, answer: unknown) {
    this.id = id;
    this.parent = parent;
    this.answer = answer;
    this.depth = parent === null ? 0 : parent.depth + 1;
    this.low = low(slot, id);
    this.high = high(slot, id);
  }

  /** The context has begun and not ended. */
  get isActive(): boolean {
    return this.parent !== null && this.kind !== 'end';
  }

  /** What happens here if the cell holds the value of that number; null if that has not come up before. */
  on(held: number): Transition | null {
    if (this.#transition !== null && this.#transition.held === held) return this.#transition;
    return (held < SMALL ? this.#ofSmall?.[held] : this.#ofOthers?.get(held)) ?? null;
  }

  learn(transition: Transition): Transition {
    const { held } = transition;
    if (this.#transition === null) this.#transition = transition;
    else if (held < SMALL) (this.#ofSmall ??= Array.from<undefined>({ length: SMALL }))[held] = transition;
    else (this.#ofOthers ??= new Map()).set(held, transition);
    return transition;
  }

  child(answer: unknown): Point | null {
    if (this.#child !== null && is(this.#answer, answer)) return this.#child;
    return this.#children?.get(answer) ?? null;
  }

  add(child: Point): Point {
    if (this.#child === null) {
      this.#child = child;
      this.#answer = child.answer;
    } else {
      this.#children ??= new Map();
      this.#children.set(child.answer, child);
    }
    return child;
  }

  /** The answers on the way here, first to last. */
  answers(): unknown[] {
    const answers: unknown[] = [];
    let { parent, answer }: Point = this;
    for (; parent !== null; { parent, answer } = parent) answers.push(answer);
    return answers.toReversed();
  }
}

/** Thrown through the code when it has reached the operation that is asked for. */
const REACHED: unique symbol = Symbol('reached');

/** The points of one context. */
export class Automaton implements MemoryHook {
  readonly root: Point;
  /** Executions of the code so far. */
  executions = 0;
  readonly #spec: ContextSpec;
  readonly #context: number;
  readonly #model: Model;
  readonly #store: Store;
  readonly #nextId: () => number;
  #answers: unknown[] = [];
  #position = 0;
  #point!: Point;
  #visit: () => void = () => {};

  constructor(context: number, model: Model, store: Store, nextId: () => number) {
    this.#context = context;
    this.#spec = model.contexts[context]!;
    this.#model = model;
    this.#store = store;
    this.#nextId = nextId;
    this.root = this.#discover(null, undefined);
  }

  /** The point after `point`, whose operation has answered `answer`. */
  next(point: Point, answer: unknown): Point {
    return point.child(answer) ?? point.add(this.#discover(point, answer));
  }

  #discover(parent: Point | null, answer: unknown): Point {
    const point = new Point(this.#nextId(), this.#context, parent, answer);
    this.#point = point;
    this.#answers = point.answers();
    this.#position = 0;
    this.executions++;
    const outer = setHook(this);
    try {
      this.#model.enter(this.#context);
      this.#spec.run();
      point.kind = 'end';
      point.status = this.#model.status(null);
    } catch (thrown) {
      if (thrown !== REACHED) this.#broken(point, thrown);
    } finally {
      setHook(outer);
    }
    return point;
  }

  /** Executes the code once more up to `point`, and calls `visit` at each operation on the way, from within the code. */
  retrace(point: Point, visit: () => void): void {
    this.#point = new Point(point.id, this.#context, null, undefined);
    this.#answers = point.answers();
    this.#position = 0;
    this.#visit = visit;
    const outer = setHook(this);
    try {
      this.#model.enter(this.#context);
      this.#spec.run();
    } catch (thrown) {
      if (thrown !== REACHED && point.kind !== 'violation') throw thrown;
    } finally {
      this.#visit = () => {};
      setHook(outer);
    }
  }

  operate<T, A, R>(operation: Operation<T, A, R>, cell: Cell<T>, operand: A): R {
    this.#visit();
    if (this.#position < this.#answers.length) {
      this.#model.observe(operation as Operation, cell);
      return this.#answers[this.#position++] as R;
    }
    const point = this.#point;
    point.kind = 'operation';
    point.operation = operation as Operation;
    point.cell = cell;
    point.cellIndex = this.#store.indexOf(cell);
    point.operand = operand;
    point.freed = this.#model.freedFlag(cell);
    point.status = this.#model.status(operation as Operation);
    // oxlint-disable-next-line no-throw-literal -- not an error: the way out of the code, allocated once.
    throw REACHED;
  }

  effect<R>(run: () => R): R {
    return this.#outside('effect', run);
  }

  allocate<T extends object>(make: () => T): T {
    let made: T | null = null;
    // The object belongs to the point: every execution that comes this way gets it.
    return this.#outside('allocation', () => (made ??= make()));
  }

  #outside<R>(kind: Kind, run: () => R): R {
    this.#visit();
    if (this.#position < this.#answers.length) return this.#answers[this.#position++] as R;
    this.#point.kind = kind;
    this.#point.run = run;
    this.#point.status = this.#model.status(null);
    // oxlint-disable-next-line no-throw-literal -- see above.
    throw REACHED;
  }

  #broken(point: Point, thrown: unknown): void {
    point.kind = 'violation';
    point.violation = this.#model.violation(thrown);
    point.status = { masks: 0, section: 0 };
  }
}
