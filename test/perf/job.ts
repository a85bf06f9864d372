/** `perfsim record -e cycles,… noploop SECONDS` as a value, and what section 1.3 and 10.1 of kernel.md say of its buffers. */
import { PERF_COUNT_HW_CPU_CYCLES, PERF_TYPE_HARDWARE } from '../../kernel/index.ts';
import { run, type ByteSink, type EventSpec, type RecordOptions, type RunResult, type RunSpec } from '../../perf/index.ts';
import { bufferSizes } from '../../scenarios/suite/buffer.ts';

/** What a test may change about the job; everything else is the command line's default. */
export interface Job extends Partial<Omit<RunSpec, 'record' | 'workload'>>, Partial<Omit<RecordOptions, 'events'>> {
  events?: number;
  seconds?: number;
}

const CYCLES: EventSpec = {
  name: 'cycles', type: PERF_TYPE_HARDWARE, config: PERF_COUNT_HW_CPU_CYCLES,
  exclude_user: false, exclude_kernel: false, exclude_hv: false, precise_ip: 0,
};

export function specOf(job: Job): RunSpec {
  const {
    events = 3, seconds = 10, freq = 1000, period = null, mmap_pages = 128, no_delay = false, wakeup = null, poll_all = false, inherit = true,
    system_wide = false, cpu_list = null, ...machine
  } = job;
  return {
    kernel: 'v3.2', pmu: 'nehalem', cpus: 4, hz: 1000, nmi_watchdog: true, latencies: {}, seed: '1', tool: '3.2', ...machine,
    record: {
      events: Array.from({ length: events }, () => CYCLES), freq, period, mmap_pages, no_delay, wakeup, poll_all, inherit,
      system_wide, cpu_list,
    },
    workload: { name: 'noploop', args: [String(seconds)] },
  };
}

export const ran = (job: Job): RunResult => run(specOf(job), null);

/** The bytes of a job's recording. */
export const recorded = (job: Job): Uint8Array => bytesOf(specOf(job));

export function bytesOf(spec: RunSpec): Uint8Array {
  const bytes = new Bytes();
  run(spec, bytes);
  return bytes.all;
}

/** A recording in memory. */
export class Bytes implements ByteSink {
  readonly #bytes: number[] = [];

  write(chunk: Uint8Array): void {
    for (const byte of chunk) this.#bytes.push(byte);
  }

  patch(position: number, chunk: Uint8Array): void {
    chunk.forEach((byte, i) => (this.#bytes[position + i] = byte));
  }

  get all(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

export const samplesOf = ({ events }: RunResult): number[] => events.map(({ samples }) => samples);
export const totalOf = (result: RunResult): number => samplesOf(result).reduce((sum, samples) => sum + samples, 0);
/** By how much an event may have more samples than another. */
export const spreadOf = (result: RunResult): number => Math.max(...samplesOf(result)) - Math.min(...samplesOf(result));

/** A buffer in bytes and samples. */
export interface Capacity {
  /** Bytes of records that an exec leaves in front of the samples. */
  readonly sideband: number;
  readonly sample: number;
  /** Samples that find room behind them in a buffer that nobody reads. */
  readonly samples: number;
  /** Samples from one watermark to the next. */
  readonly per_watermark: number;
}

export function capacityOf(job: Job): Capacity {
  const { usable, watermark, sample, exec } = bufferSizes(specOf(job));
  return { sideband: exec, sample, samples: Math.floor((usable - exec) / sample), per_watermark: watermark / sample };
}
