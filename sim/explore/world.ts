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
import { Automaton, NEVER, type Point } from './automaton.ts';
import { HIGH, LOW, Memo, NEXT, OPERATIONS, REACHED, UNKNOWN } from './memo.ts';
import { Violation, type ContextSpec, type Ground, type Model, type Status } from './model.ts';
import type { Schedule } from './schedule.ts';
import { Sharing } from './sharing.ts';
import { NONE, SPINNING, Standing, lowest } from './standing.ts';
import { Store } from './store.ts';
import { Place, Trail } from './trail.ts';

/** Operations of one step beyond which it is taken to be an endless loop. */
const LONGEST_STEP = 10_000;

/** Operations that are taken together at most: a context that spins lets others in now and then. */
const MOST_TOGETHER = 50;

/** Every so many operations of one run it is found out whether the context spins for ever. */
const SUSPICIOUS = 400;

/** Operations after which a run that nobody else can end is taken to be endless. */
const LONGEST_RUN = 1_000;

export class World implements Ground {
  readonly model: Model;
  readonly contexts: readonly ContextSpec[];
  readonly store = new Store();
  running = 0;
  /** What the last step did wrong. */
  violation: Violation | null = null;
  /** Whether the last choices lacked a context that can step. */
  postpones = false;
  /** A cell turned out to be shared after steps had been taken together because it was not. */
  misjudged = false;
  readonly #standing: Standing;
  readonly #automata: Automaton[];
  readonly #trail: Trail;
  readonly #sharing = new Sharing();
  readonly #memo = new Memo();
  #reducing = true;
  /** The number of the point where the last step ended, before its context was sent back to its start. */
  #reached = 0;
  // Of the step that is performed: where that part began which nobody notices, the cells that it has looked at, and whether
  // it has looked at anything else.
  #head: Point | null = null;
  readonly #looks = new Set<number>();
  #asked = false;

