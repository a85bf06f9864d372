/**
 * The histogram behind `report --stdio`: periods summed up by command, shared object and symbol, or by other keys.
 * Reference: __hists__add_entry(), hist_iter_cumulative and hists__collapse_resort() of tools/perf/util/hist.c, v6.1.
 * Not modelled: call graphs of groups, whose members perf merges.
 */
import { PERF_RECORD_MISC_CPUMODE_MASK, PERF_RECORD_MISC_KERNEL, PERF_RECORD_MISC_USER, PERF_SAMPLE_CALLCHAIN } from '../../kernel/abi/index.ts';
import type { PerfData, RecordedEvent } from '../data/index.ts';
import { CallTree } from './call-tree.ts';
import { MAX_STACK, resolveFrames, type Frame } from './callchain.ts';
import type { SymbolLoader } from './dso.ts';
import type { Location } from './maps.ts';
import { inTreeOrder } from './rb-tree.ts';
import { Session, type CurrentSample } from './session.ts';
import { isNumber, type Column, type Layout, type NumberColumn } from './columns.ts';
import type { SampleFilter } from './sample-filter.ts';
import { branchesOf } from './branch-stack.ts';
import type { BranchEnd, EntryValues, SortKey } from './sort-keys.ts';
import { tracepointTexts } from './tracepoint/index.ts';

const TWO_TO_32 = 2 ** 32;

/** One line of the histogram. The period is summed up in halves: periods may use all 64 bits. */
export class Entry {
  readonly values: EntryValues;
  samples = 0;
  /** Periods of the entry's own samples and of those that it called. */
  total = 0n;
  /** By the sample that came first, as with perf: whether it is shown. */
  readonly hidden: boolean;
  /** Null where nothing has callchains. */
  readonly calls: CallTree | null;
  #low = 0;
  #high = 0;

  constructor(values: EntryValues, hidden: boolean, calls: CallTree | null) {
    this.values = values;
    this.hidden = hidden;
    this.calls = calls;
  }

