/** What was measured against what the simulator answers: the places where they differ. */
import type { KernelClass } from '../../kernel/index.ts';
import type { Case, Fields, Value } from './cases.ts';
import { replay } from './replay.ts';
import { NotCovered } from './attr.ts';
import { World } from './world.ts';

/** Keys that depend on the scheduler of the machine that was measured. */
const IGNORED = new Set(['i', 'task_wakeups', 'revents_seen']);

/** Differences of `actual` from `expected`, whose keys alone count. */
function differences(expected: Value, actual: Value | undefined, at: string, leavesLost: boolean): string[] {
  if (Array.isArray(expected)) {
    const list = Array.isArray(actual) ? (actual as Value[]) : [];
    if (list.length !== expected.length) return [`${at}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`];
    return expected.flatMap((value, i) => differences(value as Value, list[i], `${at}[${i}]`, leavesLost));
  }
  if (typeof expected === 'object' && expected !== null) {
    const isRecord = 'type' in expected;
    return Object.entries(expected).flatMap(([key, value]) => {
      if (IGNORED.has(key) || (key === 'lost' && !isRecord && leavesLost)) return [];
      // Words that change from run to run have been left out.
      if (key === 'words' && Array.isArray(value) && value.length === 0) return [];
      const answer = (actual as Fields | undefined)?.[key];
      // What the replay does not look at is not covered; an error in place of a result is a difference.
      if (answer === undefined && key !== 'errno' && key !== 'ret') throw new NotCovered(key);
      return differences(value, answer, `${at}.${key}`, leavesLost);
    });
  }
  return expected === actual ? [] : [`${at}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`];
}

/** Without PERF_FORMAT_LOST a read has 8 bytes less for each event. */
function withoutLost(step: Fields): Fields {
  const members = step['members'] as readonly Fields[] | undefined;
  const losts = members === undefined ? Number('lost' in step && 'bytes' in step) : members.filter((member) => 'lost' in member).length;
  return losts === 0 ? step : { ...step, bytes: (step['bytes'] as number) - 8 * losts };
}

export type Outcome = { readonly kind: 'alike' } | { readonly kind: 'not covered' | 'differs'; readonly why: string };

export function outcome(subject: Case, kernel: KernelClass): Outcome {
  try {
    const world = new World(kernel, subject.linux);
    const answers = replay(subject, world);
    const found = subject.observed.steps.flatMap((step) => {
      const expected = world.leavesLost ? withoutLost(step) : step;
      return differences(expected, answers.get(step.i) ?? {}, `step ${step.i}`, world.leavesLost);
    });
    return found.length === 0 ? { kind: 'alike' } : { kind: 'differs', why: found.slice(0, 3).join('; ') };
  } catch (error) {
    if (error instanceof NotCovered) return { kind: 'not covered', why: error.message };
    return { kind: 'differs', why: String(error) };
  }
}
