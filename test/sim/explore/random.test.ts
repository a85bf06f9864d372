/** Random programs: the explorer ends where brute force ends, by as many schedules, reduced or not, hashed or exact. */
import { describe, expect, test } from '@jest/globals';
import { RandomStream } from '../../../sim/random.ts';
import { setHook, type MemoryHook } from '../../../sim/memory.ts';
import { READ_ONCE, WRITE_ONCE, atomic_add_return, cmpxchg } from '../../../kernel/primitives.ts';
import { cells, ends, type Program } from './programs.ts';

/** 2 tasks of up to 4 operations, or 3 of up to 2, on 3 shared cells; what a task does depends on what it has read. */
function randomPrograms(seed: string): () => { programs: Program[]; look: () => string } {
  const random = new RandomStream(seed);
  const below = (n: number): number => Math.floor(random.unit() * n);
  const tasks = 2 + below(2);
  const texts = Array.from({ length: tasks }, () => Array.from({ length: 1 + below(tasks === 2 ? 4 : 2) }, () => [below(4), below(3), 1 + below(3)] as const));
  return () => {
    const shared = cells(3);
    const results = cells(texts.length);
    const programs = texts.map((text, task) => () => {
      let sum = 1;
      for (const [what, where, value] of text) {
        const cell = shared[(where + (sum & 1)) % 3];
        if (what === 0) sum = 3 * sum + READ_ONCE(cell);
        else if (what === 1) WRITE_ONCE(cell, value);
        else if (what === 2) sum = 3 * sum + atomic_add_return(cell, value);
        else sum = 3 * sum + cmpxchg(cell, 0, value);
      }
      WRITE_ONCE(results[task], sum);
    });
    return { programs, look: () => [...shared, ...results].map(({ v }) => v).join() };
  };
}

/** Runs each schedule from its start, in the simplest way there is: no states, no undoing, no automata. */
function bruteForce(make: ReturnType<typeof randomPrograms>): { ends: string[]; schedules: number } {
  const seen = new Set<string>();
  let schedules = 0;
  const extend = (schedule: number[]): void => {
    const { programs, look } = make();
    const lengths = runSchedule(programs, schedule);
    const next = programs.flatMap((_, task) => (lengths[task] ? [task] : []));
    if (next.length > 0) for (const task of next) extend([...schedule, task]);
    else {
      schedules++;
      seen.add(look());
    }
  };
  extend([]);
  return { ends: [...seen].sort(), schedules };
}

/** Whether each task has steps left after the schedule; every operation is performed once, in the schedule's order. */
function runSchedule(programs: readonly Program[], schedule: readonly number[]): boolean[] {
  const answers: unknown[][] = programs.map(() => []);
  const step = (task: number, perform: boolean): boolean => {
    let position = 0;
    let stopped = false;
    const hook: MemoryHook = {
      operate: (operation, cell, operand) => {
        const log = answers[task];
        if (position < log.length) return log[position++] as never;
        if (!perform || stopped) throw new Error('stop');
        stopped = true;
        const answer = operation.apply(cell, operand);
        log.push(answer);
        position++;
        return answer;
      },
      effect: (run) => run(),
      allocate: (make) => make(),
    };
    const outer = setHook(hook);
    try {
      programs[task]();
      return false;
    } catch {
      return true;
    } finally {
      setHook(outer);
    }
  };
  for (const task of schedule) step(task, true);
  return programs.map((_, task) => step(task, false));
}

describe('random programs', () => {
  test.each(Array.from({ length: 60 }, (_, i) => `program ${i}`))('%s ends as brute force ends', (seed) => {
    const make = randomPrograms(seed);
    const expected = bruteForce(make);
    const full = ends(make, { reduce: false });
    expect({ ends: full.ends, schedules: full.schedules }).toEqual(expected);
    expect(ends(make).ends).toEqual(expected.ends);
    expect(ends(make, { reduce: false, exact: true })).toMatchObject({ states: full.states, transitions: full.transitions });
  });
});
