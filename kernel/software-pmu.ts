/**
 * The software PMU: events that the kernel counts where they happen, in a context of their own.
 *
 * Reference: perf_swevent of kernel/events/core.c, v3.2.
 * Not modelled: the hash of event numbers (a list for each number takes its place). The dummy event came with v3.12; here
 * every kernel has it, because the side-band records that it exists for are older.
 */
import { ENOENT, PERF_COUNT_SW_CPU_CLOCK, PERF_COUNT_SW_TASK_CLOCK, PERF_TYPE_SOFTWARE } from './abi/index.ts';
import { list_add, list_del_init } from './list.ts';
import type { SoftwareEventCode } from './software-events.ts';
import { PERF_EF_START, PERF_HES_STOPPED, type PerfEvent, type PmuOperations } from './structs/index.ts';

/** What all PMUs without hardware have in common: nothing to stop, and room for any number of events. */
export abstract class UnlimitedPmu implements PmuOperations {
  abstract readonly name: string;
  readonly task_ctx_nr = 1;
  readonly software = true;
  protected readonly kernel: SoftwareEventCode;

  constructor(kernel: SoftwareEventCode) {
    this.kernel = kernel;
  }

  abstract event_init(event: PerfEvent): number;
  abstract add(event: PerfEvent, flags: number): number;
  abstract del(event: PerfEvent): void;
  abstract start(event: PerfEvent): void;
  abstract stop(event: PerfEvent): void;
  abstract read(event: PerfEvent): void;

  pmu_enable(): void {}
  pmu_disable(): void {}
  start_txn(): void {}
  commit_txn(): number {
    return 0;
  }
  cancel_txn(): void {}
}

export class SoftwarePmu extends UnlimitedPmu {
  readonly name: string = 'software';

  event_init(event: PerfEvent): number {
    const { type, config } = event.attr;
    if (type !== PERF_TYPE_SOFTWARE || config >= BigInt(this.kernel.attr_limits.software_max)) return -ENOENT;
    const event_id = Number(config);
    // The clocks are PMUs of their own.
    if (event_id === PERF_COUNT_SW_CPU_CLOCK || event_id === PERF_COUNT_SW_TASK_CLOCK) return -ENOENT;
    event.hw.config = event_id;
    return 0;
  }

  add(event: PerfEvent, flags: number): number {
    const { hw } = event;
    if (event.is_sampling) {
      hw.last_period = hw.sample_period;
      this.kernel.perf_swevent_set_period(event);
    }
    hw.state = flags & PERF_EF_START ? 0 : PERF_HES_STOPPED;
    list_add(event.hlist_entry, this.kernel.this_cpu().swevent_heads[hw.config]);
    return 0;
  }

  del(event: PerfEvent): void {
    list_del_init(event.hlist_entry);
  }

  start(event: PerfEvent): void {
    event.hw.state = 0;
  }

  stop(event: PerfEvent): void {
    event.hw.state = PERF_HES_STOPPED;
  }

  read(): void {}
}
