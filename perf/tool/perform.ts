/**
 * A workload's phases as a program on system calls: what its threads do, until all have ended.
 *
 * Reference: pmu/workload.ts.
 * Not modelled: threads that outlive the thread that made them: each waits at its end for those that it has begun.
 */
import type { Phase } from '../../pmu/workload.ts';
import type { Location } from '../../pmu/location.ts';
import { SIGALRM, TASK_DEAD, READ_ONCE, type Program, type Sys, type TaskStruct } from '../../kernel/index.ts';

const NS_PER_MS = 1e6;

/** Performs `phases`, waits for what they have begun, and exits. */
export function* perform(sys: Sys, phases: readonly Phase[]): Program {
  const begun: TaskStruct[] = [];
  yield* performAll(sys, phases, begun);
  for (const task of begun) while (READ_ONCE(task.state) !== TASK_DEAD) yield* sys.wait(task);
  yield* sys.exit();
}

function* performAll(sys: Sys, phases: readonly Phase[], begun: TaskStruct[]): Program {
  for (const phase of phases) yield* performOne(sys, phase, begun);
}

function* performOne(sys: Sys, phase: Phase, begun: TaskStruct[]): Program {
  switch (phase.does) {
    case 'run': {
      const { code, amount } = phase;
      if ('cpu_ns' in amount) yield* sys.run(code, amount.cpu_ns);
      else if ('cycles' in amount) yield* sys.run_cycles(code, amount.cycles);
      else yield* runUntilAlarm(sys, code, amount.alarm_ns);
      break;
    }
    case 'sleep':
      yield* nanosleep(sys, phase.ns);
      break;
    case 'fault':
      for (let i = 0; i < phase.count; i++) yield* sys.page_fault(phase.code, 0, phase.major);
      break;
    case 'clone':
    case 'fork':
      begun.push(yield* sys[phase.does]((other) => perform(other, phase.phases)));
      break;
    case 'repeat':
      for (let i = 0; i < phase.times; i++) yield* performAll(sys, phase.phases, begun);
  }
}

/** Signals other than the alarm interrupt the code and it goes on. */
function* runUntilAlarm(sys: Sys, code: Location, ns: number): Program {
  const alarm = { hasRung: false };
  sys.sigaction(SIGALRM, () => {
    alarm.hasRung = true;
  });
  yield* sys.alarm(ns / 1e9);
  while (!alarm.hasRung) yield* sys.run(code, Infinity);
}

/** nanosleep(2), begun again when a signal ends it. */
function* nanosleep(sys: Sys, ns: number): Program {
  const until = sys.clock() + ns;
  for (let left = ns; left > 0; left = until - sys.clock()) yield* sys.poll([], left / NS_PER_MS);
}
