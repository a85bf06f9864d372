/**
 * Who starts whom: the tool alone, or a shell that has a program running already when it starts the tool.
 *
 * Reference: perf-record(1), -p and -t.
 * Not modelled: the shell itself; it takes no time.
 */
import { SIGINT, Sys, TASK_DEAD, READ_ONCE, type Program, type TaskStruct, type TimedSystem } from '../../kernel/index.ts';
import { perform } from './perform.ts';
import type { RunningTarget } from './record.ts';
import type { ToolWorkload } from './workload-child.ts';

/** How long the program has been running when the tool comes. */
const HEAD_START_NS = 50_000_000;

/** `perf record` or `perf stat`. */
interface Tool {
  program(sys: Sys, target?: RunningTarget | null): Program;
}

/** Starts what there is to start; the run is over when the answered task has ended. */
export function startTool(system: TimedSystem, tool: Tool, target: ToolWorkload | null): TaskStruct {
  if (target === null) return system.spawn('perf', (task) => tool.program(new Sys(system, task))).task;
  return system.spawn('sh', (task) => shell(new Sys(system, task), tool, target)).task;
}

function* shell(sys: Sys, tool: Tool, { run, executable }: ToolWorkload): Program {
  const target = yield* sys.fork(function* program(own) {
    yield* own.execve(executable);
    yield* perform(own, run.phases);
  });
  for (let left = HEAD_START_NS, until = sys.clock() + left; left > 0; left = until - sys.clock()) yield* sys.poll([], left / 1e6);
  const recorder = yield* sys.fork(function* program(own) {
    yield* own.execve({ comm: 'perf', maps: [] });
    yield* tool.program(own, { task: target, running: executable });
  });
  // Whoever watches a program that has ended presses Ctrl-C; the tool may have ended before.
  while (isAlive(target) && isAlive(recorder)) yield* sys.wait(isAlive(target) ? target : recorder);
  if (isAlive(recorder)) yield* sys.kill(recorder, SIGINT);
  while (isAlive(recorder)) yield* sys.wait(recorder);
  yield* sys.exit();
}

function isAlive(task: TaskStruct): boolean {
  return READ_ONCE(task.state) !== TASK_DEAD;
}
