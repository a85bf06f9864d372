/**
 * The events of one recording and the rule by which a record finds its event.
 * Reference: evlist__event2evsel() and evlist__valid_sample_type() of tools/perf/util/evlist.c, v6.1.
 * Not modelled: nothing.
 */
import type { PerfEventAttr } from '../../kernel/abi/index.ts';
import { PERF_RECORD_SAMPLE } from '../../kernel/abi/index.ts';
import { PerfDataError } from './error.ts';
import { eventName } from './event-name.ts';
import { sampleIdOffset, sampleLayout, trailerIdOffset, type SampleLayout } from './layout.ts';

/** One event of a recording. */
export interface RecordedEvent {
  readonly index: number;
  readonly attr: PerfEventAttr;
  readonly ids: bigint[];
  readonly layout: SampleLayout;
  /** As the recording has it, or what perf would call such an attr. */
  name: string;
}

/** Ids are counters of the kernel; one beyond 2^53 keeps its exact value as a bigint. */
export function idKey(low: number, high: number): number | bigint {
  return high < 1 << 21 ? high * 2 ** 32 + low : (BigInt(high) << 32n) | BigInt(low);
}

function keyOf(id: bigint): number | bigint {
  return id < 1n << 53n ? Number(id) : id;
}

export class EventTable {
  readonly all: RecordedEvent[] = [];
  readonly #byId = new Map<number | bigint, RecordedEvent>();
  /** Where a SAMPLE, and any other record counted from its end, holds its event's id: the same for all events. */
  #sampleId = -1;
  #trailerId = -1;

  /** Adds an event; its ids come with it or later. */
  add(attr: PerfEventAttr, ids: readonly bigint[], name = eventName(attr)): RecordedEvent {
    const event = { index: this.all.length, attr, ids: [], layout: sampleLayout(attr), name };
    if (event.index === 0) {
      this.#sampleId = sampleIdOffset(event.layout);
      this.#trailerId = trailerIdOffset(event.layout);
    }
    this.all.push(event);
    this.#checkLayout(event);
    for (const id of ids) this.addId(event, id);
    return event;
  }

  addId(event: RecordedEvent, id: bigint): void {
    event.ids.push(id);
    this.#byId.set(keyOf(id), event);
  }

  /** The event with this id, or undefined. */
  byId(id: bigint): RecordedEvent | undefined {
    return this.#byId.get(keyOf(id));
  }

  /**
   * The event of the record of `size` bytes at `at`. With several events the record names its own; id 0 marks a record
   * of the tool's making and stands for the first. Undefined if no event has the id.
   */
  eventOf(view: DataView, at: number, type: number, size: number): RecordedEvent | undefined {
    const { all } = this;
    if (all.length <= 1) return all[0];
    let offset = this.#sampleId;
    if (type !== PERF_RECORD_SAMPLE) {
      if (!all[0].layout.sample_id_all) return all[0];
      offset = size - this.#trailerId;
    }
    if (offset < 8 || offset + 8 > size) return undefined;
    const low = view.getUint32(at + offset, true);
    const high = view.getUint32(at + offset + 4, true);
    return low === 0 && high === 0 ? all[0] : this.#byId.get(idKey(low, high));
  }

  /** Without the id in one place, samples of several events could not be told apart. */
  #checkLayout({ layout, name }: RecordedEvent): void {
    if (this.all.length === 1) return;
    const first = this.all[0];
    const agree = this.#sampleId >= 0 && sampleIdOffset(layout) === this.#sampleId
      && layout.sample_id_all === first.layout.sample_id_all && trailerIdOffset(layout) === this.#trailerId;
    if (!agree) {
      throw new PerfDataError(
        `the events ${first.name} and ${name} hold their ids in different places, or none, so that their samples cannot be told apart (non matching sample_type)`);
    }
  }
}
