/**
 * How long things take: ranges in nanoseconds, drawn evenly and from a stream of their own.
 *
 * Reference: section 12.5 of kernel.md: plausible figures for hardware of 2011, not kernel facts.
 * Not modelled: caches and contention, which make real durations depend on each other.
 */
import type { Machine } from '../../sim/machine.ts';
import type { RandomStream } from '../../sim/random.ts';

export type Range = readonly [from: number, to: number];

export const DURATIONS_NS = {
  nmi_entry: [500, 1000],
  /** Serving one overflowed counter, its sample included, beside the MSR accesses counted separately. */
  pmi_counter: [300, 1200],
  /** One access to a register of the PMU. */
  msr: [75, 75],
  tick: [1000, 3000],
  irq: [300, 800],
  syscall: [200, 600],
  context_switch: [1000, 3000],
  record: [300, 1000],
  /** From the end of the NMI to the self-IPI that it asked for. */
  irq_work_latency: [300, 1000],
  /** From the wake-up of a sleeper to its running on an idle CPU. */
  wakeup_latency: [3000, 50_000],
  /** Moving a task that calls exec to the idlest CPU. */
  exec_migration: [20_000, 200_000],
} as const satisfies Record<string, Range>;

export type Duration = keyof typeof DURATIONS_NS;

/** Ticks that an RCU grace period lasts. */
export const GRACE_PERIOD_TICKS: Range = [1, 3];

/** One duration, drawn evenly from its range. */
export class Draw {
  readonly #from: number;
  readonly #span: number;
  readonly #stream: RandomStream;

  constructor(from: number, to: number, stream: RandomStream) {
    this.#from = from;
    this.#span = to - from;
    this.#stream = stream;
  }

  next(): number {
    return this.#span === 0 ? this.#from : Math.round(this.#from + this.#span * this.#stream.unit());
  }
}

/** Draws durations, in cycles. */
export class Durations {
  readonly #draws: Readonly<Record<Duration, Draw>>;

  /** `others` replaces the model's own ranges, by name; names that are not of this table are somebody else's. */
  constructor(machine: Machine, others: Readonly<Record<string, Range>> = {}) {
    this.#draws = Object.fromEntries(Object.entries(DURATIONS_NS).map(([name, range]) => {
      const [from, to] = others[name] ?? range;
      const cycles = machine.cycles(from);
      return [name, new Draw(cycles, cycles + machine.cycles(to - from), machine.random.stream(`duration/${name}`))];
    })) as Record<Duration, Draw>;
  }

  of(duration: Duration): Draw {
    return this.#draws[duration];
  }

  cycles(duration: Duration): number {
    return this.of(duration).next();
  }
}
