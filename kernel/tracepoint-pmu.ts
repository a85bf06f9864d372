/**
 * Tracepoints as events: each occurrence counts with the weight that the tracepoint gives it.
 *
 * Reference: perf_tracepoint, perf_tp_event and perf_tp_event_match of kernel/events/core.c; perf_trace_init and
 * perf_trace_event_perm of kernel/trace/trace_event_perf.c; update_curr of kernel/sched/fair.c.
 * Not modelled: all tracepoints but one, and ftrace's own, which never fires here; raw data; filters.
 */
import { EINVAL, ENOENT, EPERM, PERF_SAMPLE_RAW, PERF_TYPE_TRACEPOINT } from './abi/index.ts';
import { SCHED_STAT_RUNTIME } from './base.ts';
import { SoftwarePmu } from './software-pmu.ts';
import type { PerfEvent } from './structs/index.ts';

/** The tracepoints that there are, by the numbers of their id files; how many ns a task has run since it was asked last. */
export const TRACEPOINTS: Readonly<Record<string, number>> = { 'ftrace:function': 1, 'sched:sched_stat_runtime': 314 };

export class TracepointPmu extends SoftwarePmu {
  override readonly name = 'tracepoint';

  override event_init(event: PerfEvent): number {
    const { type, config } = event.attr;
    if (type !== PERF_TYPE_TRACEPOINT) return -ENOENT;
    const known = Object.entries(TRACEPOINTS).find(([, id]) => BigInt(id) === config);
    if (known === undefined) return -EINVAL;
    return known[0] === 'ftrace:function' ? this.function_refused(event) : this.#sched_stat_runtime(event);
  }

  /** perf_allow_tracepoint: whether the caller may see raw data, which can tell more than an ordinary user may know. */
  protected get allowed(): boolean {
    const task = this.kernel.current();
    return this.kernel.sysctl_perf_event_paranoid <= -1 || task === null || task.user.capable;
  }

  #sched_stat_runtime(event: PerfEvent): number {
    if (this.wants_raw_data(event) && !this.allowed) return -EPERM;
    event.hw.config = SCHED_STAT_RUNTIME;
    return 0;
  }

  /** Whoever only counts will never see any, but is not told apart until v4.6. */
  protected wants_raw_data({ sample_type }: PerfEvent): boolean {
    return (sample_type & PERF_SAMPLE_RAW) !== 0;
  }

  /** ftrace's own event is there, but perf cannot register for it before v3.4. */
  protected function_refused(_event: PerfEvent): number {
    return -EINVAL;
  }
}
