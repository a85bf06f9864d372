/**
 * A schedule step by step: what each one did to which cells, and from where in the code.
 *
 * Where is asked only here: the code is executed once more along the way that it took, with its call stack taken at
 * each operation.
 *
 * Reference: none; the form of the tables is that of comments in the kernel.
 * Not modelled: the values that were read.
 */
import type { Cell } from '../memory.ts';
import type { Point } from './automaton.ts';
import type { Violation } from './model.ts';
import type { Schedule } from './schedule.ts';
import type { World } from './world.ts';

/** One step of a schedule. */
export interface ExplainedStep {
  readonly context: number;
  /** The context's name. */
  readonly name: string;
  /** The operation that others could have come before. */
  readonly operation: string;
  /** The cells of the operation and of all that was done with it. */
  readonly cells: readonly Cell[];
  /** Those whose values changed. */
  readonly changed: readonly Cell[];
  /** Made at the operation, for its call stack; which costs much to print, and is printed when somebody asks. */
  readonly at: Error;
}

export interface Explanation {
  readonly steps: readonly ExplainedStep[];
  readonly violation: Violation | null;
}

const NOWHERE = new Error('nowhere');

/** One run of a context: the points of its steps, and where it came to at last. */
interface Activation {
  readonly heads: { readonly step: number; readonly depth: number }[];
  last: Point;
}

/**
 * Follows `schedule` from where the world is; null if it cannot be followed to its end. The world is left as it was. `look` is
 * called before the first step and after each.
 */
export function explain(world: World, schedule: Schedule, look: () => void = () => {}): Explanation | null {
  const start = world.here();
  world.reducing = false;
  const explanation = follow(world, schedule, look);
  world.rewind(start);
  return explanation;
}

function follow(world: World, schedule: Schedule, show: () => void): Explanation | null {
  const look = (): void => {
    world.store.settleAll();
    show();
  };
  look();
  const steps: { -readonly [K in keyof ExplainedStep]: ExplainedStep[K] }[] = [];
  const activations: Activation[][] = world.contexts.map(() => []);
  let violation: Violation | null = null;
  for (const context of schedule) {
    if (violation !== null || context >= world.contexts.length || !world.enabled(context)) return null;
    const from = world.points[context];
    const before = world.store.mark;
    world.step(context);
    const { reached } = world;
    violation = world.wrong(context);
    look();
    steps.push({ context, name: world.contexts[context].name, operation: from.operation?.name ?? from.kind, ...touched(world, from, reached, before), at: NOWHERE });
    const runs = activations[context];
    if (from.parent === null || runs.length === 0) runs.push({ heads: [], last: from });
    runs.at(-1)!.heads.push({ step: steps.length - 1, depth: from.depth });
    runs.at(-1)!.last = reached!;
  }
  violation ??= ended(world) ? world.judge() : null;
  activations.forEach((runs, context) => {
    for (const run of runs) {
      const stacks = stacksOf(world, context, run.last);
      for (const { step, depth } of run.heads) steps[step].at = stacks[depth] ?? NOWHERE;
    }
  });
  return { steps, violation };
}

function ended(world: World): boolean {
  return world.choices() === 0;
}

function touched(world: World, from: Point, reached: Point, before: number): { cells: Cell[]; changed: Cell[] } {
  const cells: Cell[] = from.cell === null ? [] : [from.cell];
  for (let point = reached; point !== from && point.parent !== null; point = point.parent) {
    if (point.parent.cell !== null) cells.push(point.parent.cell);
  }
  return { cells, changed: world.store.changedSince(before).map((index) => world.store.cells[index]) };
}

function stacksOf(world: World, context: number, point: Point): Error[] {
  const stacks: Error[] = [];
  const limit = Error.stackTraceLimit;
  // The code may ask which processor it runs on.
  world.running = context;
  Error.stackTraceLimit = 30;
  world.automaton(context).retrace(point, () => stacks.push(new Error('here')));
  Error.stackTraceLimit = limit;
  return stacks;
}
