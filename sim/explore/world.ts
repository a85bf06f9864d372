/**
 * One state of the system under exploration, and how to go from it to the next and back.
 *
 * A step performs one operation of one context, and all that its code does up to the next operation that others could
 * see: protected data, effects, allocations; and, when reducing, operations on cells that no two contexts share.
 *
 * Reference: Godefroid (1996), chapter 3 (independence); docs/EXPLORER.md for why the reduction is sound.
 * Not modelled: weak memory.
 */
import { setHook, type Cell, type Operation } from '../memory.ts';
import { Automaton, type Point, type Transition } from './automaton.ts';
import { Violation, type ContextSpec, type Ground, type Model, type Status } from './model.ts';
import type { Schedule } from './schedule.ts';
import { Sharing } from './sharing.ts';
import { CONTEXT_SLOTS, Store, high, low } from './store.ts';
import { Trail } from './trail.ts';

const { is } = Object;
const { clz32 } = Math;

/** Operations of one step beyond which it is taken to be an endless loop. */
const LONGEST_STEP = 10_000;

/** Operations that are taken together at most: a context that spins lets others in now and then. */
const MOST_TOGETHER = 50;

/** Operations of one run after which a context is taken to spin: it waits for another, or for ever. */
export const SPINNING = 200;

/** Every so many operations it is found out which. */
const SUSPICIOUS = 400;

/** Operations after which a run that nobody else can end is taken to be endless. */
const LONGEST_RUN = 1_000;

export class World implements Ground {
  readonly model: Model;
  readonly contexts: readonly ContextSpec[];
  readonly store = new Store();
  /** Where each context stands. */
  readonly points: Point[];
  running = 0;
  /** Whether operations on cells that no two contexts share are taken together with the one before. */
  reducing = true;
  /** What the last step did wrong. */
  violation: Violation | null = null;
  /** Where the last step ended, before its context was sent back to its start. */
  reached: Point | null = null;
  /** Whether the last choices lacked a context that can step. */
  postpones = false;
  /** Steps taken since the beginning, undone ones included. */
  steps = 0;
  /** A cell turned out to be shared after steps had been taken together because it was not. */
  misjudged = false;
  readonly #automata: Automaton[];
  /** By context, one bit each: those of its processor that stop it when active, and the tasks and interrupts that it stops. */
  readonly #above: readonly number[];
  readonly #below: readonly (readonly number[])[];
  /** The contexts that have begun and not ended, one bit each. */
  #active = 0;
  readonly #trail = new Trail();
  readonly #sharing = new Sharing();
  #head: Point | null = null;

