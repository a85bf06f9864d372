/**
 * The PMU's registers as the driver writes and reads them: each access takes its time.
 *
 * Reference: wrmsrl, rdmsrl and rdpmc of arch/x86/include/asm/msr.h, v3.2.
 * Not modelled: faults on registers that do not exist.
 */
import type { CounterGate } from '../../pmu/pmu.ts';
import type { Hardware } from '../base.ts';

export class Msr {
  readonly #hardware: Hardware;

  constructor(hardware: Hardware) {
    this.#hardware = hardware;
  }

  write_control(position: number, signal: number, gate: CounterGate, enabled: boolean): void {
    this.#hardware.charge('msr');
    this.#hardware.pmu.writeControl(position, signal, gate, enabled);
  }

  write_enable(position: number, enabled: boolean): void {
    this.#hardware.charge('msr');
    this.#hardware.pmu.writeEnable(position, enabled);
  }

  write_counter(position: number, value: number): void {
    this.#hardware.charge('msr');
    this.#hardware.pmu.writeCounter(position, value);
  }

  read_counter(position: number): number {
    this.#hardware.charge('msr');
    return this.#hardware.pmu.readCounter(position);
  }

  /** IA32_PERF_GLOBAL_CTRL: all counters on, or none. */
  write_global_ctrl(on: boolean): void {
    this.#hardware.charge('msr');
    const pmu = this.#hardware.pmu;
    pmu.writeGlobalCtrl(on ? pmu.allCounters : 0);
  }
}
