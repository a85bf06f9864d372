/**
 * The keys of `report --sort`: how entries are told apart, ordered, and shown.
 * Reference: struct sort_entry of tools/perf/util/sort.c, v6.1.
 * Not modelled: memory, sources, cgroups.
 */
import { PERF_TYPE_TRACEPOINT } from '../../kernel/abi/index.ts';
import type { PerfData } from '../data/index.ts';
import { fit, strlen } from '../printf.ts';
import type { Comm, Thread } from './machine.ts';
import type { Location } from './maps.ts';

/** One end of a branch. */
export interface BranchEnd {
  location: Location | null;
  level: string;
}

/** What entries are made of: the first sample's values of all that a key may ask. */
export interface EntryValues {
  thread: Thread;
  comm: Comm;
  /** Null in modes of other machines. */
  location: Location | null;
  /** perf's letter for the mode. */
  level: string;
  cpu: number;
  /** What a tracepoint says; empty where nobody asks for it. */
  trace: string;
  /** In a report of branches. */
  branch?: { from: BranchEnd; to: BranchEnd; flags: bigint };
}

export interface SortKey {
  name: string;
  header: string;
  /** Entries with the same text are one. */
  identity(values: EntryValues): string;
  /** Ascending, in the order in which equal entries stand. */
  compare(a: EntryValues, b: EntryValues): number;
  /** Ascending by what is shown; as `compare` unless told. */
  compareShown?(a: EntryValues, b: EntryValues): number;
  /** Least width of the column that this entry asks for. `isAlone`: it stands for the only sample of the table. */
  width(values: EntryValues, hasUnresolved: boolean, isAlone: boolean): number;
  show(values: EntryValues, width: number): string;
}

/** Digits of an address that has no symbol. */
const ADDRESS_DIGITS = 16;

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
const bySize = (a: bigint, b: bigint): number => (a < b ? -1 : Number(a > b));

const HALF = 1n << 63n;

/** perf takes the difference as signed, which puts kernel addresses first. Nearer ones can be compared as they are. */
function byDifference(a: bigint, b: bigint): number {
  return a < HALF === b < HALF ? bySize(a, b) : Math.sign(Number(BigInt.asIntN(64, a - b)));
}

function byPresence(a: unknown, b: unknown): number {
  return Number(a === null) - Number(b === null);
}

const comm: SortKey = {
  name: 'comm',
  header: 'Command',
  identity: (values) => values.comm.text,
  compare: (a, b) => byText(a.comm.text, b.comm.text),
  // perf measures the name that the task has in the end, and cuts off what is longer.
  width: ({ thread }) => strlen(thread.comm.text),
  show: (values, width) => fit(values.comm.text, width),
};

const dsoName = ({ location }: EntryValues): string | null => location?.map?.dso.short_name ?? null;

export const dso: SortKey = {
  name: 'dso',
  header: 'Shared Object',
  identity: (values) => dsoName(values) ?? '',
  compare(a, b) {
    const [left, right] = [dsoName(a), dsoName(b)];
    return left === null || right === null ? byPresence(left, right) : byText(left, right);
  },
  width: (values, hasUnresolved) => Math.max(strlen(dsoName(values) ?? ''), hasUnresolved ? ADDRESS_DIGITS : 0),
  show: (values, width) => fit(dsoName(values) ?? '[unknown]', width),
};

const found = ({ location }: EntryValues) => location?.found ?? null;

export const symbol: SortKey = {
  name: 'symbol',
  header: 'Symbol',
  identity(values) {
    const own = found(values);
    // A symbol's place is one within its file.
    return own === null ? `@${values.location?.address ?? ''}` : `${values.location?.map?.dso.long_name}:${own.start}-${own.end}`;
  },
  compare(a, b) {
    const [left, right] = [found(a), found(b)];
    if (left === null && right === null) return byDifference(a.location?.address ?? 0n, b.location?.address ?? 0n);
    if (left === null || right === null) return byPresence(left, right);
    return bySize(left.start, right.start) || bySize(left.end, right.end);
  },
  compareShown(a, b) {
    const [left, right] = [found(a), found(b)];
    return left === null || right === null ? byPresence(left, right) : byText(left.name, right.name);
  },
  width: (values) => strlen(found(values)?.name ?? ' '.repeat(ADDRESS_DIGITS + 2)) + 4,
  show(values, width) {
    const own = found(values);
    const address = values.location?.address ?? 0n;
    const text = own?.name ?? `${address === 0n ? '00' : '0x'}${address.toString(16).padStart(address === 0n ? 14 : ADDRESS_DIGITS, '0')}`;
    return `[${values.level}] ${text.slice(0, width - 4)}`;
  },
};

const pid: SortKey = {
  name: 'pid',
  header: '    Pid:Command',
  identity: ({ thread }) => `${thread.tid}`,
  compare: (a, b) => a.thread.tid - b.thread.tid,
  width: ({ thread }) => strlen(thread.comm.text) + 8,
  show: ({ thread }, width) => `${String(thread.tid).padStart(7)}:${fit(thread.comm.text, Math.max(7, width) - 8)}`,
};

const cpu: SortKey = {
  name: 'cpu',
  header: 'CPU',
  identity: (values) => `${values.cpu}`,
  compare: (a, b) => a.cpu - b.cpu,
  width: () => 3,
  show: ({ cpu }, width) => `${cpu < 0 ? '-' : ''}${String(Math.abs(cpu)).padStart(width, '0')}`,
};

const trace: SortKey = {
  name: 'trace',
  header: 'Trace output',
  identity: (values) => values.trace,
  compare: (a, b) => byText(a.trace, b.trace),
  // perf makes a text when it first compares it, and has not measured one that it never compared.
  width: (values, _, isAlone) => (isAlone ? 0 : strlen(values.trace)),
  show: (values, width) => values.trace.slice(0, width),
};

export const SORT_KEYS: readonly SortKey[] = [pid, comm, dso, symbol, cpu, trace];

/** perf adds it whenever it is asked for symbols by their full name; only branches would fill it. */
export const ipc: SortKey = {
  ...symbol,
  name: 'ipc_null',
  header: 'IPC   [IPC Coverage]',
  width: () => 0,
  show: (_, width) => fit('-      -', width),
};

/** The keys that nobody has to ask for: of tracepoints alone, what they say. */
export function defaultSort({ events: { all } }: PerfData): string {
  const onlyTracepoints = all.length > 0 && all.every(({ attr }) => attr.type === PERF_TYPE_TRACEPOINT);
  return onlyTracepoints ? 'trace' : DEFAULT_SORT;
}

export const DEFAULT_SORT = 'comm,dso,symbol';

/** A symbol's address is one within its file: where that is no key of its own, it is compared first. What has no symbol perf orders by address alone. */
const symbolWithinDso: SortKey = {
  ...symbol,
  compare: (a, b) => (found(a) === null && found(b) === null ? 0 : dso.compare(a, b)) || symbol.compare(a, b),
  compareShown: (a, b) => symbol.compareShown!(a, b),
};

/** The keys among the columns as they compare beside each other. */
export function comparedWithin<Column>(columns: readonly (Column | SortKey)[]): (Column | SortKey)[] {
  return columns.includes(dso) ? [...columns] : columns.map((column) => (column === symbol ? symbolWithinDso : column));
}
