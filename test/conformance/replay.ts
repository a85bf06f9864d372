/** Replays the steps of a case through the API, and says what came of each. */
import { BUFFER_OPERATIONS } from './buffer-operations.ts';
import { type Answer, type Case, type Fields, type Operation, type Step } from './cases.ts';
import { EVENT_OPERATIONS } from './event-operations.ts';
import { EXPERIMENTS, recorderOf } from './experiments.ts';
import { POLL_OPERATIONS } from './poll-operations.ts';
import { PROCESS_OPERATIONS } from './process-operations.ts';
import { SIGNAL_OPERATIONS } from './signal-operations.ts';
import { NotCovered, known } from './attr.ts';
import type { World } from './world.ts';

function repeat(world: World, step: Step): Fields {
  const body = known(step['body'], 'repeat without body') as unknown as readonly Step[];
  const recorder = recorderOf(world, step);
  const at: number[] = [];
  const epoll_wait_rets: number[] = [];
  for (let round = 1; round <= (step['n'] as number); round++) {
    for (const inner of body) {
      const { revents, ret, events } = (perform(world, inner) ?? {}) as { revents?: Record<string, string[]>; ret?: number; events?: Fields };
      if (revents !== undefined && Object.values(revents).some((names) => names.includes('POLLIN'))) at.push(round);
      if (events !== undefined) epoll_wait_rets.push(ret!);
    }
    recorder?.afterTrigger();
  }
  const total_poll_returns = [...world.pollers.values()].reduce((sum, { returns }) => sum + returns, 0);
  return {
    pollin_count: at.length, pollin_at: at, last_pollin_at: at.at(-1) ?? 0, total_poll_returns, epoll_wait_rets, ...recorder?.result(),
  };
}

/** Each operation by its name. */
const OPERATIONS: Record<string, Operation<World>> = {
  ...EVENT_OPERATIONS, ...BUFFER_OPERATIONS, ...POLL_OPERATIONS, ...PROCESS_OPERATIONS, ...SIGNAL_OPERATIONS, ...EXPERIMENTS, repeat,
};

export function perform(world: World, step: Step): Answer {
  const operation = OPERATIONS[step.op] ?? (() => { throw new NotCovered(step.op); });
  return operation(world, step, (inner) => perform(world, inner)) ?? null;
}

/** What each step of the case answers here; null where it answers nothing. Throws NotCovered. */
export function replay({ setup }: Case, world: World): Map<number, Answer> {
  return new Map(setup.map((step) => [step.i, perform(world, step)]));
}
