/**
 * Replays a recording: records in order of time, the machine kept up to date, every sample with its task and place.
 * Reference: machines__deliver_event() and deliver_sample_value() of tools/perf/util/session.c, v6.1.
 * Not modelled: decoding of AUX areas.
 */
import {
  PERF_RECORD_LOST, PERF_RECORD_LOST_SAMPLES, PERF_RECORD_SAMPLE,
} from '../../kernel/abi/index.ts';
import {
  deliverIfSorted, deliverInOrder, PERF_RECORD_USER_TYPE_START, PerfDataError, u64Key, type Block, type PerfData, type PerfRecord, type RecordedEvent, type OrderedDelivery,
} from '../data/index.ts';
import type { SymbolLoader } from './dso.ts';
import { Machine, type Thread } from './machine.ts';
import type { Location } from './maps.ts';
import { RecordCounts } from './stats.ts';

/** One sample, in the form that costs least: one object for all of them, whose fields change. */
export class CurrentSample {
  event!: RecordedEvent;
  block!: Block;
  at = 0;
  misc = 0;
  pid = -1;
  tid = -1;
  ipLow = 0;
  ipHigh = 0;
  timeLow = 0xffffffff;
  timeHigh = 0xffffffff;
  periodLow = 0;
  periodHigh = 0;
  /** u32 −1 where the sample does not say. */
  cpu = 0xffffffff;
  thread!: Thread;
  /** Null in a mode that is neither the host's kernel nor user space. */
  location: Location | null = null;

  get period(): bigint {
    return (BigInt(this.periodHigh) << 32n) | BigInt(this.periodLow);
  }

  get ip(): bigint {
    return (BigInt(this.ipHigh) << 32n) | BigInt(this.ipLow);
  }
}

/** What a command does with the records. */
export interface SessionHandlers {
  /** A record's turn, before anything else. */
  record?(block: Block, at: number): void;
  /** A record other than SAMPLE, decoded, once it has been taken into account. */
  other?(record: PerfRecord, block: Block, at: number): void;
  /** A sample before its task and place are looked up, once. */
  sampleStart?(sample: CurrentSample): void;
  /** A sample; one that read a group of counters comes once for each that has counted. */
  sample?(sample: CurrentSample): void;
  /** How often a sample counts in the statistics of its event; absent: once. */
  countedAs?(sample: CurrentSample): number;
}

export class Session {
  readonly data: PerfData;
  readonly machine: Machine;
  readonly counts = new RecordCounts();
  readonly #handlers: SessionHandlers;
  readonly #sample = new CurrentSample();
  /** The last value read from each counter, by id: what is sampled is the difference. */
  readonly #lastValues = new Map<number | bigint, bigint>();

  constructor(data: PerfData, handlers: SessionHandlers, loadSymbols?: SymbolLoader) {
    this.data = data;
    this.machine = new Machine(loadSymbols);
    this.#handlers = handlers;
  }

  /** Walks over the whole recording. */
  run(): void {
    this.counts.unordered = deliverInOrder(this.data, this.#start());
  }

  /** Walks over a file that may be in order as it is, in half the time. Answers false if it is not: the session is of no use then. */
  runIfSorted(): boolean {
    return deliverIfSorted(this.data, this.#start());
  }

  #start(): OrderedDelivery {
    for (const buildId of this.data.features.build_ids ?? []) this.machine.setBuildId(buildId);
    return {
      read: (block, at) => this.counts.count(block.type(at)),
      deliver: (block, at) => this.#deliver(block, at),
    };
  }

  #deliver(block: Block, at: number): void {
    const type = block.type(at);
    this.#handlers.record?.(block, at);
    if (type === PERF_RECORD_SAMPLE) return this.#deliverSample(block, at);
    if (type < PERF_RECORD_USER_TYPE_START) this.#event(block, at, type);
    const record = this.data.decode(block, at);
    this.machine.process(record);
    if (type === PERF_RECORD_LOST && record.name === 'LOST') this.counts.lost += record.lost;
    if (type === PERF_RECORD_LOST_SAMPLES && record.name === 'LOST_SAMPLES') this.#countLostSamples(record.lost, block, at);
    this.#handlers.other?.(record, block, at);
  }

