/** The RunSpec of the experiment of 2011, for benches. */
import type { RunSpec } from '../perf/index.ts';
import { parse_events } from '../perf/parse-events.ts';

export function mainJob(kernel: string, seed: number, seconds = 10): RunSpec {
  return {
    kernel, pmu: 'nehalem', cpus: 4, hz: 1000, nmi_watchdog: true, latencies: {}, seed: String(seed), tool: '3.2',
    workload: { name: 'noploop', args: [String(seconds)] },
    record: {
      events: parse_events('cycles,cycles,cycles'), freq: 1000, period: null, mmap_pages: 128, no_delay: false,
      wakeup: null, poll_all: false, inherit: true, system_wide: false, cpu_list: null,
    },
  };
}
