/**
 * A sweep over options: its runs in their order, a part of them drawn at random, and the answer in words.
 * Reference: kernel.md 10 (what is lost, and when). Not modelled: a search that leaves out runs whose outcome is foreseen.
 */
import { PAGE_SIZE } from '../../kernel/abi/constants.ts';
import type { RunResult } from '../../perf/run-spec.ts';
import { Random } from '../../sim/random.ts';
import { title, type Setting } from './variation.ts';

/** What a sweep keeps of a run. */
export interface Outcome {
  samples: number[];
  lost: number;
  lost_reported: number;
  wakeups: number;
  buffer_high_water: number;
}

/** One run: the settings, the data pages of a buffer that they come to, whether it keeps only what came last, and the seed. */
export interface Point {
  settings: readonly Setting[];
  mmap_pages: number;
  overwrite: boolean;
  seed: string;
}

/** The option that the answer is about. */
const SIZE_OPTION = 'mmap-pages';

export function outcome(result: RunResult): Outcome {
  return {
    samples: result.events.map(({ samples }) => samples),
    lost: result.lost_total,
    lost_reported: result.lost_reported,
    wakeups: result.wakeups,
    buffer_high_water: result.buffer_high_water,
  };
}

/** `count` of the rows, in their order, each equally likely. Reference: algorithm S of Knuth, volume 2, 3.4.2. */
export function drawn<Row>(rows: readonly Row[], count: number): Row[] {
  const stream = new Random('sweep').stream('sample');
  let wanted = count;
  return rows.filter((_, index) => {
    const isTaken = stream.below(rows.length - index) < wanted;
    if (isTaken) wanted--;
    return isTaken;
  });
}

/** All runs of one setting besides the size of the buffer, by that size. */
interface Group {
  title: string;
  overwrite: boolean;
  sizes: Map<number, Outcome[]>;
}

/** The smallest -m without loss for each of the other settings, with the margin. */
export function answer(points: readonly Point[], outcomes: readonly Outcome[]): string {
  return [...groups(points, outcomes)].map((group) => `${group.title === '' ? '' : `${group.title}: `}${smallest(group)}\n`).join('');
}

function groups(points: readonly Point[], outcomes: readonly Outcome[]): Iterable<Group> {
  const found = new Map<string, Group>();
  points.forEach(({ settings, mmap_pages, overwrite }, index) => {
    const name = settings.filter(({ option }) => option !== SIZE_OPTION).map(title).join(' ');
    const group = found.get(name) ?? { title: name, overwrite, sizes: new Map<number, Outcome[]>() };
    found.set(name, group);
    const size = group.sizes.get(mmap_pages) ?? [];
    group.sizes.set(mmap_pages, size);
    size.push(outcomes[index]);
  });
  return found.values();
}

/** A size is enough if neither it nor a larger one that was tried loses anything. */
function smallest({ sizes, overwrite }: Group): string {
  if (overwrite) return 'with --overwrite the buffer keeps what came last, and what it does not keep does not count as lost: no -m is enough, or too small';
  const largestFirst = [...sizes].sort(([a], [b]) => b - a);
  const failing = largestFirst.findIndex(([, outcomes]) => outcomes.some(({ lost }) => lost > 0));
  const below = failing === -1 ? '' : `; -m ${largestFirst[failing][0]} ${loss(largestFirst[failing][1])}`;
  if (failing === 0) return `no -m that was tried is enough${below}`;
  const [pages, outcomes] = largestFirst[failing === -1 ? largestFirst.length - 1 : failing - 1];
  const most = Math.max(...outcomes.map(({ buffer_high_water }) => buffer_high_water));
  const used = (100 * most) / (pages * PAGE_SIZE);
  const smallestTried = failing === -1 ? ', the smallest that was tried,' : '';
  return `-m ${pages}${smallestTried} is enough: at most ${used.toFixed(1)} % of the buffer was in use, margin ${(100 - used).toFixed(1)} %${below}`;
}

function loss(outcomes: readonly Outcome[]): string {
  const losing = outcomes.filter(({ lost }) => lost > 0);
  return `loses up to ${Math.max(...losing.map(({ lost }) => lost))} records in ${losing.length} of ${outcomes.length} runs`;
}