  constructor(model: Model) {
    this.model = model;
    this.contexts = model.contexts;
    const standing = new Standing(model.contexts, this.store);
    this.#standing = standing;
    this.#trail = new Trail(this.store, standing);
    model.attach(this);
    this.#automata = model.contexts.map((_, context) => {
      this.running = context;
      return new Automaton(context, model, this.store, standing);
    });
    standing.begin(this.#automata.map(({ root }) => root));
    this.store.onTouch = (index, changed) => this.#touch(index, changed);
    // What is wrong even then is met again by whoever takes the next step.
    for (const context of model.prelude) while (this.violation === null && this.enabled(context)) this.step(context);
  }

  /** Where each context stands. */
  get points(): readonly Point[] {
    return this.contexts.map((_, context) => this.#point(context));
  }

  #point(context: number): Point {
    return this.#standing.points[this.#standing.at[context]];
  }

  /** Where the last step ended, before its context was sent back to its start. */
  get reached(): Point {
    return this.#standing.points[this.#reached];
  }

  /** Whether operations on cells that no two contexts share are taken together with the one before. */
  get reducing(): boolean {
    return this.#reducing;
  }

  set reducing(reducing: boolean) {
    if (reducing !== this.#reducing) this.#memo.forget();
    this.#reducing = reducing;
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
    this.#asked = true;
    return this.#point(context).status;
  }

  isIdle(context: number): boolean {
    this.#asked = true;
    const point = this.#point(context);
    return point.kind === 'end' || (point.parent === null && this.contexts[context].level > 0);
  }

  hasEnded(context: number): boolean {
    this.#asked = true;
    return this.#point(context).kind === 'end';
  }

  pending(context: number): { operation: Operation; cell: Cell } | null {
    this.#asked = true;
    const { operation, cell } = this.#point(context);
    return operation === null || cell === null ? null : { operation, cell };
  }

  /** Whether `context` can take a step. */
  enabled(context: number): boolean {
    return (this.#standing.able & (1 << context)) !== 0;
  }

  /**
   * The contexts that can step, one bit each. Those that have taken `patience` operations in this run are postponed: they
   * are none of the choices unless there are no others. It is no less than SPINNING.
   */
  choices(patience = Infinity): number {
    const { everybody, idle, barred, spinning } = this.#standing;
    const able = everybody & ~(idle | barred);
    this.postpones = false;
    if ((able & spinning) === 0) return able;
    let patient = able;
    for (let left = able & spinning; left !== 0; left &= left - 1) {
      const context = lowest(left);
      if (this.#point(context).depth >= patience) patient &= ~(1 << context);
    }
    this.postpones = patient !== 0 && patient !== able;
    return patient === 0 ? able : patient;
  }

  /** Takes a step of `context`, which is enabled. Afterwards `violation` says what was wrong with it, if anything. */
  step(context: number): void {
    const { store } = this;
    const standing = this.#standing;
    const memo = this.#memo;
    const from = standing.at[context];
    this.running = context;
    this.violation = null;
    store.woken = 0;
    const row = memo.find(from, standing.cells[from], store.held);
    const { rows } = memo;
    // If there is no row yet, this is put right by `#perform`.
    this.#trail.push(context, from, rows[row + OPERATIONS]);
    if (row === UNKNOWN) this.#perform(context, from);
    else {
      store.change(rows, memo.changes(row), memo.end(row), rows[row + LOW], rows[row + HIGH]);
      this.#reached = rows[row + REACHED];
      standing.stand(context, rows[row + NEXT]);
    }
    if (store.woken !== 0) standing.wake(store.woken);
  }

  /** Takes a step that has not come up before. */
  #perform(context: number, number: number): void {
    const { store } = this;
    const { mark, low, high } = store;
    const { lessons } = this.#sharing;
    const from = this.#standing.points[number];
    store.settleAll();
    this.#looks.clear();
    this.#asked = false;
    const [point, operations] = this.#follow(from);
    const next = point.kind === 'end' && this.contexts[context].repeats === true ? this.#automata[context].root : point;
    const { section } = from.status;
    if (section !== 0 && section !== next.status.section) this.#effect(() => this.model.left(context));
    this.#head = null;
    store.low ^= from.low ^ next.low;
    store.high ^= from.high ^ next.high;
    this.#trail.operations = operations;
    this.#reached = point.id;
    this.#standing.stand(context, next.id);
    // Not if it looked at more than memory, or took together what will not be taken together again.
    if (this.violation !== null || this.#asked || (this.#reducing && lessons !== this.#sharing.lessons)) return;
    this.#looks.delete(from.cellIndex);
    this.#memo.learn({
      from: number,
      held: from.cell === null ? 0 : store.heldAt(mark, from.cellIndex),
      next: next.id,
      reached: point.id,
      operations,
      low: store.low ^ low,
      high: store.high ^ high,
      looks: [...this.#looks].flatMap((index) => [index, store.heldAt(mark, index)]),
      changes: [...new Set(store.changedSince(mark))].flatMap((index) => [index, store.held[index]]),
    });
  }

  /** Performs what the step that begins at `from` does: where it comes to, and how many operations others could have come before. */
  #follow(from: Point): [Point, number] {
    let operations = 1;
    let point = from;
    this.#head = from;
    for (;;) {
      const next = this.#next(point);
      if (next === null) break;
      point = next;
      if (point.isPlain) {
        if (point.depth <= from.depth + LONGEST_STEP) continue;
        this.violation = this.endless(this.running);
        break;
      }
      if (!this.#reducing || operations > MOST_TOGETHER || !this.#quiet(point)) break;
      operations++;
      this.#head = point;
    }
    this.violation ??= point.violation;
    return [point, operations];
  }

  endless(context: number): Violation {
    return new Violation('endless loop', `${this.contexts[context].name} goes on for ever`);
  }

  /** What was wrong with the step that `context` has just taken; null if it leads on. */
  wrong(context: number): Violation | null {
    if (this.violation !== null || (this.#standing.spinning & (1 << context)) === 0) return this.violation;
    return this.#hangs(context) ? this.endless(context) : null;
  }

  /**
   * Whether the step just taken is one of a loop that nobody leaves: all that can step have spun for long, and go on in
   * turn as if for ever.
   */
  #hangs(context: number): boolean {
    const { depth } = this.#point(context);
    const { depth: last } = this.#standing.points[this.#trail.last];
    if (depth < SUSPICIOUS || Math.floor(depth / SUSPICIOUS) === Math.floor(last / SUSPICIOUS)) return false;
    const before = this.here();
    let hangs = true;
    while (hangs && this.#point(context).depth < depth + LONGEST_RUN) {
      const choices = this.choices();
      hangs = choices !== 0;
      for (let left = choices; hangs && left !== 0; left &= left - 1) {
        const spinner = lowest(left);
        hangs = this.#point(spinner).depth >= SPINNING;
        if (hangs && this.enabled(spinner)) this.step(spinner);
        hangs &&= this.violation === null && this.#point(spinner).kind !== 'end';
      }
    }
    this.rewind(before);
    this.violation = null;
    return hangs;
  }

  /** Performs what the context does at `point`, and returns the point after; null if it must not be done. */
  #next(point: Point): Point | null {
    const { cell, freed } = point;
    let answer: unknown;
    if (cell !== null) {
      if (freed !== null) {
        this.#looks.add(this.store.indexOf(freed));
        if (freed.v) {
          this.violation = this.#useAfterFree(point);
          return null;
        }
      }
      answer = this.store.operate(point.operation!, cell, point.operand);
    } else {
      answer = point.kind === 'effect' ? this.#effect(point.run!) : unobserved(point.run!);
      if (this.violation !== null) return null;
    }
    return this.#automata[this.running].next(point, answer);
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

  /** How many steps have been taken, and not taken back. */
  get length(): number {
    return this.#trail.length;
  }

  /** Where the steps have led, to come back to: `place`, if there is one to be used again. */
  here(place = new Place()): Place {
    return this.#trail.mark(place);
  }

  /** Takes back all steps that were taken after `place`. */
  rewind(place: Place): void {
    this.#trail.rewind(place);
  }

  /** The steps that were taken after `place`, those that were taken together one by one. */
  schedule({ length }: Place): Schedule {
    return this.#trail.schedule(length);
  }

  /** Judges a state in which no context can step. */
  judge(): Violation | null {
    this.store.settleAll();
    const { astray } = this.#standing;
    if (astray !== NONE) throw new Error(`${this.contexts[astray].name} waits for a condition that looks at more than its cell`);
    this.violation = null;
    this.#effect(() => this.model.judge());
    return this.violation;
  }

  /** Whether the step that begins at `point` can be taken together with the one before: nobody else could notice. */
  #quiet(point: Point): boolean {
    if (point.checkedAt !== this.#sharing.lessons) {
      point.checkedAt = this.#sharing.lessons;
      point.quiet = point.quiet && point.operation !== null && this.#isUnnoticed(point, this.#head!.status);
    }
    if (!point.quiet || point.operation!.ready === undefined) return point.quiet;
    for (const index of [point.cellIndex, ...point.watched]) this.#looks.add(index);
    return this.#standing.isReady(point.id);
  }

  #isUnnoticed({ status, touched, cellIndex }: Point, before: Status): boolean {
    if (status.masks !== before.masks || status.section !== before.section || this.#sharing.isShared(cellIndex)) return false;
    if (touched !== null) for (const index of touched) if (this.#sharing.isShared(index)) return false;
    return true;
  }

  /** The step has operated on the cell. What nobody's step does (a judge's) does not matter. */
  #touch(index: number, changed: boolean): void {
    const head = this.#head;
    if (head === null) return;
    this.#looks.add(index);
    this.#learn(head, index, changed);
  }

  #learn(head: Point, index: number, changed: boolean): void {
    const sharing = this.#sharing;
    const touched = (head.touched ??= new Set());
    const isFirst = !touched.has(index);
    touched.add(index);
    const frees = changed && !sharing.varies(index);
    const isShared = sharing.touch(index, this.running, changed);
    // Who was taken for unnoticed is not.
    if (isShared || (isFirst && head.quiet && head.checkedAt !== NEVER && sharing.isShared(index))) this.#misjudge();
    // What frees an object changes all its cells for whoever touches them.
    if (frees) for (const cell of this.model.poisonedBy(this.store.cells[index])) this.#learn(head, this.store.indexOf(cell), true);
  }

  #misjudge(): void {
    this.#sharing.lessons++;
    if (!this.#reducing) return;
    this.misjudged = true;
    this.#memo.forget();
  }
}

function unobserved(make: () => unknown): unknown {
  const outer = setHook(null);
  const made = make();
  setHook(outer);
  return made;
}
