/**
 * `script`: one line for each sample, or its callchain below.
 * Reference: process_event() and perf_sample__fprintf_start() of tools/perf/builtin-script.c, v6.1.
 * Not modelled: data_src; branches by their offset in the file, and the instructions between them.
 */
import { PERF_SAMPLE_CALLCHAIN } from '../../kernel/abi/index.ts';
import type { PerfData, PerfRecord, RecordedEvent } from '../data/index.ts';
import { right, strlen } from '../printf.ts';
import { branchFlags, branchesOf } from './branch-stack.ts';
import { resolveCallchain, type Frame } from './callchain.ts';
import type { SymbolLoader } from './dso.ts';
import type { Comm } from './machine.ts';
import type { Location } from './maps.ts';
import { piece, type Output, type Piece } from './output.ts';
import type { SampleFilter } from './sample-filter.ts';
import { scriptRecord, type RecordKind } from './script-records.ts';
import { ScriptClock, type ClockOptions } from './script-clock.ts';
import { fieldsOf, shownName, type FieldSet, type parseFields } from './script-fields.ts';
import { ScriptStat } from './script-stat.ts';
import { registerText, timeText } from './script-text.ts';
import { withUnit } from './unit.ts';
import { Session, type CurrentSample } from './session.ts';
import { tracepointTexts } from './tracepoint/index.ts';

export interface ScriptOptions {
  fields?: readonly ReturnType<typeof parseFields>[];
  /** Records to show besides samples. */
  show?: readonly RecordKind[];
  clock?: ClockOptions;
  /** Null: all samples are shown. */
  filter?: SampleFilter | null;
  /** -G: call chains are left out. */
  hideCallGraph?: boolean | undefined;
  /** No more frames of a chain than these. */
  maxStack?: number | undefined;
}

/** Texts that many samples share are encoded once; more than this of them are forgotten. */
const CACHE_SIZE = 1 << 16;
const SPACE = 0x20;
const NEWLINE = 0x0a;

/** What of an event's samples is decided once. */
interface EventLook {
  fields: FieldSet;
  /** The fields that are asked about for every sample. */
  cpu: boolean;
  misc: boolean;
  time: boolean;
  period: boolean;
  event: boolean;
  ip: boolean;
  pid: boolean;
  has_callchain: boolean;
  /** "cycles: " right-aligned. */
  name: Piece;
  /** Fields in the middle of the line, or behind it, that most recordings do not have. */
  rare: boolean;
}

export class Script {
  readonly session: Session;
  readonly #data: PerfData;
  readonly #out: Output;
  readonly #options: ScriptOptions;
  readonly #looks: EventLook[] = [];
  #useCallchain = true;
  readonly #tasks = new Map<Comm, Map<number, Piece>>();
  /** The second of the sample before, in microseconds, and as it is printed: most samples share it. */
  #second = 0;
  #secondText = piece('    0');
  readonly #places = new Map<Location, Piece>();
  readonly #traceOf: (sample: CurrentSample) => string;
  readonly #clock: ScriptClock;

  constructor(data: PerfData, out: Output, options: ScriptOptions = {}, loadSymbols?: SymbolLoader) {
    this.#data = data;
    this.#out = out;
    this.#options = options;
    this.#clock = new ScriptClock(options.clock ?? {});
    this.#traceOf = tracepointTexts(data, () => this.session.machine);
    const show = options.show ?? [];
    const stat = new ScriptStat(data.events.all, (id) => data.events.byId(id));
    this.session = new Session(data, {
      sample: (sample) => this.#sample(sample),
      other: (record) => {
        this.#out.text(stat.take(record));
        if (show.length > 0) this.#record(record);
      },
    }, loadSymbols);
  }

  run(): void {
    this.session.run();
    this.#out.flush();
  }

