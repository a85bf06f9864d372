/** What counters say of programs whose work is known: measured through system calls, as a tool would. */
import type { Chip } from '../../pmu/chip.ts';
import { SIGNALS, location, type Signal } from '../../pmu/location.ts';
import type { Phase, Workload } from '../../pmu/workload.ts';
import { WORKLOADS } from '../../pmu/workloads/index.ts';
import { EVENTS_BY_NAME } from '../../perf/event-names.ts';
import { perform } from '../../perf/tool/perform.ts';
import {
  Linux, PERF_EVENT_IOC_ENABLE, PERF_FORMAT_TOTAL_TIME_ENABLED, PERF_FORMAT_TOTAL_TIME_RUNNING, perf_event_attr,
} from '../../kernel/index.ts';

/** A program of which every cycle is known: where a workload waits for an alarm it has so many cycles of work instead. */
export interface KnownProgram {
  readonly name: string;
  phases(khz: number): readonly Phase[];
}

const SECONDS = 1;
/** What brstack is asked for, so that it runs about as long as the others. */
const LOOPS = '100000000';

const BUSY = location('user', 'busy', 0x40_1000, 0x40, { instructions: 3, branches: 0.5, 'branch-misses': 0.001, 'cache-references': 0.01, 'cache-misses': 0.001 });
const STALLED = location('user', 'stalled', 0x40_2000, 0x40, { instructions: 0.3, branches: 0.05, 'cache-references': 0.05, 'cache-misses': 0.03, 'stalled-cycles-backend': 0.8 });

/** Two phases of `ms` milliseconds by turns: the harder for who looks only part of the time. */
function alternating(ms: number): KnownProgram {
  return {
    name: `alternating, ${ms} ms`,
    phases: (khz) => [{
      does: 'repeat',
      times: (SECONDS * 1000) / (2 * ms),
      phases: [BUSY, STALLED].map((code) => ({ does: 'run', code, amount: { cycles: khz * ms } }) as const),
    }],
  };
}

/** All that work: of sleep there is nothing to count. */
export const PROGRAMS: readonly KnownProgram[] = [
  ...WORKLOADS.filter(({ name }) => name !== 'sleep').map(workload),
  alternating(1),
  alternating(10),
];

function workload(of: Workload): KnownProgram {
  const { phases } = of.parse(of.name === 'brstack' ? [LOOPS] : []);
  return { name: of.name, phases: (khz) => phases.map((phase) => known(phase, khz)) };
}

function known(phase: Phase, khz: number): Phase {
  if ('phases' in phase) return { ...phase, phases: phase.phases.map((inner) => known(inner, khz)) };
  if (phase.does !== 'run' || !('alarm_ns' in phase.amount)) return phase;
  return { ...phase, amount: { cycles: Math.round((phase.amount.alarm_ns * khz) / 1e6) } };
}

/** How often the program causes `signal` in user space. */
function truth(phases: readonly Phase[], signal: Signal): number {
  return phases.reduce((sum, phase) => {
    if (phase.does === 'repeat') return sum + phase.times * truth(phase.phases, signal);
    if ('phases' in phase) return sum + truth(phase.phases, signal);
    if (phase.does !== 'run') return sum;
    if (!('cycles' in phase.amount)) throw new Error(`the work of ${phase.code.symbol} is not known`);
    return sum + phase.amount.cycles * phase.code.rates[SIGNALS.indexOf(signal)];
  }, 0);
}

const TIMES = BigInt(PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING);

/** The generic events that the chip counts in every kernel. */
function eventsOf(chip: Chip): Signal[] {
  const everywhere = chip.events.filter(({ unavailable, signal }) => unavailable !== true && signal !== 'ref-cycles');
  return [...new Set(everywhere.map(({ signal }) => signal))];
}

interface Reading {
  /** |value · enabled / running − truth|, in events and relative to the truth. */
  readonly events: number;
  readonly error: number;
  readonly multiplexed: boolean;
}

/** Counts `events` of user space at once while the program runs. */
function count(program: KnownProgram, chip: Chip, kernel: string, events: readonly Signal[], nmi_watchdog: boolean): Reading[] {
  const linux = new Linux({ kernel, pmu: chip.name, cpus: 2, seed: program.name, config: { nmi_watchdog } });
  const tool = linux.spawn('tool');
  const child = tool.fork();
  const phases = program.phases(chip.khz);
  const fds = events.map((signal) => {
    const { type, config } = EVENTS_BY_NAME.get(signal)!;
    const attr = perf_event_attr({ type, config: BigInt(config), read_format: TIMES, exclude_kernel: true, inherit: true, disabled: true });
    return tool.perf_event_open(attr, child.tid, -1, -1, 0);
  });
  for (const fd of fds) tool.ioctl(fd, PERF_EVENT_IOC_ENABLE);
  child.start((sys) => perform(sys, phases)).wait();
  return fds.map((fd, i) => {
    const [value, enabled, running] = tool.read(fd) as readonly number[];
    const expected = truth(phases, events[i]);
    const off = Math.abs((value * enabled) / running - expected);
    return { events: off, error: off / Math.max(expected, 1), multiplexed: running < enabled };
  });
}

/** The most events by which a count of the chip is off, so many counted at a time as have a counter whichever they are. */
export function countedOff(program: KnownProgram, chip: Chip, kernel: string): number {
  const events = eventsOf(chip);
  const together = Math.min(chip.general.count, 3);
  const readings = events.flatMap((_, i) => (i % together === 0 ? count(program, chip, kernel, events.slice(i, i + together), false) : []));
  if (readings.some(({ multiplexed }) => multiplexed)) throw new Error(`${together} events do not fit on ${chip.name}`);
  return Math.max(...readings.map(({ events: off }) => off));
}

/** The largest error over all events of the chip when there are three times as many as it has counters. */
export function scaledError(program: KnownProgram, chip: Chip, kernel: string): number {
  const events = eventsOf(chip);
  const wanted = 3 * (chip.general.count + chip.fixed.count);
  const readings = count(program, chip, kernel, Array.from({ length: wanted }, (_, i) => events[i % events.length]), true);
  if (!readings.some(({ multiplexed }) => multiplexed)) throw new Error(`${wanted} events fit on ${chip.name}`);
  return Math.max(...readings.map(({ error }) => error));
}
