/**
 * `report -D`: every record as bytes and as text, in the order in which perf processes them.
 * Reference: dump_event() and dump_sample() of tools/perf/util/session.c, v6.1.
 * Not modelled: the decoded contents of raw samples and AUX areas.
 */
import { PERF_RECORD_SAMPLE } from '../../kernel/abi/index.ts';
import { PERF_RECORD_COMPRESSED, PERF_RECORD_COMPRESSED2, PERF_RECORD_USER_TYPE_START, PIPE_HEADER_SIZE, recordName, type Block, type PerfData, type SampleLayout } from '../data/index.ts';
import type { SymbolLoader } from './dso.ts';
import { describeRecord } from './dump-record.ts';
import { dumpSampleTail } from './dump-sample.ts';
import { Hexdump } from './hexdump.ts';
import { piece, type Output, type Piece } from './output.ts';
import { Session, type CurrentSample } from './session.ts';
import { statistics } from './stats.ts';
import { branchesOf, hasBranchStacks } from './branch-stack.ts';

const NAMES = Array.from({ length: 90 }, (_, type) => piece(`]: PERF_RECORD_${recordName(type)}`));
const UNKNOWN_NAME = piece(`]: PERF_RECORD_${recordName(0x100)}`);

const EVENT = piece(']: event: ');
const OPEN = piece(' [');
const SAMPLE = piece('(IP, 0x');
const SAMPLE_TASK = piece('): ');
const COLON = piece(': ');
const PERIOD = piece(' period: ');
const ADDRESS = piece(' addr: ');
const THREAD = piece(' ... thread: ');
const DSO = piece('\n ...... dso: ');


/** How many encoded names are kept. */
const NAMES_KEPT = 4096;

const NEWLINE = 0x0a;
const SLASH = 0x2f;
const COLON_BYTE = 0x3a;

export class Dump {
  readonly session: Session;
  readonly #data: PerfData;
  readonly #out: Output;
  readonly #hexdump: Hexdump;
  readonly #at: Piece;
  readonly #names = new Map<string, Piece>();
  /** perf counts a pipe's bytes from behind its header. */
  readonly #origin: number;

  /** `name` is what stands behind the @ of each record. */
  constructor(data: PerfData, out: Output, name: string, loadSymbols?: SymbolLoader) {
    this.#data = data;
    this.#out = out;
    this.#hexdump = new Hexdump(out);
    this.#origin = data.header.pipe ? PIPE_HEADER_SIZE : 0;
    this.#at = piece(`@${name} [`);
    this.session = new Session(data, {
      record: (block, at) => this.#record(block, at),
      other: (record, block, at) => {
        if (record.name !== 'COMPRESSED' && record.name !== 'COMPRESSED2') out.text(describeRecord(record, this.#context(block, at)));
      },
      sampleStart: (sample) => this.#sampleStart(sample),
      sample: (sample) => this.#sample(sample),
      ...(hasBranchStacks(data) ? { countedAs: (sample) => branchesOf(data, sample).length } : {}),
    }, loadSymbols);
  }

  /** What perf says on opening a file whose records it cannot put in order. */
  get warning(): string {
    return this.#data.ordered ? '' : 'WARNING: No sample_id_all support, falling back to unordered processing\n';
  }

  /** All records, then the statistics. */
  run(): void {
    this.session.run();
    this.#out.text(statistics(this.#data, this.session.counts, { lostSamples: false }));
    this.#out.flush();
  }

  #context(block: Block, at: number) {
    return { data: this.#data, block, at, machine: this.session.machine };
  }

  #record(block: Block, at: number): void {
    const out = this.#out;
    const type = block.type(at);
    if (type === PERF_RECORD_COMPRESSED || type === PERF_RECORD_COMPRESSED2) return;
    const position = block.position(at) - this.#origin;
    const low = position % 2 ** 32;
    const high = Math.floor(position / 2 ** 32);
    const size = block.size(at);
    out.byte(NEWLINE);
    out.hashHex(low, high);
    out.put(this.#at);
    out.hashHex(size);
    out.put(EVENT);
    out.signed(type | 0);
    out.byte(NEWLINE);
    this.#hexdump.print(block.bytes, at, size);
    this.#timestamp(block, at, type, size);
    out.hashHex(low, high);
    out.put(OPEN);
    out.hashHex(size);
    out.put(NAMES[type] ?? UNKNOWN_NAME);
  }

  /** CPU and time of the record, as far as any event has them; perf prints the values of "unknown" as unsigned. */
  #timestamp(block: Block, at: number, type: number, size: number): void {
    const { events } = this.#data;
    const out = this.#out;
    if (type !== PERF_RECORD_SAMPLE && !events.all[0]?.layout.sample_id_all) return out.text('-1 -1 ');
    const fromTool = type >= PERF_RECORD_USER_TYPE_START;
    const layout = fromTool ? undefined : events.eventOf(block.view, at, type, size)?.layout;
    const missing = fromTool ? 0 : 0xffffffff;
    if (events.anyCpu) {
      const cpu = offsetOf(layout, 'cpu', type, size);
      out.decimal(cpu < 0 ? missing : block.view.getUint32(at + cpu, true));
      out.byte(0x20);
    }
    if (events.anyTime) {
      const time = offsetOf(layout, 'time', type, size);
      if (time < 0) out.decimal(missing, missing);
      else out.decimal(block.view.getUint32(at + time, true), block.view.getUint32(at + time + 4, true));
      out.byte(0x20);
    }
  }

  #sampleStart(sample: CurrentSample): void {
    const out = this.#out;
    const { head } = sample.event.layout;
    const { view } = sample.block;
    out.put(SAMPLE);
    out.hex(sample.misc);
    out.put(SAMPLE_TASK);
    out.signed(sample.pid);
    out.byte(SLASH);
    out.signed(sample.tid);
    out.put(COLON);
    out.hashHex(sample.ipLow, sample.ipHigh);
    out.put(PERIOD);
    out.decimal(sample.periodLow, sample.periodHigh);
    out.put(ADDRESS);
    if (head.addr < 0) out.hashHex(0);
    else out.hashHex(view.getUint32(sample.at + head.addr, true), view.getUint32(sample.at + head.addr + 4, true));
    out.byte(NEWLINE);
    if (sample.event.layout.beyondHead) dumpSampleTail(out, this.#data, sample);
  }

  #sample(sample: CurrentSample): void {
    const out = this.#out;
    out.put(THREAD);
    out.put(this.#encoded(sample.thread.comm.text));
    out.byte(COLON_BYTE);
    out.signed(sample.thread.tid);
    out.put(DSO);
    out.put(this.#encoded(sample.location === null ? '[hypervisor]' : sample.location.map?.dso.long_name ?? '<not found>'));
    out.byte(NEWLINE);
  }

  /** Names come again and again. */
  #encoded(name: string): Piece {
    let encoded = this.#names.get(name);
    if (encoded === undefined) {
      if (this.#names.size >= NAMES_KEPT) this.#names.clear();
      this.#names.set(name, encoded = piece(name));
    }
    return encoded;
  }
}

/** Where the record of `size` bytes has the field, from its start; −1 where it has none. */
function offsetOf(layout: SampleLayout | undefined, field: 'cpu' | 'time', type: number, size: number): number {
  if (layout === undefined) return -1;
  if (type === PERF_RECORD_SAMPLE) return layout.head[field];
  return layout.trailer[field] < 0 ? -1 : size - layout.trailer[field];
}
