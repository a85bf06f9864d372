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
import { Automaton, type Point } from './automaton.ts';
import { Violation, type ContextSpec, type Ground, type Model, type Status } from './model.ts';
import { Store } from './store.ts';

const NOBODY = -1;
const SEVERAL = -2;

/** Operations of one step beyond which it is taken to be an endless loop. */
const LONGEST_STEP = 10_000;

/** Operations that are taken together at most: a context that spins lets others in now and then. */
const MOST_TOGETHER = 50;

/** Where the world was: what `back` needs. */
export interface Place {
  readonly mark: number;
  readonly points: readonly Point[];
}

export class World implements Ground {
  readonly model: Model;
  readonly contexts: readonly ContextSpec[];
  readonly store = new Store();
  /** Where each context stands. */
  readonly points: Point[];
  running = 0;
  /** Whether operations on cells that no two contexts share are taken together with the one before. */
  reducing: boolean;
  /** What the last step did wrong. */
  violation: Violation | null = null;
  /** Where the last step ended, before its context was sent back to its start. */
  reached: Point | null = null;
  /** Steps taken since the beginning, undone ones included. */
  steps = 0;
  /** A cell turned out to be shared after steps had been taken together because it was not. */
  misjudged = false;
  readonly #automata: Automaton[];
  /** Contexts of the same processor, by context: those that stop it when active, and those that it must not interrupt. */
  readonly #above: readonly (readonly number[])[];
  readonly #below: readonly (readonly number[])[];
  /** By cell: the context that alone has touched it, and whether its value ever changed. */
  readonly #owner: number[] = [];
  readonly #varies: boolean[] = [];
  #head: Point | null = null;

  constructor(model: Model, reducing: boolean) {
    this.model = model;
    this.contexts = model.contexts;
    this.reducing = reducing;
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
    this.#above = others((a, b) => b.level > 0 && b.level >= a.level);
    this.#below = others((a, b) => b.level < a.level);
    this.store.onTouch = (index, changed) => this.#touch(index, changed);
    for (const context of model.prelude) while (this.enabled(context)) this.step(context);
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
    if (point.kind === 'end') return false;
    for (const other of this.#above[context]) if (this.#active(other)) return false;
    const starting = point.parent === null;
    const { level } = this.contexts[context];
    if (starting && level > 0) {
      for (const other of this.#below[context]) if (this.points[other].status.masks >= level) return false;
    }
    const { operation } = point;
    return operation === null || operation.ready === undefined || operation.ready(point.cell!, point.operand);
  }

  #active(context: number): boolean {
    const point = this.points[context];
    return point.parent !== null && point.kind !== 'end';
  }

  /** Takes a step of `context`, which is enabled. Afterwards `violation` says what was wrong with it, if anything. */
  step(context: number): void {
    this.steps++;
    this.running = context;
    this.violation = null;
    const from = this.points[context];
    let point = from;
    let together = 0;
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
        if (!this.reducing || together++ === MOST_TOGETHER || !this.#quiet(point)) break;
        this.#head = point;
      }
    }
    this.reached = point;
    if (point.kind === 'end' && this.contexts[context].repeats === true) point = this.#automata[context].root;
    this.#move(context, point);
    const { section } = from.status;
    if (section !== 0 && point.status.section !== section) this.#effect(() => this.model.left(context));
  }

  endless(context: number): Violation {
    return new Violation('endless loop', `${this.contexts[context].name} goes on for ever`);
  }

  /** Performs what the context does at `point`; null if it must not be done. */
  #perform(point: Point): Point | null {
    const automaton = this.#automata[this.running];
    if (point.kind !== 'operation') {
      const answer = point.kind === 'effect' ? this.#effect(point.run!) : unobserved(point.run!);
      return this.violation === null ? automaton.next(point, answer) : null;
    }
    if (point.freed !== null && point.freed.v) {
      this.violation = this.#useAfterFree(point);
      return null;
    }
    const { store } = this;
    const index = point.cellIndex;
    const changed = store.perform(point.operation!, index, point.operand);
    const answer = store.result;
    this.#touch(index, changed);
    return automaton.next(point, answer);
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
    this.store.toggle(context, this.points[context].id);
    this.points[context] = to;
    this.store.toggle(context, to.id);
  }

  place(): Place {
    return { mark: this.store.mark, points: this.points.slice() };
  }

  back({ mark, points }: Place): void {
    this.store.undo(mark);
    for (let context = 0; context < points.length; context++) {
      if (this.points[context] !== points[context]) this.#move(context, points[context]);
    }
  }

  /** Judges a state in which no context can step. */
  judge(): Violation | null {
    this.violation = null;
    this.#effect(() => this.model.judge());
    return this.violation;
  }

  // The reduction. A cell is private until a second context touches it, and constant until its value changes; both
  // are learnt while exploring, and what was explored on an assumption that proved wrong is explored again.

  /** Whether the step that begins at `point` can be taken together with the one before: nobody else could notice. */
  #quiet(point: Point): boolean {
    const before = this.#head!.status;
    if (!point.quiet || point.status.masks !== before.masks || point.status.section !== before.section) return false;
    const { ready } = point.operation!;
    if (ready !== undefined && !ready(point.cell!, point.operand)) return false;
    for (const index of point.touched) {
      if (this.#isShared(index)) {
        point.quiet = false;
        return false;
      }
    }
    return !this.#isShared(point.cellIndex);
  }

  #isShared(index: number): boolean {
    return this.#owner[index] === SEVERAL &&  this.#varies[index];
  }

  #touch(index: number, changed: boolean): void {
    this.#head?.touched.add(index);
    const owner = this.#owner[index] ?? NOBODY;
    const wasShared = this.#isShared(index);
    if (owner === NOBODY) this.#owner[index] = this.running;
    else if (owner !== this.running) this.#owner[index] = SEVERAL;
    if (changed && ! this.#varies[index]) {
      this.#varies[index] = true;
      // What frees an object changes all its cells for whoever touches them.
      for (const cell of this.model.poisonedBy(this.store.cells[index])) this.#touch(this.store.indexOf(cell), true);
    }
    if (!wasShared && this.reducing && this.#isShared(index)) this.misjudged = true;
  }
}

function unobserved(make: () => unknown): unknown {
  const outer = setHook(null);
  const made = make();
  setHook(outer);
  return made;
}
