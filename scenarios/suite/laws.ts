/**
 * What several scenarios expect of a run, as arithmetic on its inputs.
 * Reference: kernel.md 7.1 (start-up), 9.3 (the tool's loop) and 10. Not modelled: workloads that do not run all the time.
 */
import type { RunResult, RunSpec } from '../../perf/run-spec.ts';
import type { BufferSizes } from './buffer.ts';

/**
 * An event's period starts at 1 and takes five to seven overflows to find its size; so many samples lie in the buffer of
 * the CPU where the child woke, which it leaves at its exec.
 */
export const START_UP_SAMPLES = { least: 5, most: 7 };

/** The seconds that the workload was told to run. */
export function seconds({ workload }: RunSpec): number {
  return Number(workload.args[0]);
}

export function totalSamples({ events }: RunResult): number {
  return events.reduce((sum, { samples }) => sum + samples, 0);
}

/** Samples that each event would have at its frequency. */
export function asked(spec: RunSpec): number {
  return spec.record.freq! * seconds(spec);
}

/** Least and most returns of poll(2) if every crossing of the mark wakes the tool, and the child's exit does. */
export function wakeups(result: RunResult, { sample, exec, watermark }: BufferSizes): [number, number] {
  const bytes = exec + totalSamples(result) * sample;
  const elsewhere = START_UP_SAMPLES.most * result.events.length * sample + exec;
  return [Math.floor((bytes - elsewhere) / watermark) + 1, Math.floor(bytes / watermark) + 1];
}

/** Least and most bytes in use if the tool reads a buffer within the time of a few more samples. */
export function highWater({ events }: RunResult, { sample, watermark }: BufferSizes, interrupts: number): [number, number] {
  return [watermark + 1, watermark + interrupts * events.length * sample];
}
