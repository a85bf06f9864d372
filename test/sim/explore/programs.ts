/** Small programs over cells, for the tests of the explorer. */
import { Cell, operate, type Operation } from '../../../sim/memory.ts';
import { READ_ONCE, WRITE_ONCE, operate_when } from '../../../kernel/primitives.ts';
import { PlainModel, Violation, type Model } from '../../../sim/explore/model.ts';
import { search, type SearchOptions, type SearchResult } from '../../../sim/explore/search.ts';
import { World } from '../../../sim/explore/world.ts';

export type Program = () => void;

/** A model whose contexts run `programs`, one per processor. */
export function tasks(programs: readonly Program[]): Model {
  return new PlainModel(programs.map((run, processor) => ({ name: `T${processor + 1}`, processor, level: 0, run })));
}

export function explored(make: () => Model, options: SearchOptions = {}): SearchResult {
  return search(new World(make()), options);
}

/** What `look` shows at the ends of all schedules, sorted, each once; with the figures of the search. */
export function ends(make: () => { programs: Program[]; look: () => string }, options: SearchOptions = {}): SearchResult & { ends: string[] } {
  const seen = new Set<string>();
  let look: () => string;
  const result = explored(() => {
    const made = make();
    look = made.look;
    return tasks(made.programs);
  }, { exhaust: true, ...options, onEnd: () => seen.add(look()) });
  return { ...result, ends: [...seen].sort() };
}

export const cells = (count: number): Cell<number>[] => Array.from({ length: count }, (_, i) => new Cell(0, null, `x${i}`));

const FETCH_ADD: Operation<number, number, number> = {
  name: 'fetch_add',
  apply: (cell, delta) => {
    const old = cell.v;
    cell.v += delta;
    return old;
  },
};

/** Tasks that take a ticket, wait for their turn and enter; `broken` ones draw the ticket in two steps. */
export function ticketLock(count: number, broken: boolean): Program[] {
  const [next, serving, inside] = cells(3) as [Cell<number>, Cell<number>, Cell<number>];
  return Array.from({ length: count }, () => () => {
    let ticket: number;
    if (broken) {
      ticket = READ_ONCE(next);
      WRITE_ONCE(next, ticket + 1);
    } else {
      ticket = operate(FETCH_ADD, next, 1);
    }
    operate_when(serving, (now) => now === ticket);
    if (operate(FETCH_ADD, inside, 1) !== 0) throw new Violation('mutual exclusion', 'two tasks are inside');
    operate(FETCH_ADD, inside, -1);
    operate(FETCH_ADD, serving, 1);
  });
}