  get period(): bigint {
    const sum = this.#high * TWO_TO_32 + this.#low;
    return Number.isSafeInteger(sum) ? BigInt(sum) : BigInt.asUintN(64, (BigInt(this.#high) << 32n) + BigInt(this.#low));
  }

  add(periodLow: number, periodHigh: number): void {
    this.samples++;
    this.#low += periodLow;
    this.#high += periodHigh;
    if (this.#low >= TWO_TO_32) {
      this.#low -= TWO_TO_32;
      this.#high++;
    }
  }

  merge(other: Entry): void {
    this.samples += other.samples - 1;
    this.add(other.#low, other.#high);
    this.total += other.total;
    if (other.calls !== null) this.calls?.merge(other.calls);
  }
}

/** The letter that stands before a symbol. */
function level(misc: number): string {
  const mode = misc & PERF_RECORD_MISC_CPUMODE_MASK;
  if (mode === PERF_RECORD_MISC_KERNEL) return 'k';
  return mode === PERF_RECORD_MISC_USER ? '.' : 'H';
}

/** How callchains are taken in. */
export interface CallGraphOptions {
  /** perf's order `caller`: from main down to what it calls. Otherwise from the sampled function up. */
  fromCaller: boolean;
  /** Callers get a part in what they have called. */
  children: boolean;
  /** The chains themselves are shown, and decide what stands above what. */
  shown: boolean;
}

/** The entries of one event while they are collected. */
class Collector {
  readonly #keys: readonly SortKey[];
  readonly #graph: CallGraphOptions | null;
  readonly #filter: SampleFilter | null;
  /** Whether tasks with the same name, or CPUs, are to be kept apart. */
  readonly #byThread: boolean;
  readonly #byCpu: boolean;
  /** What a sample's tracepoint says; null where nobody asks for it. */
  readonly #traceOf: ((sample: CurrentSample) => string) | null;
  /** From what all samples of an entry share to the entry, so that most samples cost two look-ups. */
  readonly #known = new Map<unknown, Map<Location | string, Entry>>();
  /** In the order in which they came up. */
  readonly #made: Entry[] = [];
  #lastOwner: unknown = null;
  #lastPlaces = new Map<Location | string, Entry>();

  constructor({ layout: { keys }, graph, filter = null }: HistogramOptions, traceOf: (sample: CurrentSample) => string) {
    this.#keys = keys;
    this.#filter = filter;
    this.#graph = graph;
    this.#traceOf = keys.some(({ name }) => name === 'trace') ? traceOf : null;
    this.#byThread = keys.some(({ name }) => name === 'pid');
    this.#byCpu = keys.some(({ name }) => name === 'cpu');
  }

  add(sample: CurrentSample): Entry {
    const { location } = sample;
    const place = this.#traceOf === null ? location ?? `${sample.ipHigh}:${sample.ipLow}` : `${sample.ip} ${this.#traceOf(sample)}`;
    const entry = this.#placesOf(this.#ownerOf(sample)).get(place) ?? this.#make(sample, place, location ?? { map: null, address: sample.ip, found: null }, level(sample.misc));
    entry.add(sample.periodLow, sample.periodHigh);
    return entry;
  }

  /** Adds the branches of a sample, each of which counts once, whatever the sample's period. */
  addBranches(sample: CurrentSample, branches: readonly Branch[]): void {
    const places = this.#placesOf(this.#ownerOf(sample));
    for (const { place, from, to, flags } of branches) {
      const entry = places.get(place) ?? this.#make(sample, place, to.location, to.level, { from, to, flags });
      entry.add(1, 0);
    }
  }

  /** Adds a sample with its chain, innermost frame first. */
  addWithChain(sample: CurrentSample, frames: readonly Frame[]): void {
    const { fromCaller, children } = this.#graph!;
    const own = this.add(sample);
    const ordered = fromCaller ? frames.toReversed() : frames;
    own.total += sample.period;
    own.calls?.add(ordered, 0, Number(sample.period));
    if (!children) return;
    const seen = new Set([this.#identity(own)]);
    let mode = level(sample.misc);
    ordered.forEach(({ ip, location }, i) => {
      if (location?.map) mode = location.map.dso.kernel ? 'k' : '.';
      const entry = this.#callerEntry(sample, ip, location, mode);
      const identity = this.#identity(entry);
      if (seen.has(identity)) return;
      seen.add(identity);
      entry.total += sample.period;
      entry.calls?.add(ordered, i, Number(sample.period));
    });
  }

  /** Of a frame without a symbol perf takes the address in memory, where a sample has that in the file. */
  #callerEntry(sample: CurrentSample, ip: bigint, location: Location | null, mode: string): Entry {
    const known = location?.found ? location : { map: location?.map ?? null, address: ip, found: null };
    const place = this.#traceOf !== null ? `caller ${ip} ${this.#traceOf(sample)}` : location?.found ? location : `caller ${ip}`;
    return this.#placesOf(this.#ownerOf(sample)).get(place) ?? this.#make(sample, place, known, mode);
  }

  #ownerOf({ thread, cpu }: CurrentSample): unknown {
    return this.#byCpu ? `${thread.tid}:${cpu}:${thread.comm.text}` : this.#byThread ? thread : thread.comm;
  }

  #make(sample: CurrentSample, place: Location | string, location: Location | null, mode: string, branch?: EntryValues['branch']): Entry {
    const { thread } = sample;
    const values: EntryValues = { thread, comm: thread.comm, cpu: sample.cpu | 0, level: mode, location, trace: this.#traceOf?.(sample) ?? '', ...(branch && { branch }) };
    const entry = new Entry(values, this.#filter?.hides(sample) ?? false, this.#graph?.shown ? new CallTree() : null);
    this.#placesOf(this.#ownerOf(sample)).set(place, entry);
    this.#made.push(entry);
    return entry;
  }

  #placesOf(owner: unknown): Map<Location | string, Entry> {
    if (owner === this.#lastOwner) return this.#lastPlaces;
    let places = this.#known.get(owner);
    if (places === undefined) this.#known.set(owner, places = new Map<Location | string, Entry>());
    this.#lastOwner = owner;
    this.#lastPlaces = places;
    return places;
  }

  #identity({ values }: Entry): string {
    return this.#keys.map((key) => key.identity(values)).join('\0');
  }

  /** One entry for each identity, with the values of the one that came first. */
  entries(): Map<string, Entry> {
    const merged = new Map<string, Entry>();
    for (const entry of this.#made) {
      const identity = this.#identity(entry);
      const same = merged.get(identity);
      if (same === undefined) merged.set(identity, entry);
      else same.merge(entry);
    }
    return merged;
  }
}

/** A branch with its ends looked up, and what tells it from others. */
interface Branch {
  readonly place: string;
  readonly from: BranchEnd;
  readonly to: BranchEnd;
  readonly flags: bigint;
}

/** A sample's branches. What is mapped nowhere perf takes for a hypervisor's. */
function resolved(data: PerfData, { machine }: Session, sample: CurrentSample): Branch[] {
  const end = (address: bigint): BranchEnd => {
    const location = machine.locateAddress(sample.thread, address);
    return { location, level: location.map === null ? 'H' : location.map.dso.kernel ? 'k' : '.' };
  };
  return branchesOf(data, sample).map(({ from, to, flags }) => ({ place: `${from} ${to} ${flags}`, from: end(from), to: end(to), flags }));
}

/** One line: what it stands for, and the entry of each event of the group that has one. */
export interface Row {
  values: EntryValues;
  entries: (Entry | undefined)[];
}

function keyDifference(key: SortKey, a: Row, b: Row, shown: boolean): number {
  return shown && key.compareShown ? key.compareShown(a.values, b.values) : key.compare(a.values, b.values);
}

/** The larger first, of the leader and then of each member. */
function descending(a: Row, b: Row, column: NumberColumn): number {
  for (let member = 0; member < a.entries.length; member++) {
    const left = numberOf(a.entries[member], column);
    const right = numberOf(b.entries[member], column);
    if (left !== right) return left < right ? 1 : -1;
  }
  return 0;
}

function numberOf(entry: Entry | undefined, column: NumberColumn): bigint {
  return entry === undefined ? 0n : column.value(entry);
}

const depthOf = ({ entries: [entry] }: Row): number => entry?.calls?.depth ?? 0;

/** By one column as it is shown. With callees, of equals in one task the one further up stands above. */
function byColumn(a: Row, b: Row, column: Column, graph: CallGraphOptions | null): number {
  if (!isNumber(column)) return keyDifference(column, a, b, true);
  const difference = descending(a, b, column);
  if (difference !== 0 || column.name !== 'overhead_children' || a.values.thread !== b.values.thread) return difference;
  const deeper = depthOf(b) - depthOf(a);
  return graph?.fromCaller ? deeper : -deeper;
}

/** What the first of the columns says that says anything. */
function firstDifference<T>(columns: readonly T[], differenceBy: (column: T) => number): number {
  for (const column of columns) {
    const difference = differenceBy(column);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The lines of a group in perf's order: the largest first, equal ones by what is shown. */
function rowsOf(members: readonly Map<string, Entry>[], { layout, graph }: HistogramOptions): Row[] {
  const { keys } = layout;
  const order = layout.order(graph?.children ?? false);
  const rows = new Map<string, Row>();
  members.forEach((entries, member) => {
    for (const [identity, entry] of entries) {
      let row = rows.get(identity);
      if (row === undefined) rows.set(identity, row = { values: entry.values, entries: members.map(() => undefined) });
      row.entries[member] = entry;
    }
  });
  // Distant addresses compare in a circle, so each tree's order depends on the one before: of what came up, collapsed, for output.
  const byKeys = (row: Row, than: Row): boolean => firstDifference(keys, (key) => keyDifference(key, row, than, false)) < 0;
  const forOutput = (row: Row, than: Row): boolean => firstDifference(order, (column) => byColumn(row, than, column, graph)) < 0;
  const collapsed = inTreeOrder(inTreeOrder([...rows.values()], byKeys), byKeys);
  return inTreeOrder(collapsed, forOutput);
}

/** The table of one event, or of the events that were opened as one group. */
export interface EventHistogram {
  events: RecordedEvent[];
  /** The group's name; null if the event stands alone. */
  group: string | null;
  /** There are no samples, shown or not. */
  isEmpty: boolean;
  samples: number;
  /** Of each event. */
  periods: bigint[];
  rows: Row[];
}

export interface Histogram {
  /** How callchains were taken in; null if the recording has none, or they are not wanted. */
  graph: CallGraphOptions | null;
  lostSamples: bigint;
  tables: EventHistogram[];
  session: Session;
}

/** The events that are shown together: GROUP_DESC says which, or all are. */
function groupsOf({ events: { all }, features }: PerfData, together: boolean): { events: RecordedEvent[]; group: string | null }[] {
  if (together && all.length > 1 && features.group_desc === undefined) return [{ events: [...all], group: '' }];
  const groups: { events: RecordedEvent[]; group: string | null }[] = [];
  for (let index = 0; index < all.length;) {
    const found = features.group_desc?.find(({ leader_idx, nr_members }) => leader_idx === index && nr_members > 1);
    const events = all.slice(index, index + (found?.nr_members ?? 1));
    groups.push({ events, group: found === undefined ? null : found.name === '{anon_group}' ? 'anon group' : found.name });
    index += events.length;
  }
  return groups;
}

interface Collected {
  session: Session;
  collectors: Collector[];
}

/** A session that collects; `runs` says how it goes over the recording, and false that it was in vain. */
function collect(data: PerfData, options: HistogramOptions, runs: (session: Session) => boolean | void): Collected | null {
  const collectors: Collector[] = [];
  const { graph, loadSymbols, filter = null, branches = false } = options;
  const traceOf = tracepointTexts(data, () => session.machine);
  const session: Session = new Session(data, {
    sample(sample) {
      if (filter?.drops(sample)) return;
      const collector = (collectors[sample.event.index] ??= new Collector(options, traceOf));
      if (branches) collector.addBranches(sample, resolved(data, session, sample));
      else if (graph === null) collector.add(sample);
      else collector.addWithChain(sample, framesOf(data, session, sample, options));
    },
  }, loadSymbols);
  return runs(session) === false ? null : { session, collectors };
}

/** No more frames than perf shows, counted from where it begins. */
function framesOf(data: PerfData, { machine }: Session, { block, at, thread }: CurrentSample, { graph, hideUnresolved = false, maxStack = MAX_STACK }: HistogramOptions): readonly Frame[] {
  const record = data.decode(block, at);
  const ips = (record.name === 'SAMPLE' && record.sample.callchain) || [];
  const frames = resolveFrames(machine, thread, ips).filter(({ location }) => !hideUnresolved || location?.found);
  return graph!.fromCaller ? frames.slice(-maxStack) : frames.slice(0, maxStack);
}

export interface HistogramOptions {
  layout: Layout;
  /** Null: everything is shown. */
  filter?: SampleFilter | null;
  /** Of the first event, only symbols that contain this are shown. */
  symbolFilter?: string | undefined;
  /** Shares are of what is shown, in place of all. */
  relative?: boolean | undefined;
  /** All events in one table. */
  together?: boolean | undefined;
  /** Frames without a symbol are left out of chains. */
  hideUnresolved?: boolean | undefined;
  /** No more frames of a chain than these. */
  maxStack?: number | undefined;
  /** Branches are counted in place of samples, and callchains passed over. */
  branches?: boolean | undefined;
  /** Null: callchains are passed over. */
  graph: CallGraphOptions | null;
  loadSymbols?: SymbolLoader | undefined;
}

/** What is asked of callchains where there are none is nothing. */
function withChains(data: PerfData, graph: CallGraphOptions | null): CallGraphOptions | null {
  return data.events.all.some(({ attr }) => attr.sample_type & BigInt(PERF_SAMPLE_CALLCHAIN)) ? graph : null;
}

/** perf decides before the first record, when a pipe has not told yet of callchains, that callers get no part in what they call. */
function ofPipe(graph: CallGraphOptions | null): CallGraphOptions | null {
  return graph && { ...graph, children: false };
}

function contains({ values: { location } }: Entry, text: string | undefined): boolean {
  return text === undefined || (location?.found?.name.includes(text) ?? false);
}

/** Reads the whole recording, a second time only if it was not in order. A pipe cannot be read twice. */
export function histogram(data: PerfData, asked: HistogramOptions): Histogram {
  const chains = data.header.pipe ? ofPipe(asked.graph) : withChains(data, asked.graph);
  const options = { ...asked, graph: asked.branches ? null : chains };
  const hopeful = data.header.pipe ? null : collect(data, options, (session) => session.runIfSorted());
  const { session, collectors } = hopeful ?? collect(data, options, (session) => session.run())!;
  const tables = groupsOf(data, asked.together ?? false).map(({ events, group }) => {
    const members = events.map(({ index }) => collectors[index]?.entries() ?? new Map<string, Entry>());
    const shows = (entry: Entry): boolean => !entry.hidden && (events[0].index > 0 || contains(entry, asked.symbolFilter));
    const counted = members.map((entries) => [...entries.values()].filter((entry) => !asked.relative || shows(entry)));
    return {
      events, group,
      isEmpty: members.every((entries) => entries.size === 0),
      samples: counted.flat().reduce((sum, { samples }) => sum + samples, 0),
      periods: counted.map((entries) => entries.reduce((sum, { period }) => sum + period, 0n)),
      rows: rowsOf(members, options).filter(({ entries }) => shows(entries.find((entry) => entry !== undefined)!)),
    };
  });
  const lostSamples = session.counts.lostSamples.reduce((sum, lost) => sum + (lost ?? 0n), 0n);
  return { tables, session, lostSamples, graph: withChains(data, options.graph) };
}