  #look(event: RecordedEvent): EventLook {
    let look = this.#looks[event.index];
    if (look !== undefined) return look;
    const { all } = this.#data.events;
    const fields = fieldsOf(this.#data, event, this.#options.fields ?? []);
    const nameOf = (one: RecordedEvent): string => shownName(this.#data, one, this.#options.fields ?? []);
    const width = Math.max(...all.map((one) => strlen(nameOf(one))));
    const callchain = BigInt(PERF_SAMPLE_CALLCHAIN);
    this.#useCallchain = all.some(({ attr }) => attr.sample_type & callchain);
    const rare = (['misc', 'trace', 'addr', 'weight', 'iregs', 'uregs', 'brstack', 'brstacksym', 'phys_addr', 'data_page_size', 'code_page_size'] as const)
      .some((field) => fields.has(field));
    look = {
      fields, rare, cpu: fields.has('cpu'), misc: fields.has('misc'), time: fields.has('time'), period: fields.has('period'),
      event: fields.has('event'), ip: fields.has('ip'), pid: fields.has('pid'), has_callchain: !this.#options.hideCallGraph && (event.attr.sample_type & callchain) !== 0n,
      name: piece(`${right(nameOf(event), width)}: `),
    };
    this.#looks[event.index] = look;
    return look;
  }

  #record(record: PerfRecord): void {
    const [first] = this.#data.events.all;
    if (first === undefined) return;
    const text = scriptRecord(record, this.#options.show ?? [], this.session.machine, this.#look(first), this.#clock);
    if (text !== null) this.#out.text(text);
  }

  #sample(sample: CurrentSample): void {
    const look = this.#look(sample.event);
    const { filter } = this.#options;
    if (look.fields.size === 0 || (filter && (filter.drops(sample) || filter.hides(sample)))) return;
    const out = this.#out;
    out.put(this.#task(sample, look));
    if (look.cpu) out.text(`[${String(sample.cpu | 0).padStart(3, '0')}] `);
    if (look.misc) out.text(miscText(sample.misc));
    if (look.time) this.#time(sample);
    if (look.period) {
      out.paddedDecimal(sample.periodLow, sample.periodHigh, 10);
      out.byte(SPACE);
    }
    if (look.event) out.put(look.name);
    if (look.rare) this.#rareMiddle(sample, look);
    if (look.ip) this.#place(sample, look);
    if (look.rare) this.#rareEnd(sample, look);
    out.byte(NEWLINE);
  }

  /** Command and ids, which most samples share with the one before. */
  #task(sample: CurrentSample, { fields, pid, has_callchain }: EventLook): Piece {
    const { comm } = sample.thread;
    let byTask = this.#tasks.get(comm);
    if (byTask === undefined) this.#tasks.set(comm, byTask = new Map<number, Piece>());
    const key = sample.tid * 256 + sample.event.index;
    const known = byTask.get(key);
    if (known !== undefined && !pid) return known;
    let text = '';
    if (fields.has('comm')) text += has_callchain && fields.has('ip') ? `${comm.text} ` : `${right(comm.text, 16)} `;
    if (fields.has('pid') && fields.has('tid')) text += `${String(sample.pid).padStart(5)}/${String(sample.tid).padEnd(5)} `;
    else if (fields.has('pid')) text += `${String(sample.pid).padStart(5)} `;
    else if (fields.has('tid')) text += `${String(sample.tid).padStart(5)} `;
    const bytes = piece(text);
    if (comm.text !== '' && sample.thread.commSet) byTask.set(key, bytes);
    return bytes;
  }

  /** Seconds and microseconds, twelve columns. */
  #time({ timeLow, timeHigh }: CurrentSample): void {
    const out = this.#out;
    if (!this.#clock.plain) return out.text(this.#clock.text((BigInt(timeHigh) << 32n) | BigInt(timeLow)));
    // Beyond 2^53 ns, or 104 days of uptime, a double would lose nanoseconds.
    if (timeHigh >= 0x20_0000) return out.text(`${timeText(timeLow, timeHigh).padStart(12)}: `);
    const microseconds = Math.floor((timeHigh * 2 ** 32 + timeLow) / 1000);
    let fraction = microseconds - this.#second;
    if (fraction < 0 || fraction >= 1_000_000) {
      const seconds = Math.floor(microseconds / 1_000_000);
      this.#second = seconds * 1_000_000;
      this.#secondText = piece(String(seconds).padStart(5));
      fraction = microseconds - this.#second;
    }
    out.put(this.#secondText);
    out.fraction(fraction);
  }

  #rareMiddle(sample: CurrentSample, { fields }: EventLook): void {
    const record = this.#data.decode(sample.block, sample.at);
    if (record.name !== 'SAMPLE') return;
    if (fields.has('trace')) this.#out.text(this.#traceOf(sample));
    if (fields.has('addr')) this.#out.text((record.sample.addr ?? 0n).toString(16).padStart(16));
    if (fields.has('weight')) this.#out.text(String(record.sample.weight ?? 0n).padStart(16));
  }

