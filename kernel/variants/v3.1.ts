/**
 * v3.1, before the fix: a wakeup goes to the wait queue of the event that posts it, and to no other.
 *
 * Parent: none; the text of the files in kernel/ is this version's.
 * Upstream commit: v3.1, as left by 4ec8363dfc14 (June 2011).
 * Claim: whoever polls an event is woken when that event's buffer has filled to its watermark.
 * Known to fail: several events share a buffer, the tool polls the first, and another one's record crosses the
 * watermark: nobody is woken.
 * Reference: kernel/events/core.c of v3.1; section 5, column A.
 * Not modelled: see the files in kernel/.
 */
import { BreakpointPmu } from '../breakpoint-pmu.ts';
import { CpuClockPmu, TaskClockPmu } from '../clock-pmu.ts';
import { perf_pmu_register } from '../registered-pmu.ts';
import { SoftwarePmu } from '../software-pmu.ts';
import { PerfCpuContext, type PmuOperations } from '../structs/index.ts';
import { SyscallCode } from '../syscalls.ts';
import { TracepointPmu } from '../tracepoint-pmu.ts';
import type { VariantInfo } from '../variant.ts';
import { X86Pmu } from '../x86/x86-pmu.ts';
import type { Hardware, KernelConfig } from '../base.ts';

export class V3_1 extends SyscallCode {
  static readonly variant: VariantInfo = {
    name: 'v3.1',
    parent: null,
    commit: 'v3.1',
    claim: 'a wakeup goes to the event whose record crossed the watermark',
    known_to_fail: 'several events in one buffer, of which only the first is polled',
  };

  readonly x86_pmu: X86Pmu;
  override readonly pmus: readonly PmuOperations[];

  constructor(hardware: Hardware, config: KernelConfig) {
    super(hardware, config);
    this.x86_pmu = this.make_x86_pmu();
    this.pmus = [
      this.x86_pmu, new SoftwarePmu(this), new CpuClockPmu(this), new TaskClockPmu(this), this.make_tracepoint_pmu(),
      this.make_breakpoint_pmu(),
    ].map(perf_pmu_register);
    const [hardware_pmu, software_pmu] = this.pmus;
    for (const cpu of this.per_cpu) cpu.contexts.push(new PerfCpuContext(hardware_pmu), new PerfCpuContext(software_pmu));
  }

  make_x86_pmu(): X86Pmu {
    return new X86Pmu(this);
  }

  make_tracepoint_pmu(): TracepointPmu {
    return new TracepointPmu(this);
  }

  make_breakpoint_pmu(): BreakpointPmu {
    return new BreakpointPmu(this);
  }
}
