/**
 * What the events have in common that one occurrence of a software event overflows, since v6.3: each field is filled in by
 * the first event that asks for it, and the others report the same.
 *
 * That is a bug of these kernels: ids, and the bytes of a call chain, are not the same for all events.
 * Reference: do_perf_sw_event and perf_prepare_sample of kernel/events/core.c, v6.12 and v6.18.
 * Not modelled: nothing.
 */
import {
  PERF_SAMPLE_CALLCHAIN, PERF_SAMPLE_CPU, PERF_SAMPLE_ID, PERF_SAMPLE_IDENTIFIER, PERF_SAMPLE_STREAM_ID, PERF_SAMPLE_TID,
  PERF_SAMPLE_TIME,
} from './abi/index.ts';
import type { Sample } from './output.ts';
import type { SampleId } from './ring_buffer.ts';
import type { LateValue } from './sample-fields.ts';

const EITHER_ID = PERF_SAMPLE_ID | PERF_SAMPLE_IDENTIFIER;

/** struct perf_sample_data, as far as it outlives the sample of one event. Local to a call. */
export class PerfSampleData {
  /** Bits of sample_type that have been filled in. */
  #sample_flags = 0;
  #dyn_size = 0;
  #id: SampleId | null = null;
  #chain: Sample['chain'] = null;
  readonly #late = new Map<number, LateValue>();

  /** The sample as the event will write it: what is missing is taken from `own`, which the event has made for itself. */
  share(sample_type: number, own: Sample): Sample {
    const missing = sample_type & ~this.#sample_flags;
    const fixed_size = own.size - dyn_size_of(own, sample_type);
    if (missing !== 0) this.#fill_in(missing, sample_type, own);
    return {
      ...own,
      id: this.#id ?? own.id,
      chain: sample_type & PERF_SAMPLE_CALLCHAIN ? this.#chain : null,
      late: own.late.map((value) => this.#late.get(value.bit) ?? value),
      size: fixed_size + this.#dyn_size,
    };
  }

  #fill_in(missing: number, sample_type: number, own: Sample): void {
    const was = this.#id ?? own.id;
    const take = (bits: number, ...keys: (keyof SampleId)[]): Partial<SampleId> =>
      missing & bits ? Object.fromEntries(keys.map((key) => [key, own.id[key]])) : {};
    this.#id = {
      ...was, ...take(PERF_SAMPLE_TID, 'pid', 'tid'), ...take(PERF_SAMPLE_TIME, 'time'), ...take(EITHER_ID, 'id'),
      ...take(PERF_SAMPLE_STREAM_ID, 'stream_id'), ...take(PERF_SAMPLE_CPU, 'cpu'),
    };
    if (missing & PERF_SAMPLE_CALLCHAIN) this.#chain = own.chain;
    for (const value of own.late) if (missing & value.bit) this.#late.set(value.bit, value);
    this.#dyn_size += dyn_size_of(own, missing);
    this.#sample_flags |= sample_type;
  }
}

/** Bytes of those parts of the sample, among `bits`, whose size is counted with each record. */
function dyn_size_of({ chain, late }: Sample, bits: number): number {
  const chain_size = chain === null || (bits & PERF_SAMPLE_CALLCHAIN) === 0 ? 0 : 8 * (1 + chain.length);
  return late.reduce((sum, { bit, dyn_size }) => sum + (bits & bit ? dyn_size : 0), chain_size);
}