  #rareEnd(sample: CurrentSample, { fields }: EventLook): void {
    const record = this.#data.decode(sample.block, sample.at);
    if (record.name !== 'SAMPLE') return;
    const { regs_intr, regs_user, phys_addr, data_page_size, code_page_size } = record.sample;
    const { layout } = sample.event;
    let text = '';
    if (fields.has('iregs')) text += registerText(regs_intr, layout.regs_intr);
    if (fields.has('uregs')) text += registerText(regs_user, layout.regs_user);
    if (fields.has('brstack') || fields.has('brstacksym')) text += this.#branches(sample, fields);
    if (fields.has('phys_addr')) text += (phys_addr ?? 0n).toString(16).padStart(16);
    if (fields.has('data_page_size')) text += ` ${data_page_size ? withUnit(data_page_size) : 'N/A'}`;
    if (fields.has('code_page_size')) text += ` ${code_page_size ? withUnit(code_page_size) : 'N/A'}`;
    this.#out.text(text);
  }

  /** The newest branch in front. With both asked for perf shows the addresses. */
  #branches(sample: CurrentSample, fields: FieldSet): string {
    const { machine } = this.session;
    return branchesOf(this.#data, sample).map(({ from, to, flags }) => {
      const [source, target] = [from, to].map((address) => {
        const location = machine.locateAddress(sample.thread, address);
        const dso = fields.has('dso') ? `(${location.map?.dso.name ?? '[unknown]'})` : '';
        return `${fields.has('brstack') ? `0x${address.toString(16)}` : symbolWithOffset(location)}${dso}`;
      });
      return `${fields.has('brstack') ? ' ' : ''}${source}/${target}${branchFlags(flags)} `;
    }).join('');
  }

  #place(sample: CurrentSample, look: EventLook): void {
    if (this.#useCallchain && look.has_callchain) {
      const record = this.#data.decode(sample.block, sample.at);
      const ips = (record.name === 'SAMPLE' && record.sample.callchain) || [];
      const frames = resolveCallchain(this.session.machine, sample.thread, ips).slice(0, this.#options.maxStack);
      return this.#out.text(`\n${frames.map((frame) => `${frameText(frame, look.fields)}\n`).join('')}`);
    }
    const { location } = sample;
    if (location === null) return this.#out.text(placeText(sample.ip, null, look.fields));
    let bytes = this.#places.get(location);
    if (bytes === undefined) {
      bytes = piece(placeText(sample.ip, location, look.fields));
      if (this.#places.size >= CACHE_SIZE) this.#places.clear();
      if (this.#looks.length === 1 || sameFields(this.#looks)) this.#places.set(location, bytes);
    }
    this.#out.put(bytes);
  }
}

function sameFields(looks: EventLook[]): boolean {
  const [first] = looks.filter(Boolean);
  return looks.every(({ fields }) => fields.size === first.fields.size && [...fields].every((field) => first.fields.has(field)));
}

function miscText(misc: number): string {
  const mode = ['', 'K', 'U', 'KUH', 'G', 'KGg'][misc & 7] ?? '';
  return mode + ' '.repeat(Math.max(1, 6 - mode.length));
}

/** " (dso)" and " symbol+0x12", as far as they are wanted. */
function symbolAndDso(location: Location | null, fields: FieldSet): string {
  let text = '';
  const found = location?.found ?? null;
  if (fields.has('sym')) {
    text += ` ${found?.name ?? '[unknown]'}`;
    if (found !== null && location !== null && fields.has('symoff')) text += `+0x${(location.address - found.start).toString(16)}`;
  }
  if (fields.has('dso')) text += ` (${location?.map?.dso.name ?? '[unknown]'})`;
  return text;
}

function symbolWithOffset({ address, found }: Location): string {
  return found === null ? '[unknown]' : `${found.name}+0x${(address - found.start).toString(16)}`;
}

function placeText(ip: bigint, location: Location | null, fields: FieldSet): string {
  return ` ${ip.toString(16).padStart(16)}${symbolAndDso(location, fields)}`;
}

/** Of user space perf shows the address within the file. */
function frameText({ ip, location }: Frame, fields: FieldSet): string {
  const inFile = location?.map && !location.map.dso.kernel ? location.address : ip;
  return `\t${inFile.toString(16).padStart(16)}${symbolAndDso(location, fields)}`;
}
