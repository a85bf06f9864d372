/**
 * A context as an automaton: what it does next is a function of the values that it has been answered so far.
 *
 * The automaton is a trie that grows as it is walked. A point of it is a sequence of answers, and holds the operation
 * that the context's code asks for then. Only where a new answer comes up is the code executed: again from its start,
 * its operations answered along the trie, up to the operation beyond, and on from there as if it ran alone.
 *
 * Reference: sim/call.ts for why re-execution is sound.
 * Not modelled: code that catches exceptions (which it is told), or keeps state of its own from one execution to the next.
 */
import { CAUGHT } from '../call.ts';
import { setHook, type Cell, type MemoryHook, type Operation } from '../memory.ts';
import { NOTHING_HELD, type ContextSpec, type Model, type Status, type Violation } from './model.ts';
import type { Standing } from './standing.ts';
import { high, low, type Store } from './store.ts';

const { is } = Object;

/** What the code asks for at a point. */
export type Kind = 'operation' | 'effect' | 'allocation' | 'end' | 'violation';

/** In place of the time at which something was found out. */
export const NEVER = -1;

const NO_CELLS: readonly number[] = [];

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

  readonly kind: Kind;
  status: Status = NOTHING_HELD;
  // An operation:
  operation: Operation | null = null;
  cell: Cell | null = null;
  cellIndex = -1;
  operand: unknown = undefined;
  freed: Cell<boolean> | null = null;
  /** The other cells on which it depends whether it is ready. */
  watched: readonly number[] = NO_CELLS;
  // An effect or an allocation:
  run: (() => unknown) | null = null;
  violation: Violation | null = null;

  /** Cells that the step which begins here has touched, and whether it can have no influence on other contexts. */
  touched: Set<number> | null = null;
  quiet = true;
  /** When `quiet` was found out: a number that changes with all that it depends on. */
  checkedAt = NEVER;

  // Most points have one child.
  #answer: unknown = undefined;
  #child: Point | null = null;
  #children: Map<unknown, Point> | null = null;

  constructor(id: number, slot: number, parent: Point | null, answer: unknown, kind: Kind) {
    this.id = id;
    this.kind = kind;
    this.parent = parent;
    this.answer = answer;
    this.depth = parent === null ? 0 : parent.depth + 1;
    this.low = low(slot, id);
    this.high = high(slot, id);
  }

  /** Nobody can come before what is done here: data that is protected, an effect, an allocation. */
  get isPlain(): boolean {
    return this.operation === null ? this.run !== null : this.operation.plain === true;
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

  /** The points on the way here, first to last; each but the first holds what the one before it has answered. */
  way(): Point[] {
    const points = this.parent?.way() ?? [];
    points.push(this);
    return points;
  }
}

/** What is said of code that asks for something else when it is executed again, and answered alike. */
export const REMEMBERS = 'it does something else when the same is executed again, for it keeps something outside of the simulated memory';

/** Thrown through the code when it has come as far as it is to go. */
const REACHED: unique symbol = Symbol('reached');

/** How far the code is followed beyond the point that is asked for: it may look again and again until another changes something. */
const MOST_AHEAD = 100;

/** The points of one context. */
export class Automaton implements MemoryHook {
  readonly root: Point;
  /** Executions of the code so far. */
  executions = 0;
  readonly #spec: ContextSpec;
  readonly #context: number;
  readonly #model: Model;
  readonly #store: Store;
  readonly #standing: Standing;
  // Of the execution under way: what operations are answered up to the point that is asked for, and how many have been; that
  // point, once it has been found; the last point, and what the operation there has answered; and how many are behind the one
  // that was asked for.
  #way: readonly Point[] = [];
  #answers: unknown[] = [];
  #position = 0;
  #found: Point | null = null;
  #parent: Point | null = null;
  #answer: unknown = undefined;
  #ahead = 0;
  /** Whether it has been ended, and whether it went on all the same. */
  #left = false;
  #caught = false;
  /** Called at each operation of one that is traced. */
  #visit: (() => void) | null = null;

  constructor(context: number, model: Model, store: Store, standing: Standing) {
    this.#context = context;
    this.#spec = model.contexts[context]!;
    this.#model = model;
    this.#store = store;
    this.#standing = standing;
    this.root = this.#discover(null, undefined);
  }

  /** The point after `point`, whose operation has answered `answer`. */
  next(point: Point, answer: unknown): Point {
    return point.child(answer) ?? this.#discover(point, answer);
  }

