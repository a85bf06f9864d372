/**
 * Counts the records of a stream as it is written.
 *
 * Reference: perf_event_header and section 1.3 of the format notes.
 * Not modelled: nothing.
 */
import { PERF_RECORD_LOST, PERF_RECORD_SAMPLE } from '../../kernel/abi/index.ts';
import { recordName } from '../data/record-types.ts';

/** Types of records that a kernel writes. */
const PERF_RECORD_TYPES = 64;

export class Tally {
  lost = 0;
  readonly samples: number[];
  readonly #eventOf: ReadonlyMap<number, number>;
  /** Bytes from a sample's start to its event's id; −1 with a single event. */
  readonly #idOffset: number;
  readonly #byType = new Float64Array(PERF_RECORD_TYPES);

  /** `eventOf` gives the index of the event that an id belongs to. */
  constructor(events: number, eventOf: ReadonlyMap<number, number>, idOffset: number) {
    this.samples = Array.from({ length: events }, () => 0);
    this.#eventOf = eventOf;
    this.#idOffset = idOffset;
  }

  /** Whole records. Ids beyond 2^32 do not occur in a simulation's lifetime. */
  add(chunk: Uint8Array): void {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
    for (let at = 0; at < chunk.length; at += view.getUint16(at + 6, true)) {
      const type = view.getUint32(at, true);
      this.#byType[type]++;
      if (type === PERF_RECORD_SAMPLE) {
        const event = this.#idOffset < 0 ? 0 : this.#eventOf.get(view.getUint32(at + this.#idOffset, true));
        if (event !== undefined) this.samples[event]++;
      } else if (type === PERF_RECORD_LOST) {
        this.lost += view.getUint32(at + 16, true);
      }
    }
  }

  /** Records by type name, in order of type, those of `others` included. */
  byName(others: Readonly<Record<string, number>>): Record<string, number> {
    const named: Record<string, number> = {};
    this.#byType.forEach((count, type) => {
      const name = recordName(type);
      const sum = count + (others[name] ?? 0);
      if (type > 0 && sum > 0) named[name] = sum;
    });
    return named;
  }
}
