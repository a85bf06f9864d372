/**
 * Writes perf.data in pipe format: everything is in records, nothing is patched, so that it can go straight to a reader.
 * Reference: perf_header__write_pipe(), perf_event__synthesize_attr() and perf_event__synthesize_features() of
 * tools/perf/util, v6.1; perf_event__synthesize_event_type() of v3.2.
 * Not modelled: tracing data.
 */
import type { ByteSink } from '../run-spec.ts';
import { ByteWriter } from './bytes.ts';
import { FEATURE_NAMES, writeFeatures, type EventDescription, type Features } from './features.ts';
import { PIPE_HEADER_SIZE, pipeHeader } from './header.ts';
import { sampleLayout, type SampleLayout } from './layout.ts';
import { encodeRecord, type PerfRecord } from './records.ts';
import { checkEvents, eventTypeText } from './writer.ts';

/** These do not go through a pipe as features: build ids have records of their own, and sample times are not known yet. */
const NOT_PIPED = new Set([2, 21]);

export class PerfPipeWriter {
  readonly #sink: Pick<ByteSink, 'write'>;
  readonly #layout: SampleLayout;
  #size = 0;

  /** Writes the header, one ATTR record for each event and the features with their end mark. `hasEventTypes`: with their names beside them, as v3.2 has it. */
  constructor(sink: Pick<ByteSink, 'write'>, events: readonly EventDescription[], features: Features = {}, hasEventTypes = false) {
    checkEvents(events);
    this.#sink = sink;
    this.#layout = sampleLayout(events[0].attr);
    sink.write(pipeHeader());
    for (const { attr, ids } of events) this.appendRecord({ name: 'ATTR', attr, ids });
    if (hasEventTypes) for (const { attr, name } of events) this.appendRecord({ name: 'EVENT_TYPE', event_id: attr.config, event_name: eventTypeText(name) });
    const { build_ids = [], ...others } = features;
    for (const { bit, payload } of writeFeatures({ event_desc: [...events], ...others })) {
      if (!NOT_PIPED.has(bit)) this.appendRecord({ name: 'FEATURE', feat_id: BigInt(bit), data: payload });
    }
    this.appendRecord({ name: 'FEATURE', feat_id: BigInt(FEATURE_NAMES.length), data: new Uint8Array() });
    for (const { misc, pid, build_id, filename } of build_ids) {
      const padded = new Uint8Array(20);
      padded.set(build_id);
      this.appendRecord({ name: 'BUILD_ID', misc, pid, build_id: padded, build_id_size: build_id.length, reserved: new Uint8Array(3), filename });
    }
  }

  /** Bytes of records written so far. */
  get dataSize(): number {
    return this.#size;
  }

  /** Bytes written so far, header included. */
  get fileSize(): number {
    return PIPE_HEADER_SIZE + this.#size;
  }

  /** Appends bytes that already are whole records, such as those of a ring buffer. */
  append(chunk: Uint8Array): void {
    this.#sink.write(chunk);
    this.#size += chunk.length;
  }

  /** Appends a record of the tool's own making. */
  appendRecord(record: PerfRecord): void {
    const to = new ByteWriter(256);
    encodeRecord(to, record, this.#layout);
    this.append(to.written);
  }
}
