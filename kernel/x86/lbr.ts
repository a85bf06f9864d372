/**
 * Last branch records as the x86 driver uses them: switched on with the counters, read by the NMI before its samples, filtered, and wiped when they
 * might show another task's branches.
 *
 * Reference: arch/x86/kernel/cpu/perf_event_intel_lbr.c of v3.4 and v4.2 (arch/x86/events/intel/lbr.c today).
 * Not modelled: saving and restoring call stacks; that before v4.1 a switch wipes only for events of CPUs, not of tasks; that since v4.8 an event that is throttled goes on using the records.
 */
import type { LbrEntry } from '../../pmu/lbr.ts';
import type { Hardware } from '../base.ts';
import { PERF_SAMPLE_BRANCH_STACK } from '../abi/index.ts';
import type { BranchEntry, BranchStack, PerfEvent, PerfEventContext, Regs } from '../structs/index.ts';
import { X86_BR, X86_BR_ALL, branch_type, common_branch_type, is_selected, type BranchReg } from './lbr-filter.ts';
import type { Msr } from './msr.ts';
import { static_call_update } from './static-call.ts';
import type { X86Pmu } from './x86-pmu.ts';

/** The bits of struct cpu_hw_events that are about branches. */
class CpuLbr {
  lbr_users = 0;
  lbr_context: PerfEventContext | null = null;
  /** What the event that was enabled last wants. */
  branch_reg: BranchReg = { reg: 0, config: null };
}

export class IntelLbr {
  readonly #hardware: Hardware;
  readonly #msr: Msr;
  readonly #cpus: readonly CpuLbr[];

  constructor(hardware: Hardware, msr: Msr) {
    this.#hardware = hardware;
    this.#msr = msr;
    this.#cpus = Array.from({ length: hardware.nr_cpus }, () => new CpuLbr());
  }

  #cpu(): CpuLbr {
    return this.#cpus[this.#hardware.smp_processor_id];
  }

  /** The event begins to run here. Another task's branches must not show. */
  intel_pmu_lbr_enable({ ctx, hw }: PerfEvent): void {
    const cpu = this.#cpu();
    if (ctx!.task !== null && cpu.lbr_context !== ctx) {
      this.#msr.reset_lbr();
      cpu.lbr_context = ctx;
    }
    cpu.branch_reg = hw.branch_reg!;
    cpu.lbr_users++;
  }

  intel_pmu_lbr_disable(enabled: boolean): void {
    const cpu = this.#cpu();
    cpu.lbr_users--;
    if (!enabled || cpu.lbr_users > 0) return;
    this.#msr.write_debugctl(false);
    cpu.lbr_context = null;
  }

  intel_pmu_lbr_enable_all(): void {
    const { lbr_users, branch_reg: { config } } = this.#cpu();
    if (lbr_users === 0) return;
    if (config !== null) this.#msr.write_lbr_select(config);
    this.#msr.write_debugctl(true);
  }

  intel_pmu_lbr_disable_all(): void {
    if (this.#cpu().lbr_users > 0) this.#msr.write_debugctl(false);
  }

  /** A task has come on, and records have no name on them. */
  intel_pmu_lbr_sched_task(ctx: PerfEventContext | null): void {
    const cpu = this.#cpu();
    if (cpu.lbr_users === 0) return;
    this.#msr.reset_lbr();
    cpu.lbr_context = ctx;
  }

  /** The registers at the interrupt, with the branches that led there; null if no event that runs wants branches. */
  regs_of(event: PerfEvent, interrupted: Regs['location']): Regs | null {
    const cpu = this.#cpu();
    if (cpu.lbr_users === 0) return null;
    return { ...this.#hardware.regs_behind_branch(interrupted, event.hw.config), branches: this.#intel_pmu_lbr_read(cpu) };
  }

  #intel_pmu_lbr_read({ branch_reg: { reg } }: CpuLbr): BranchStack {
    const { tos, entries } = this.#msr.read_lbr();
    return { hw_idx: tos, entries: this.#intel_pmu_lbr_filter(reg, entries) };
  }

  /** Throws out what the hardware could not. If all is wanted nothing is looked at, so that registers that were never written count, too. */
  #intel_pmu_lbr_filter(br_sel: number, entries: readonly LbrEntry[]): readonly BranchEntry[] {
    const { depth, mispredicted, cycles } = this.#hardware.chip.lbr!;
    const saves_type = (br_sel & X86_BR.TYPE_SAVE) !== 0;
    const all = (br_sel & X86_BR_ALL) === X86_BR_ALL && !saves_type;
    const kept = all ? entries : entries.filter((entry) => is_selected(br_sel, branch_type(entry)));
    const read = kept.map((entry): BranchEntry => ({
      from: entry.from, to: entry.to, mispred: mispredicted && entry.mispredicted, predicted: mispredicted && !entry.mispredicted,
      cycles: cycles ? entry.cycles : 0, type: saves_type ? common_branch_type(branch_type(entry)) : 0,
    }));
    const empty: BranchEntry = { from: 0, to: 0, mispred: false, predicted: mispredicted, cycles: 0, type: 0 };
    return all ? [...read, ...Array.from({ length: depth - read.length }, () => empty)] : read;
  }
}

const has_branch_stack = ({ sample_type }: PerfEvent): boolean => (sample_type & PERF_SAMPLE_BRANCH_STACK) !== 0;

/** From now on the driver minds its LBR. */
export function use_lbr(pmu: X86Pmu, lbr: IntelLbr): void {
  static_call_update(pmu, {
    is_used_by: has_branch_stack,
    enable: (event) => lbr.intel_pmu_lbr_enable(event),
    disable: (_event, enabled) => lbr.intel_pmu_lbr_disable(enabled),
    enable_all: () => lbr.intel_pmu_lbr_enable_all(),
    disable_all: () => lbr.intel_pmu_lbr_disable_all(),
  });
  const intel_pmu_handle_irq = pmu.intel_pmu_handle_irq.bind(pmu);
  const regs_at = pmu.regs_at.bind(pmu);
  pmu.intel_pmu_handle_irq = (location) => {
    lbr.intel_pmu_lbr_disable_all();
    intel_pmu_handle_irq(location);
  };
  pmu.regs_at = (event, location) => lbr.regs_of(event, location) ?? regs_at(event, location);
}
