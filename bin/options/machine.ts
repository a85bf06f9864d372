/** The options that choose the simulated machine; every command that runs one has them. */
import type { OptionTable } from './option.ts';
import { oneOf, toolVersion, wholeNumber } from './values.ts';
import { latencies } from './latency.ts';

const MAX_CPUS = 64;
/** attr.wakeup_events and attr.wakeup_watermark have 32 bits. */
const MAX_U32 = 2 ** 32 - 1;
const TICK_RATES = ['100', '250', '300', '1000'] as const;

export const MACHINE_OPTIONS = {
  kernel: { argument: '<name>', default: 'v3.2', describe: "kernel version, see 'perfsim list kernels', or a file: ./mine.ts" },
  pmu: { argument: '<name>', default: 'nehalem', describe: "performance counters, see 'perfsim list pmus'" },
  cpus: { argument: '<n>', default: '4', describe: 'number of CPUs', coerce: (text: string) => wholeNumber('--cpus', text, 1, MAX_CPUS, 'a number of CPUs') },
  hz: { argument: '<n>', default: '1000', describe: `scheduler ticks per second: ${TICK_RATES.join(', ')}`, coerce: (text: string) => Number(oneOf('--hz', text, TICK_RATES)) },
  seed: { argument: '<text>', default: '1', describe: 'same seed, same bytes' },
  tool: { argument: '<version>', describe: 'version of the perf tool: 3.2 or 6.1 (default 3.2 with kernels up to v3.x, 6.1 with later ones)', coerce: toolVersion },
  latency: {
    array: true, argument: '<name=range>', default: [] as string[], coerce: latencies,
    describe: 'a duration of the machine or the tool, such as write=20ms (what the disk makes the tool wait) or wakeup_latency=1ms-5ms',
  },
  'wakeup-events': { argument: '<n>', describe: 'wake the tool after so many samples', coerce: (text: string) => wholeNumber('--wakeup-events', text, 1, MAX_U32, 'a number of samples') },
  watermark: { argument: '<bytes>', describe: 'wake the tool after so many bytes (default half a buffer)', coerce: (text: string) => wholeNumber('--watermark', text, 1, MAX_U32, 'a number of bytes') },
  'poll-all': { describe: 'let the tool poll every event, instead of the first of each CPU' },
  workload: { argument: '<file>', describe: 'a workload of your own, described in a file (docs/workloads.md)' },
  'no-watchdog': { describe: 'do not let the NMI watchdog hold a counter per CPU' },
} as const satisfies OptionTable;
