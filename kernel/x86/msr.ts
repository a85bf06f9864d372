/**
 * The PMU's registers as the driver writes and reads them: each access takes its time, and happens once, however often
 * the call around it is re-executed.
 *
 * Reference: wrmsrl, rdmsrl and rdpmc of arch/x86/include/asm/msr.h, v3.2.
 * Not modelled: faults on registers that do not exist.
 */
import { effect_of, hook } from '../../sim/memory.ts';
import type { CounterGate } from '../../pmu/pmu.ts';
import type { Hardware } from '../base.ts';

export class Msr {
  readonly #hardware: Hardware;

  constructor(hardware: Hardware) {
    this.#hardware = hardware;
  }

  write_control(position: number, signal: number, gate: CounterGate, enabled: boolean): void {
    if (hook !== null) return effect_of<Msr, 'write_control'>(this, 'write_control', position, signal, gate, enabled);
    this.#hardware.charge('msr');
    this.#hardware.pmu.writeControl(position, signal, gate, enabled);
  }

  write_enable(position: number, enabled: boolean): void {
    if (hook !== null) return effect_of<Msr, 'write_enable'>(this, 'write_enable', position, enabled);
    this.#hardware.charge('msr');
    this.#hardware.pmu.writeEnable(position, enabled);
  }

  write_counter(position: number, value: number): void {
    if (hook !== null) return effect_of<Msr, 'write_counter'>(this, 'write_counter', position, value);
    this.#hardware.charge('msr');
    this.#hardware.pmu.writeCounter(position, value);
  }

  read_counter(position: number): number {
    if (hook !== null) return effect_of<Msr, 'read_counter'>(this, 'read_counter', position);
    this.#hardware.charge('msr');
    return this.#hardware.pmu.readCounter(position);
  }

  /** IA32_PERF_GLOBAL_CTRL: all counters on, or none. */
  write_global_ctrl(on: boolean): void {
    if (hook !== null) return effect_of<Msr, 'write_global_ctrl'>(this, 'write_global_ctrl', on);
    this.#hardware.charge('msr');
    const pmu = this.#hardware.pmu;
    pmu.writeGlobalCtrl(on ? pmu.allCounters : 0);
  }
}
