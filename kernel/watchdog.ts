/**
 * The NMI watchdog: one pinned cycles event per CPU, which writes nothing but takes a counter.
 *
 * Reference: kernel/watchdog.c and arch/x86/kernel/apic/hw_nmi.c of v3.2; section 8.6.
 * Not modelled: the lockup checks themselves.
 */
import { PERF_COUNT_HW_CPU_CYCLES, PERF_TYPE_HARDWARE, perf_event_attr } from './abi/index.ts';
import { ProcessCode } from './process.ts';

/** Seconds without a timer interrupt after which a CPU counts as locked up. */
const WATCHDOG_THRESH = 10;

export abstract class WatchdogCode extends ProcessCode {
  /** Creates the event of the executing CPU. On Intel its period exceeds the longest that a counter can hold. */
  watchdog_nmi_enable(): void {
    const cpu = this.hardware.smp_processor_id;
    const attr = perf_event_attr({
      type: PERF_TYPE_HARDWARE,
      config: BigInt(PERF_COUNT_HW_CPU_CYCLES),
      pinned: true,
      disabled: true,
      sample_period: BigInt(this.hardware.cpu_khz * 1000 * WATCHDOG_THRESH),
    });
    const event = this.perf_event_alloc(attr, cpu, null, null, null);
    if (typeof event === 'number') return;
    event.overflow_handler = () => {
      // The watchdog is never throttled.
      event.hw.interrupts = 0;
    };
    const ctx = this.per_cpu[cpu].contexts[event.pmu.task_ctx_nr].ctx;
    this.perf_install_in_context(ctx, event, cpu);
    this.perf_event_enable(event);
  }
}
