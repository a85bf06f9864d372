/** One CPU with its PMU on the work bench: no kernel, just somebody who writes registers and notes the interrupts. */
import { Priority } from '../../sim/event-queue.ts';
import { Machine, type Cpu } from '../../sim/machine.ts';
import { nehalem } from '../../pmu/chips/nehalem.ts';
import type { Chip } from '../../pmu/chip.ts';
import { SIGNALS, location, type Location } from '../../pmu/location.ts';
import { Pmu, type CounterGate } from '../../pmu/pmu.ts';

export const CYCLES = SIGNALS.indexOf('cycles');
export const INSTRUCTIONS = SIGNALS.indexOf('instructions');

export const USER = location('user', 'loop', 0x40_0000, 0x20, { instructions: 2 });
export const KERNEL = location('kernel', 'entry', -0x1000, 0x20, { instructions: 0.5 });

export const BOTH: CounterGate = { user: true, os: true, interrupt: true };

/** What an interrupt found. */
export interface Pmi {
  readonly at: number;
  readonly symbol: string;
  readonly status: number;
}

export class Bench {
  readonly machine: Machine;
  readonly cpu: Cpu;
  readonly pmu: Pmu;
  readonly pmis: Pmi[] = [];
  /** What the interrupt handler does, beside taking a note. */
  onPmi: () => void = () => {};

  constructor(chip: Chip = nehalem, seed = '1') {
    this.machine = new Machine(1, chip.khz, seed);
    [this.cpu] = this.machine.cpus;
    this.pmu = new Pmu(this.machine, this.cpu, chip, ({ symbol }) => {
      this.pmis.push({ at: this.cpu.clock, symbol, status: this.pmu.readGlobalStatus() });
      this.onPmi();
    });
  }

  /** Does `body` on the CPU at `time`. */
  at(time: number, body: () => void): void {
    this.machine.queue.arm(this.cpu.timer(Priority.TASK, body), time);
  }

  /** Lets `counter` count `signal` from `value` on, in `where`, with everything enabled. Call it within `at`. */
  count(counter: number, signal: number, value: number, where: Location = USER, gate: CounterGate = BOTH): void {
    this.pmu.enter(where);
    this.pmu.writeCounter(counter, value);
    this.pmu.writeControl(counter, signal, gate, true);
    if (this.pmu.chip.globalRegisters) this.pmu.writeGlobalCtrl(this.pmu.allCounters);
  }

  run(until: number): void {
    this.machine.run(() => false, until);
  }

  /** What a counter reads at `time`. */
  read(counter: number, time: number): number {
    let value = Number.NaN;
    this.at(time, () => {
      value = this.pmu.readCounter(counter);
    });
    this.run(time);
    return value;
  }
}
