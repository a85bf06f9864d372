/**
 * A kernel as it is explored: the bytes of its records are not memory that anybody else looks at, and its events are on
 * a PMU without counters.
 *
 * Reference: none.
 * Not modelled: what a record says.
 */
import { effect } from '../../sim/memory.ts';
import type { Hardware, KernelConfig } from '../base.ts';
import type { PerfOutputHandle } from '../ring_buffer.ts';
import { PerfCpuContext, type RingBuffer } from '../structs/index.ts';
import type { Kernel, KernelClass } from '../variant.ts';
import type { ExplorePmu } from './pmu.ts';

/** `onBuffer` is told of every buffer that is made. */
export function exploredKernel(kernel: KernelClass, pmu: ExplorePmu, onBuffer: (rb: RingBuffer) => void): KernelClass {
  return class extends kernel {
    constructor(hardware: Hardware, config: KernelConfig) {
      super(hardware, config);
      for (const cpu of this.per_cpu) cpu.contexts[0] = new PerfCpuContext(pmu);
    }

    override perf_output_copy(handle: PerfOutputHandle, size: number): void {
      handle.offset += size;
    }

    override perf_output_sample(): void {}

    override perf_mmap_first(...mapping: Parameters<Kernel['perf_mmap_first']>): RingBuffer {
      const rb = super.perf_mmap_first(...mapping);
      effect(() => onBuffer(rb));
      return rb;
    }
  };
}