  /**
   * Executes the code up to the point that comes after `parent`. From there on it goes as far ahead as it can alone: all
   * else being equal, it will come that way, and need not be executed for each of its steps.
   */
  #discover(parent: Point | null, answer: unknown): Point {
    this.#way = parent === null ? [] : parent.way();
    this.#answers = parent === null ? [] : [...this.#way.slice(1).map((point) => point.answer), answer];
    this.#position = 0;
    this.#parent = parent;
    this.#answer = answer;
    this.#found = null;
    this.#ahead = 0;
    this.#left = false;
    this.executions++;
    const store = this.#store;
    const { mark, low, high, onTouch } = store;
    store.onTouch = () => {};
    const outer = setHook(this);
    try {
      this.#model.enter(this.#context);
      this.#spec.run();
      if (this.#left) this.#caught = true;
      else this.#add(this.#come('end'), this.#model.status(null));
    } catch (thrown) {
      // What is wrong further ahead is left to whoever comes there.
      if (thrown !== REACHED && this.#found === null) this.#add(this.#broken(thrown), NOTHING_HELD);
      this.#caught ||= thrown !== REACHED && this.#left;
    } finally {
      setHook(outer);
      store.onTouch = onTouch;
      store.undo(mark, low, high);
      store.settleAll();
    }
    if (this.#caught) throw new Error(CAUGHT);
    return this.#found!;
  }

  /** Ends the execution. */
  #leave(): never {
    this.#left = true;
    throw REACHED;
  }

  /** The code has come to a new point. */
  #come(kind: Kind): Point {
    this.#caught ||= this.#left;
    if (this.#visit !== null || this.#caught) this.#leave();
    return new Point(this.#standing.points.length, this.#context, this.#parent, this.#answer, kind);
  }

  #broken(thrown: unknown): Point {
    const point = this.#come('violation');
    point.violation = this.#model.violation(thrown);
    return point;
  }

  /** What is done at the point is known. */
  #add(point: Point, status: Status): void {
    point.status = status;
    this.#parent?.add(point);
    this.#standing.add(this.#context, point);
    this.#found ??= point;
    this.#parent = point;
  }

  /** Executes the code once more up to `point`, and calls `visit` at each operation on the way, from within the code. */
  retrace(point: Point, visit: () => void): void {
    this.#way = point.way();
    this.#answers = this.#way.slice(1).map((at) => at.answer);
    this.#position = 0;
    this.#visit = visit;
    const outer = setHook(this);
    try {
      this.#model.enter(this.#context);
      this.#spec.run();
    } catch (thrown) {
      if (thrown !== REACHED && point.kind !== 'violation') throw thrown;
    } finally {
      this.#visit = null;
      setHook(outer);
    }
  }

  operate<T, A, R>(operation: Operation<T, A, R>, cell: Cell<T>, operand: A): R {
    this.#visit?.();
    if (this.#position < this.#answers.length) {
      this.#model.observe(operation as Operation, cell);
      return this.#again('operation', operation.name, cell.name) as R;
    }
    const point = this.#come('operation');
    point.operation = operation as Operation;
    point.cell = cell;
    point.cellIndex = this.#store.indexOf(cell);
    point.operand = operand;
    if (operation.watches !== undefined) point.watched = operation.watches(operand).map((other) => this.#store.indexOf(other));
    point.freed = this.#model.freedFlag(cell);
    this.#add(point, this.#model.status(operation as Operation));
    if (point.freed?.v === true || operation.ready?.(cell, operand) === false) this.#leave();
    const answer = this.#goAhead(this.#store, () => this.#store.operate(operation, cell, operand));
    this.#model.observe(operation as Operation, cell);
    return answer;
  }

  /** The answer that was given here before. */
  #again(kind: Kind, operation?: string, cell?: string): unknown {
    const point = this.#way[this.#position];
    if (point.kind !== kind || point.operation?.name !== operation || point.cell?.name !== cell) throw new Error(REMEMBERS);
    return this.#answers[this.#position++];
  }

  effect<R>(run: () => R): R {
    return this.#outside('effect', run, this.#store);
  }

  allocate<T extends object>(make: () => T): T {
    let made: T | null = null;
    // The object belongs to the point: every execution that comes this way gets it.
    return this.#outside('allocation', () => (made ??= make()), null);
  }

  #outside<R>(kind: Kind, run: () => R, hook: MemoryHook | null): R {
    this.#visit?.();
    if (this.#position < this.#answers.length) return this.#again(kind) as R;
    const point = this.#come(kind);
    point.run = run;
    this.#add(point, this.#model.status(null));
    return this.#goAhead(hook, run);
  }

  /** Does what is done at the point, as if its context were to step next. */
  #goAhead<R>(hook: MemoryHook | null, run: () => R): R {
    if (++this.#ahead > MOST_AHEAD) this.#leave();
    setHook(hook);
    const answer = run();
    setHook(this);
    this.#answer = answer;
    return answer;
  }
}
