/** `perf record -e cycles,cycles,… noploop 10`: how far the events' sample counts lie apart. */
import type { Chip } from '../../pmu/chip.ts';
import { ran, samplesOf, type Job } from '../perf/job.ts';

/** The kernels that rotate each in their own way. */
const KERNELS = ['v3.2', 'v3.11', 'v6.18'];

export function percentApart(job: Job): number {
  const samples = samplesOf(ran(job));
  return 100 * (1 - Math.min(...samples) / Math.max(...samples));
}

/** The largest distance in percent, over kernels, and with and without the watchdog. */
export function spread(chip: Chip, events: number): number {
  const jobs = KERNELS.flatMap((kernel) => [true, false].map((nmi_watchdog) => ({ kernel, nmi_watchdog, pmu: chip.name, events })));
  return Math.max(...jobs.map(percentApart));
}
