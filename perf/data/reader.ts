/**
 * Opens a perf.data of any age, byte order and form (file or pipe) and hands out its records one after another.
 * Reference: perf_session__open() and perf_session__read_header() of tools/perf/util, v6.1.
 * Not modelled: recordings that are directories (perf record --threads); the payloads of AUX areas.
 */
import { Block, readBlocks } from './blocks.ts';
import { PerfDataError, hex } from './error.ts';
import { ByteReader } from './bytes.ts';
import { readAttr } from './attr.ts';
import { EventTable } from './events.ts';
import { readFeature, type Features } from './features.ts';
import { FILE_HEADER_SIZE, PIPE_HEADER_SIZE, readHeader, type FileHeader, type Section } from './header.ts';
import { sampleLayout } from './layout.ts';
import { PERF_RECORD_EVENT_UPDATE, PERF_RECORD_HEADER_ATTR, PERF_RECORD_HEADER_FEATURE } from './record-types.ts';
import { decodeRecord, type PerfRecord } from './records.ts';
import { perf_event_attr } from '../../kernel/abi/index.ts';
import { readBytes, type ByteSource } from './source.ts';

/** More of anything than this is damage, not a recording. */
const SECTION_SIZE_MAX = 64 << 20;
const NO_LAYOUT = sampleLayout(perf_event_attr());

/** A record, decoded, and where it is in the file. */
export type PositionedRecord = PerfRecord & { position: number };

export class PerfData {
  readonly source: ByteSource;
  readonly header: FileHeader;
  readonly events = new EventTable();
  readonly features: Features = {};
  /** Bits of the features found, known to this reader or not; those of a pipe arrive with its records. */
  readonly featureBits = new Set<number>();

  private constructor(source: ByteSource, header: FileHeader) {
    this.source = source;
    this.header = header;
  }

  /** Reads all that a file says before and behind its data. Of a pipe only the first 16 bytes. */
  static open(source: ByteSource): PerfData {
    const start = readBytes(source, 0, PIPE_HEADER_SIZE);
    const isPipe = start.length === PIPE_HEADER_SIZE && (start[8] === PIPE_HEADER_SIZE || start[15] === PIPE_HEADER_SIZE);
    const hasEnd = source.size !== null;
    const header = readHeader(isPipe || !hasEnd ? start : readBytes(source, 0, FILE_HEADER_SIZE), hasEnd);
    const data = new PerfData(source, header);
    if (!header.pipe) {
      if (header.data.size === 0) {
        throw new PerfDataError("the file header says at offset 0x30 that there are no data: 'perf record' did not end properly; record again");
      }
      data.#readAttrs();
      data.#readFeatures();
    }
    return data;
  }

  /** Whether records can be put in order of time: without sample_id_all (perf before 3.0) only samples would have one. */
  get ordered(): boolean {
    return this.header.pipe || this.events.all[0].layout.sample_id_all;
  }

  /** The data in blocks of whole records, in the order of the file. Whoever walks over them calls `learn` on each record. */
  blocks(): Generator<Block, void, undefined> {
    const { header: { little, pipe, data }, events } = this;
    const tracingData = (payload: Uint8Array): void => {
      Object.assign(this.features, { tracing_data: payload });
    };
    return readBlocks(this.source, pipe
      ? { start: PIPE_HEADER_SIZE, end: null, little, pipe, events, tracingData }
      : { start: data.offset, end: data.offset + data.size, little, pipe, events });
  }

  /** The records in the order of the file, each decoded when it is asked for. */
  *records(): Generator<PositionedRecord, void, undefined> {
    for (const block of this.blocks()) {
      for (let at = 0; at < block.end; at += block.size(at)) {
        this.learn(block, at);
        yield { ...this.decode(block, at), position: block.position(at) };
      }
    }
  }

  /** One record of a block, decoded by the layout of its event. */
  decode(block: Block, at: number): PerfRecord {
    const event = this.events.eventOf(block.view, at, block.type(at), block.size(at)) ?? this.events.all[0];
    return decodeRecord(block.record(at), event?.layout ?? NO_LAYOUT, block.position(at));
  }

  /** Takes in what a record tells about the recording itself: a pipe's events and features, updates to an event. */
  learn(block: Block, at: number): void {
    const type = block.type(at);
    if (type !== PERF_RECORD_HEADER_ATTR && type !== PERF_RECORD_HEADER_FEATURE && type !== PERF_RECORD_EVENT_UPDATE) return;
    const record = decodeRecord(block.record(at), NO_LAYOUT, block.position(at));
    if (record.name === 'ATTR' && this.header.pipe) this.events.add(record.attr, record.ids);
    else if (record.name === 'FEATURE') this.#addFeature(Number(record.feat_id), record.data, block.position(at) + 16, true);
    else if (record.name === 'EVENT_UPDATE' && record.update.what === 'name') {
      const event = this.events.byId(record.update.id);
      if (event !== undefined) event.name = record.update.text;
    }
  }

  #readAttrs(): void {
    const { attrSize, attrs, little } = this.header;
    const bytes = this.#section(attrs, 'the event attributes');
    const from = new ByteReader(bytes, 'the list of event attributes', attrs.offset, little);
    while (from.remaining >= attrSize) {
      const attr = readAttr(from, attrSize - 16);
      const ids = { offset: from.size(), size: from.size() };
      const idReader = new ByteReader(this.#section(ids, 'the ids of an event'), 'the list of ids', ids.offset, little);
      this.events.add(attr, Array.from({ length: Math.floor(ids.size / 8) }, () => idReader.u64()));
    }
  }

  /** A file whose end is missing still has its data: features that are not there are not an error. */
  #readFeatures(): void {
    const { data, features, little } = this.header;
    const indexOffset = data.offset + data.size;
    const index = readBytes(this.source, indexOffset, 16 * features.length);
    const from = new ByteReader(index, 'the index of features', indexOffset, little);
    for (const bit of features) {
      if (from.remaining < 16) return;
      const section = { offset: from.size(), size: from.size() };
      if (section.size > SECTION_SIZE_MAX || section.offset + section.size > (this.source.size ?? Infinity)) continue;
      this.#addFeature(bit, readBytes(this.source, section.offset, section.size), section.offset, little);
    }
  }

  /** perf goes on without a feature that it cannot read, and so does this reader. */
  #addFeature(bit: number, payload: Uint8Array, position: number, little: boolean): void {
    this.featureBits.add(bit);
    try {
      readFeature(this.features, bit, payload, position, little);
    } catch (error) {
      if (!(error instanceof PerfDataError)) throw error;
      return;
    }
    if (bit === 12) this.#nameEvents();
  }

  /** EVENT_DESC lists the events in the order of their attributes. */
  #nameEvents(): void {
    this.features.event_desc?.forEach(({ name }, index) => {
      if (index < this.events.all.length && name !== '') this.events.all[index].name = name;
    });
  }

  #section({ offset, size }: Section, what: string): Uint8Array {
    const bytes = size > SECTION_SIZE_MAX ? new Uint8Array() : readBytes(this.source, offset, size);
    if (bytes.length < size) {
      throw new PerfDataError(`${what}, ${size} bytes at offset ${hex(offset)}, are not all in ${this.source.name}; the recording is truncated or damaged`);
    }
    return bytes;
  }
}
