/**
 * The race of 2011 as a system of five threads: a poller of event 0; a task that redirects events 1 and 2 to its buffer;
 * and two CPUs on which these overflow twice each, while the profiled task is there: it migrates between them, so that
 * their writers exclude each other, but not their interrupts, which wake the poller.
 * bench/peers/seed-race.pml is the same in Promela, step by step.
 */
import { Cell, operate, type Operation } from '../sim/memory.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';
import { EVENT_CPU } from '../kernel/explore/hardware.ts';
import { HALTED } from '../pmu/location.ts';

const NMI = 2;

/** The events' CPU and another without a task of ours, and how often an event overflows on each. */
const CPUS = [EVENT_CPU - 1, EVENT_CPU];
const OVERFLOWS = 2;

/** The profiled task: what is left to overflow on the first CPU and on the second, and whether an NMI has stopped it. */
interface Profiled {
  readonly left: readonly number[];
  readonly stopped: boolean;
}

/** All states of the profiled task: equal ones are one object. */
const PROFILED = [false, true].map((stopped) => [0, 1, 2].map((a) => [0, 1, 2].map((b): Profiled => ({ left: [a, b], stopped }))));
const state = ([a, b]: readonly number[], stopped: boolean): Profiled => PROFILED[stopped ? 1 : 0][a][b];

const PMI: Operation<Profiled, number, void> = {
  name: 'pmi',
  ready: (cell, cpu) => !cell.v.stopped && cell.v.left[cpu] > 0,
  apply: (cell, cpu) => {
    cell.v = state(cell.v.left.map((left, i) => (i === cpu ? left - 1 : left)), true);
  },
};

const END_OF_PMI: Operation<Profiled, null, void> = {
  name: 'iret',
  apply: (cell) => {
    cell.v = state(cell.v.left, false);
  },
};

export const scenario: Scenario = {
  name: 'seed-race',
  question: 'Is the poller woken, when events that are being redirected to its buffer overflow on two CPUs?',
  expected: [],
  build(setup) {
    const [polled, ...others] = [setup.event(), setup.event(), setup.event()];
    setup.map(polled);
    setup.poller('T1', polled);
    setup.task('T2', () => {
      for (const event of others) setup.redirect(event, polled);
    });
    const profiled = new Cell(state([OVERFLOWS, OVERFLOWS], false), null, 'profiled task');
    others.forEach((event, i) => {
      setup.contexts.push({
        name: `NMI${CPUS[i]}`, processor: CPUS[i], level: NMI, repeats: true,
        run: () => {
          operate(PMI, profiled, i);
          setup.kernel.perf_event_overflow(event, 1, { location: HALTED, ip: 0 });
          operate(END_OF_PMI, profiled, null);
        },
      });
    });
    setup.contexts.push(setup.hardware.irqContext(CPUS[0], () => setup.kernel.irq_work_run()));
  },
};