  constructor(model: Model) {
    this.model = model;
    this.contexts = model.contexts;
    let points = 0;
    this.points = [];
    model.attach(this);
    this.#automata = model.contexts.map((_, context) => {
      this.running = context;
      return new Automaton(context, model, this.store, () => points++);
    });
    this.points.push(...this.#automata.map(({ root }) => root));
    const others = (among: (a: ContextSpec, b: ContextSpec) => boolean): number[][] =>
      model.contexts.map((a, i) => model.contexts.flatMap((b, j) => (i !== j && a.processor === b.processor && among(a, b) ? [j] : [])));
    this.#above = others((a, b) => b.level > 0 && b.level >= a.level).map((contexts) => contexts.reduce((mask, context) => mask | (1 << context), 0));
    this.#below = others((a, b) => b.level < a.level);
    this.store.onTouch = (index, changed) => this.#touch(index, changed);
    // What is wrong even then is met again by whoever takes the next step.
    for (const context of model.prelude) while (this.violation === null && this.enabled(context)) this.step(context);
  }

  /** Executions of the contexts' code so far. */
  get executions(): number {
    return this.#automata.reduce((sum, { executions }) => sum + executions, 0);
  }

  automaton(context: number): Automaton {
    return this.#automata[context];
  }

  // What the model sees.

  status(context: number): Status {
    return this.points[context].status;
  }

  isIdle(context: number): boolean {
    const point = this.points[context];
    return point.kind === 'end' || (point.parent === null && this.contexts[context].level > 0);
  }

  hasEnded(context: number): boolean {
    return this.points[context].kind === 'end';
  }

  pending(context: number): { operation: Operation; cell: Cell } | null {
    const { operation, cell } = this.points[context];
    return operation === null || cell === null ? null : { operation, cell };
  }

  /** Whether `context` can take a step. */
  enabled(context: number): boolean {
    const point = this.points[context];
    if (point.kind === 'end' || (this.#active & this.#above[context]) !== 0) return false;
    const { operation } = point;
    if (operation !== null && operation.ready !== undefined && !operation.ready(point.cell!, point.operand)) return false;
    return point.parent !== null || this.contexts[context].level === 0 || this.#admits(context);
  }

  /** Whether what an interrupt would stop lets it begin. */
  #admits(context: number): boolean {
    const { level } = this.contexts[context];
    for (const other of this.#below[context]) if (this.points[other].status.masks >= level) return false;
    return true;
  }

  /**
   * The contexts that can step, one bit each. Those that have taken `patience` operations in this run are postponed: they
   * are none of the choices unless there are no others.
   */
  choices(patience = Infinity): number {
    const { points } = this;
    let all = 0;
    let patient = 0;
    for (let context = 0; context < points.length; context++) {
      if (!this.enabled(context)) continue;
      all |= 1 << context;
      if (points[context].depth < patience) patient |= 1 << context;
    }
    this.postpones = patient !== 0 && patient !== all;
    return patient === 0 ? all : patient;
  }

  /** Takes a step of `context`, which is enabled. Afterwards `violation` says what was wrong with it, if anything. */
  step(context: number): void {
    this.steps++;
    this.running = context;
    this.violation = null;
    const { store } = this;
    const from = this.points[context];
    const trail = this.#trail;
    trail.push(context, from, store.mark, store.low, store.high);
    let operations = 1;
    let point = from;
    this.#head = from;
    for (;;) {
      const next = this.#perform(point);
      if (next === null) break;
      point = next;
      if (point.kind === 'end') break;
      if (point.kind === 'violation') this.violation = point.violation;
      else if (point.depth > from.depth + LONGEST_STEP) this.violation = this.endless(context);
      if (this.violation !== null) break;
      if (point.kind === 'operation' && point.operation!.plain !== true) {
        if (!this.reducing || operations > MOST_TOGETHER || !this.#quiet(point)) break;
        operations++;
        this.#head = point;
      }
    }
    trail.operations[trail.length - 1] = operations;
    this.reached = point;
    if (point.kind === 'end' && this.contexts[context].repeats === true) point = this.#automata[context].root;
    this.#move(context, point);
    const { section } = from.status;
    if (section !== 0 && point.status.section !== section) this.#effect(() => this.model.left(context));
  }

  endless(context: number): Violation {
    return new Violation('endless loop', `${this.contexts[context].name} goes on for ever`);
  }

  /** What was wrong with the step that `context` has just taken; null if it leads on. */
  wrong(context: number): Violation | null {
    return this.violation ?? (this.#hangs(context) ? this.endless(context) : null);
  }

  /**
   * Whether the step just taken is one of a loop that nobody leaves: all that can step have spun for long, and go on in
   * turn as if for ever.
   */
  #hangs(context: number): boolean {
    const { depth } = this.points[context];
    if (depth < SUSPICIOUS || Math.floor(depth / SUSPICIOUS) === Math.floor(this.#trail.from[this.#trail.length - 1].depth / SUSPICIOUS)) return false;
    const { length } = this;
    let hangs = true;
    while (hangs && this.points[context].depth < depth + LONGEST_RUN) {
      const choices = this.choices();
      hangs = choices !== 0;
      for (let left = choices; hangs && left !== 0; left &= left - 1) {
        const spinner = lowest(left);
        hangs = this.points[spinner].depth >= SPINNING;
        if (hangs && this.enabled(spinner)) this.step(spinner);
        hangs &&= this.violation === null && this.points[spinner].kind !== 'end';
      }
    }
    this.rewind(length);
    this.violation = null;
    return hangs;
  }

  /** Performs what the context does at `point`; null if it must not be done. */
  #perform(point: Point): Point | null {
    if (point.kind !== 'operation') {
      const answer = point.kind === 'effect' ? this.#effect(point.run!) : unobserved(point.run!);
      return this.violation === null ? this.#automata[this.running].next(point, answer) : null;
    }
    if (point.freed !== null && point.freed.v) {
      this.violation = this.#useAfterFree(point);
      return null;
    }
    const index = point.cellIndex;
    const transition = point.on(this.store.held[index]) ?? this.#learn(point);
    if (transition.changes) this.store.set(index, transition.value, transition.number, transition.low, transition.high);
    return transition.next;
  }

  /** An operation on a value that it has not met before: it is a function of that value. */
  #learn(point: Point): Transition {
    const { store } = this;
    const cell = point.cell!;
    const index = point.cellIndex;
    const held = store.held[index];
    const before = cell.v;
    const answer = point.operation!.apply(cell, point.operand);
    const value = cell.v;
    cell.v = before;
    const changes = !is(value, before);
    const number = store.number(value);
    const slot = index + CONTEXT_SLOTS;
    this.#touch(index, changes);
    return point.learn({
      held, changes, value, number,
      low: low(slot, held) ^ low(slot, number),
      high: high(slot, held) ^ high(slot, number),
      next: this.#automata[this.running].next(point, answer),
    });
  }

  #useAfterFree({ cell, operation, freed }: Point): Violation {
    const { name } = this.contexts[this.running];
    if (cell === freed) return new Violation('double free', `${name} frees what has been freed`);
    return new Violation('use after free', `${name} touches freed memory: ${operation!.name} of ${cell!.name}`);
  }

  #effect(run: () => unknown): unknown {
    const outer = setHook(this.store);
    try {
      return run();
    } catch (thrown) {
      this.violation = this.model.violation(thrown);
      return undefined;
    } finally {
      setHook(outer);
    }
  }

  #move(context: number, to: Point): void {
    const from = this.points[context];
    this.points[context] = to;
    this.store.low ^= from.low ^ to.low;
    this.store.high ^= from.high ^ to.high;
    this.#active = to.isActive ? this.#active | (1 << context) : this.#active & ~(1 << context);
  }

  /** How many steps have been taken, and not taken back. */
  get length(): number {
    return this.#trail.length;
  }

  /** Takes back all steps but the first `length`. */
  rewind(length: number): void {
    const trail = this.#trail;
    if (trail.length === length) return;
    for (let at = trail.length - 1; at >= length; at--) {
      const context = trail.contexts[at];
      const from = trail.from[at];
      this.points[context] = from;
      this.#active = from.isActive ? this.#active | (1 << context) : this.#active & ~(1 << context);
    }
    this.store.undo(trail.marks[length], trail.lows[length], trail.highs[length]);
    trail.length = length;
  }

  /** The steps after the first `length`, those that were taken together one by one. */
  schedule(length: number): Schedule {
    return this.#trail.schedule(length);
  }

  /** Judges a state in which no context can step. */
  judge(): Violation | null {
    this.violation = null;
    this.#effect(() => this.model.judge());
    return this.violation;
  }

  /** Whether the step that begins at `point` can be taken together with the one before: nobody else could notice. */
  #quiet(point: Point): boolean {
    if (point.checkedAt !== this.#sharing.lessons) {
      point.checkedAt = this.#sharing.lessons;
      point.quiet = point.quiet && this.#isUnnoticed(point, this.#head!.status);
    }
    if (!point.quiet) return false;
    const { ready } = point.operation!;
    return ready === undefined || ready(point.cell!, point.operand);
  }

  #isUnnoticed({ status, touched, cellIndex }: Point, before: Status): boolean {
    if (status.masks !== before.masks || status.section !== before.section || this.#sharing.isShared(cellIndex)) return false;
    for (const index of touched) if (this.#sharing.isShared(index)) return false;
    return true;
  }

  #touch(index: number, changed: boolean): void {
    const sharing = this.#sharing;
    if (this.#head !== null && !this.#head.touched.has(index)) {
      this.#head.touched.add(index);
      sharing.lessons++;
    }
    const frees = changed && !sharing.varies(index);
    if (sharing.touch(index, this.running, changed) && this.reducing) this.misjudged = true;
    // What frees an object changes all its cells for whoever touches them.
    if (frees) for (const cell of this.model.poisonedBy(this.store.cells[index])) this.#touch(this.store.indexOf(cell), true);
  }
}

function unobserved(make: () => unknown): unknown {
  const outer = setHook(null);
  const made = make();
  setHook(outer);
  return made;
}

/** The number of the lowest bit that is set. */
export function lowest(bits: number): number {
  return 31 - clz32(bits & -bits);
}
