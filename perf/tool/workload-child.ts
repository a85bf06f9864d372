/**
 * The child that the tool forks before it opens its events, and that waits for them before it becomes the workload.
 *
 * Reference: evlist__prepare_workload and evlist__start_workload of tools/perf/util/evlist.c.
 * Not modelled: an exec that fails, and how the parent hears of it.
 */
import { location } from '../../pmu/location.ts';
import type { WorkloadRun } from '../../pmu/workload.ts';
import type { Executable, Program, Sys, TaskStruct } from '../../kernel/index.ts';
import { perform } from './perform.ts';

const LOADER_NS = 250_000;

export const TOOL_RATES = { instructions: 1.1, branches: 0.22, 'branch-misses': 0.004, 'cache-references': 0.01, 'cache-misses': 0.001 };

/** Code of the tool's child before it is the workload. */
export const CHILD = location('user', 'perf_evlist__prepare_workload', 0x40_4b60, 0x2a0, TOOL_RATES);

export interface ToolWorkload {
  readonly run: WorkloadRun;
  readonly executable: Executable;
}

/** A child that waits, and the end of the pipe that it waits for. */
export interface WaitingChild {
  readonly task: TaskStruct;
  readonly go: number;
}

/** Forks the workload. `begins`: what the child does first. */
export function* forkWorkload(
  sys: Sys, workload: ToolWorkload, startup: readonly [number, number], begins: (sys: Sys) => Program = function* nothing() {},
): Program<WaitingChild> {
  const [ready, readyWrite] = yield* sys.pipe();
  const [go, goWrite] = yield* sys.pipe();
  const task = yield* sys.fork(function* child(own) {
    yield* begins(own);
    yield* own.close(goWrite);
    yield* own.close(ready);
    yield* own.close(readyWrite);
    yield* own.read_pipe(go);
    yield* own.run(CHILD, own.system.machine.random.stream('child/startup').logBetween(...startup));
    yield* own.execve(workload.executable);
    yield* own.run(workload.run.start, LOADER_NS);
    yield* perform(own, workload.run.phases);
  });
  yield* sys.close(readyWrite);
  yield* sys.close(go);
  yield* sys.read_pipe(ready);
  return { task, go: goWrite };
}

/** Lets it go on. */
export function* releaseChild(sys: Sys, { go }: WaitingChild): Program {
  yield* sys.close(go);
}
