/**
 * The PMU's registers as the driver writes and reads them: each access takes its time.
 *
 * Reference: wrmsrl, rdmsrl and rdpmc of arch/x86/include/asm/msr.h, v3.2.
 * Not modelled: faults on registers that do not exist.
 */
import type { LbrStack } from '../../pmu/lbr.ts';
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

  /** IA32_PEBS_ENABLE. */
  write_pebs_enable(mask: number): void {
    this.#hardware.charge('msr');
    this.#hardware.pmu.writePebsEnable(mask);
  }

  /** MSR_LBR_SELECT. */
  write_lbr_select(mask: number): void {
    this.#hardware.charge('msr');
    this.#hardware.pmu.lbr.writeSelect(mask);
  }

  /** IA32_DEBUGCTL: reads it, and writes LBR and FREEZE_LBRS_ON_PMI. */
  write_debugctl(on: boolean): void {
    this.#charge(2);
    this.#hardware.pmu.lbr.writeDebugCtl(on, on);
  }

  /** Zeros into all last branch records. */
  reset_lbr(): void {
    this.#charge(this.#lbr_registers());
    this.#hardware.pmu.lbr.reset();
  }

  read_lbr(): LbrStack {
    this.#charge(1 + this.#lbr_registers());
    return this.#hardware.pmu.lbr.read();
  }

  /** From and to of each record, and what else is said of it. */
  #lbr_registers(): number {
    const { depth, cycles } = this.#hardware.chip.lbr!;
    return depth * (cycles ? 3 : 2);
  }

  #charge(accesses: number): void {
    for (let i = 0; i < accesses; i++) this.#hardware.charge('msr');
  }

  /** IA32_PERF_GLOBAL_CTRL: all counters on, or none. */
  write_global_ctrl(on: boolean): void {
    this.#hardware.charge('msr');
    const pmu = this.#hardware.pmu;
    pmu.writeGlobalCtrl(on ? pmu.allCounters : 0);
  }
}
