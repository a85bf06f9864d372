/**
 * The histogram behind `report --stdio`: periods summed up by command, shared object and symbol, or by other keys.
 * Reference: __hists__add_entry() and hists__collapse_resort() of tools/perf/util/hist.c, v6.1.
 * Not modelled: call graphs, and periods inherited by callers (--children).
 */
import { PERF_RECORD_MISC_CPUMODE_MASK, PERF_RECORD_MISC_KERNEL, PERF_RECORD_MISC_USER } from '../../kernel/abi/index.ts';
import type { PerfData, RecordedEvent } from '../data/index.ts';
import type { SymbolLoader } from './dso.ts';
import type { Location } from './maps.ts';
import { Session, type CurrentSample } from './session.ts';
import type { EntryValues, SortKey } from './sort-keys.ts';

const TWO_TO_32 = 2 ** 32;

/** One line of the histogram. The period is summed up in halves: periods may use all 64 bits. */
export class Entry {
  readonly values: EntryValues;
  samples = 0;
  #low = 0;
  #high = 0;

  constructor(values: EntryValues) {
    this.values = values;
  }

  get period(): bigint {
    return BigInt.asUintN(64, (BigInt(this.#high) << 32n) + BigInt(this.#low));
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
  }
}

/** The letter that stands before a symbol. */
function level(misc: number): string {
  const mode = misc & PERF_RECORD_MISC_CPUMODE_MASK;
  if (mode === PERF_RECORD_MISC_KERNEL) return 'k';
  return mode === PERF_RECORD_MISC_USER ? '.' : 'H';
}

/** The entries of one event while they are collected. */
class Collector {
  readonly #keys: readonly SortKey[];
  /** Whether tasks with the same name, or CPUs, are to be kept apart. */
  readonly #byThread: boolean;
  readonly #byCpu: boolean;
  /** From what all samples of an entry share to the entry, so that most samples cost two look-ups. */
  readonly #known = new Map<unknown, Map<Location | string, Entry>>();
  #lastOwner: unknown = null;
  #lastPlaces = new Map<Location | string, Entry>();

  constructor(keys: readonly SortKey[]) {
    this.#keys = keys;
    this.#byThread = keys.some(({ name }) => name === 'pid');
    this.#byCpu = keys.some(({ name }) => name === 'cpu');
  }

  add(sample: CurrentSample): void {
    const { thread, location } = sample;
    const owner: unknown = this.#byCpu ? `${thread.tid}:${sample.cpu}:${thread.comm.text}` : this.#byThread ? thread : thread.comm;
    const places = this.#placesOf(owner);
    const place = location ?? `${sample.ipHigh}:${sample.ipLow}`;
    let entry = places.get(place);
    if (entry === undefined) {
      entry = new Entry({
        thread, comm: thread.comm, cpu: sample.cpu | 0, level: level(sample.misc),
        location: location ?? { map: null, address: sample.ip, found: null },
      });
      places.set(place, entry);
    }
    entry.add(sample.periodLow, sample.periodHigh);
  }

  #placesOf(owner: unknown): Map<Location | string, Entry> {
    if (owner === this.#lastOwner) return this.#lastPlaces;
    let places = this.#known.get(owner);
    if (places === undefined) this.#known.set(owner, places = new Map<Location | string, Entry>());
    this.#lastOwner = owner;
    this.#lastPlaces = places;
    return places;
  }

  /** One entry for each identity. */
  entries(): Map<string, Entry> {
    const merged = new Map<string, Entry>();
    for (const places of this.#known.values()) {
      for (const entry of places.values()) {
        const identity = this.#keys.map((key) => key.identity(entry.values)).join('\0');
        const same = merged.get(identity);
        if (same === undefined) merged.set(identity, entry);
        else same.merge(entry);
      }
    }
    return merged;
  }
}

/** One line: what it stands for, and the entry of each event of the group that has one. */
export interface Row {
  values: EntryValues;
  entries: (Entry | undefined)[];
}

function firstDifference(keys: readonly SortKey[], a: Row, b: Row, shown: boolean): number {
  for (const key of keys) {
    const difference = shown && key.compareShown ? key.compareShown(a.values, b.values) : key.compare(a.values, b.values);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The larger period first, of the leader and then of each member. */
function byPeriods(a: Row, b: Row): number {
  for (let member = 0; member < a.entries.length; member++) {
    const difference = (b.entries[member]?.period ?? 0n) - (a.entries[member]?.period ?? 0n);
    if (difference !== 0n) return difference > 0n ? 1 : -1;
  }
  return 0;
}

/** The lines of a group in perf's order: the largest first, equal ones by what is shown. */
function rowsOf(members: readonly Map<string, Entry>[], keys: readonly SortKey[]): Row[] {
  const rows = new Map<string, Row>();
  members.forEach((entries, member) => {
    for (const [identity, entry] of entries) {
      let row = rows.get(identity);
      if (row === undefined) rows.set(identity, row = { values: entry.values, entries: members.map(() => undefined) });
      row.entries[member] = entry;
    }
  });
  const keyed = [...rows.values()].sort((a, b) => firstDifference(keys, a, b, false));
  return keyed.sort((a, b) => byPeriods(a, b) || firstDifference(keys, a, b, true));
}

/** The table of one event, or of the events that were opened as one group. */
export interface EventHistogram {
  events: RecordedEvent[];
  /** The group's name; null if the event stands alone. */
  group: string | null;
  samples: number;
  /** Of each event. */
  periods: bigint[];
  rows: Row[];
}

export interface Histogram {
  lostSamples: bigint;
  tables: EventHistogram[];
  session: Session;
}

/** The events that are shown together: GROUP_DESC says which. */
function groupsOf({ events: { all }, features }: PerfData): { events: RecordedEvent[]; group: string | null }[] {
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
function collect(data: PerfData, keys: readonly SortKey[], loadSymbols: SymbolLoader | undefined, runs: (session: Session) => boolean | void): Collected | null {
  const collectors: Collector[] = [];
  const session = new Session(data, {
    sample(sample) {
      (collectors[sample.event.index] ??= new Collector(keys)).add(sample);
    },
  }, loadSymbols);
  return runs(session) === false ? null : { session, collectors };
}

/** Reads the whole recording, a second time only if it was not in order. A pipe cannot be read twice. */
export function histogram(data: PerfData, keys: readonly SortKey[], loadSymbols?: SymbolLoader): Histogram {
  const hopeful = data.header.pipe ? null : collect(data, keys, loadSymbols, (session) => session.runIfSorted());
  const { session, collectors } = hopeful ?? collect(data, keys, loadSymbols, (session) => session.run())!;
  const tables = groupsOf(data).map(({ events, group }) => {
    const members = events.map(({ index }) => collectors[index]?.entries() ?? new Map<string, Entry>());
    return {
      events, group,
      samples: events.reduce((sum, { index }) => sum + (session.counts.samples[index] ?? 0), 0),
      periods: members.map((entries) => [...entries.values()].reduce((sum, { period }) => sum + period, 0n)),
      rows: rowsOf(members, keys),
    };
  });
  return { tables, session, lostSamples: session.counts.lostSamples.reduce((sum, lost) => sum + (lost ?? 0n), 0n) };
}
