/**
 * The keys of `report` for branches: where they come from, where they lead, and what is known of them.
 * Reference: bstack_sort_dimensions of tools/perf/util/sort.c, v6.1.
 * Not modelled: sources, transactions, IPC; mispredict, whose order is none, so that perf tells equal entries apart.
 */
import { left } from '../printf.ts';
import { dso, symbol, type EntryValues, type SortKey } from './sort-keys.ts';

type Side = 'from' | 'to';

/** The values of an entry as if it were of the place at one end of its branch. */
const at = (values: EntryValues, side: Side): EntryValues => ({ ...values, ...values.branch![side] });

function sideOf(key: SortKey, side: Side, name: string, header: string): SortKey {
  return {
    name, header,
    identity: (values) => key.identity(at(values, side)),
    compare: (a, b) => key.compare(at(a, side), at(b, side)),
    width: (values, hasUnresolved, isAlone) => key.width(at(values, side), hasUnresolved, isAlone),
    show: (values, columnWidth) => key.show(at(values, side), columnWidth),
  };
}

/** Of branches perf compares files the other way around. */
const reversed = (key: SortKey): SortKey => ({ ...key, compare: (a, b) => key.compare(b, a) });

/** perf counts in 16 bits, and shows them with a sign. */
const cyclesOf = ({ branch }: EntryValues): number => Number(BigInt.asIntN(16, branch!.flags >> 4n));

const cycles: SortKey = {
  name: 'cycles',
  header: 'Basic Block Cycles',
  identity: (values) => `${cyclesOf(values)}`,
  compare: (a, b) => (cyclesOf(b) & 0xffff) - (cyclesOf(a) & 0xffff),
  width: () => 0,
  show: (values, width) => left(cyclesOf(values) === 0 ? '-' : String(cyclesOf(values)), width),
};

export const BRANCH_KEYS: readonly SortKey[] = [
  sideOf(reversed(dso), 'from', 'dso_from', 'Source Shared Object'), sideOf(reversed(dso), 'to', 'dso_to', 'Target Shared Object'),
  sideOf(symbol, 'from', 'symbol_from', 'Source Symbol'), sideOf(symbol, 'to', 'symbol_to', 'Target Symbol'), cycles,
];

export const DEFAULT_BRANCH_SORT = 'comm,dso_from,symbol_from,symbol_to,cycles';
