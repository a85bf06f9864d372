/**
 * The software PMU: events that the kernel counts itself, in a context of their own.
 *
 * Reference: perf_swevent of kernel/events/core.c, v3.2.
 * Not modelled: every software event but the dummy, which counts nothing and exists for its side-band records.
 */
import { ENOENT, PERF_COUNT_SW_DUMMY, PERF_TYPE_SOFTWARE } from './abi/index.ts';
import type { PerfEvent, PmuOperations } from './structs.ts';

export class SoftwarePmu implements PmuOperations {
  readonly name = 'software';
  readonly task_ctx_nr = 1;
  readonly software = true;

  event_init(event: PerfEvent): number {
    const { type, config } = event.attr;
    return type === PERF_TYPE_SOFTWARE && config === BigInt(PERF_COUNT_SW_DUMMY) ? 0 : -ENOENT;
  }

  // There is no hardware to stop, and room for any number of events.
  pmu_enable(): void {}
  pmu_disable(): void {}
  add(): number {
    return 0;
  }
  del(): void {}
  start(): void {}
  stop(): void {}
  read(): void {}
  start_txn(): void {}
  commit_txn(): number {
    return 0;
  }
  cancel_txn(): void {}
}