  #countLostSamples(lost: bigint, block: Block, at: number): void {
    const event = this.#event(block, at, PERF_RECORD_LOST_SAMPLES);
    this.counts.lostSamples[event.index] = (this.counts.lostSamples[event.index] ?? 0n) + lost;
  }

  #event(block: Block, at: number, type: number): RecordedEvent {
    const event = this.data.events.eventOf(block.view, at, type, block.size(at));
    if (event === undefined) {
      throw new PerfDataError(
        `the record at offset 0x${block.position(at).toString(16)} belongs to an event that the recording does not list; it cannot be read without knowing which`);
    }
    return event;
  }

  #deliverSample(block: Block, at: number): void {
    const sample = this.#sample;
    const event = this.#event(block, at, PERF_RECORD_SAMPLE);
    fillSample(sample, event, block, at);
    this.#handlers.sampleStart?.(sample);
    if (event.layout.reads) return this.#deliverRead(sample);
    this.#deliverResolved(sample);
  }

  #deliverResolved(sample: CurrentSample): void {
    sample.thread = this.machine.thread(sample.pid, sample.tid);
    sample.location = this.machine.locate(sample.thread, sample.misc, sample.ipLow, sample.ipHigh);
    this.counts.countSample(sample.event.index, this.#handlers.countedAs?.(sample) ?? 1);
    this.#handlers.sample?.(sample);
  }

  /** A sample that carries counter values stands for what they counted since they were last seen. */
  #deliverRead(sample: CurrentSample): void {
    const record = this.data.decode(sample.block, sample.at);
    if (record.name !== 'SAMPLE') return;
    for (const { id, value } of record.sample.read?.values ?? []) {
      const event = id === undefined ? undefined : this.data.events.byId(id);
      if (event === undefined || id === undefined) continue;
      const key = u64Key(Number(id & 0xffffffffn), Number(id >> 32n));
      const period = BigInt.asUintN(64, value - (this.#lastValues.get(key) ?? 0n));
      this.#lastValues.set(key, value);
      if (period === 0n) continue;
      sample.event = event;
      sample.periodLow = Number(period & 0xffffffffn);
      sample.periodHigh = Number(period >> 32n);
      this.#deliverResolved(sample);
    }
  }
}

/** Picks the head fields out of the record. */
function fillSample(sample: CurrentSample, event: RecordedEvent, block: Block, at: number): void {
  const { view } = block;
  const { head, headEnd } = event.layout;
  if (headEnd > block.size(at)) {
    throw new PerfDataError(`the sample at offset 0x${block.position(at).toString(16)} has ${block.size(at)} bytes, too few for the ${headEnd} that its event prescribes`);
  }
  sample.event = event;
  sample.block = block;
  sample.at = at;
  sample.misc = block.misc(at);
  sample.ipLow = head.ip < 0 ? 0 : view.getUint32(at + head.ip, true);
  sample.ipHigh = head.ip < 0 ? 0 : view.getUint32(at + head.ip + 4, true);
  sample.pid = head.tid < 0 ? -1 : view.getInt32(at + head.tid, true);
  sample.tid = head.tid < 0 ? -1 : view.getInt32(at + head.tid + 4, true);
  sample.timeLow = head.time < 0 ? 0xffffffff : view.getUint32(at + head.time, true);
  sample.timeHigh = head.time < 0 ? 0xffffffff : view.getUint32(at + head.time + 4, true);
  sample.cpu = head.cpu < 0 ? 0xffffffff : view.getUint32(at + head.cpu, true);
  if (head.period < 0) {
    sample.periodLow = Number(event.attr.sample_period & 0xffffffffn);
    sample.periodHigh = Number(event.attr.sample_period >> 32n);
  } else {
    sample.periodLow = view.getUint32(at + head.period, true);
    sample.periodHigh = view.getUint32(at + head.period + 4, true);
  }
}
