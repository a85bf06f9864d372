/**
 * The events of one recording and the rule by which a record finds its event.
 * Reference: evlist__event2evsel() and evlist__valid_sample_type() of tools/perf/util/evlist.c, v6.1.
 * Not modelled: nothing.
 */
import { PERF_RECORD_SAMPLE, PERF_SAMPLE_CPU, PERF_SAMPLE_TIME, type PerfEventAttr } from '../../kernel/abi/index.ts';
import { PerfDataError } from './error.ts';
import { u64Key, u64KeyOf } from './u64.ts';
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

export class EventTable {
  readonly all: RecordedEvent[] = [];
  /** Whether the time is in the same place for all events, so that it can be found without knowing which one it is. */
  sameTimes = true;
  /** Whether any of the events has these. */
  anyCpu = false;
  anyTime = false;
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
    if (attr.sample_type & BigInt(PERF_SAMPLE_CPU)) this.anyCpu = true;
    if (attr.sample_type & BigInt(PERF_SAMPLE_TIME)) this.anyTime = true;
    this.#checkLayout(event);
    const [{ layout: { head, headEnd, trailer } }] = this.all;
    const { layout } = event;
    if (layout.head.time !== head.time || layout.headEnd !== headEnd || layout.trailer.time !== trailer.time) this.sameTimes = false;
    for (const id of ids) this.addId(event, id);
    return event;
  }

  addId(event: RecordedEvent, id: bigint): void {
    event.ids.push(id);
    this.#byId.set(u64KeyOf(id), event);
  }

  /** The event with this id, or undefined. */
  byId(id: bigint): RecordedEvent | undefined {
    return this.#byId.get(u64KeyOf(id));
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
    return low === 0 && high === 0 ? all[0] : this.#byId.get(u64Key(low, high));
  }

  /** Without the id in one place, samples of several events could not be told apart; those of `perf stat record -o -` have none. */
  #checkLayout({ layout, name }: RecordedEvent): void {
    const [first] = this.all;
    if (this.all.length === 1 || this.all.every(({ attr }) => attr.sample_type === 0n)) return;
    const agree = this.#sampleId >= 0 && sampleIdOffset(layout) === this.#sampleId
      && layout.sample_id_all === first.layout.sample_id_all && trailerIdOffset(layout) === this.#trailerId;
    if (!agree) {
      throw new PerfDataError(
        `the events ${first.name} and ${name} hold their ids in different places, or none, so that their samples cannot be told apart (non matching sample_type)`);
    }
  }
}
