/**
 * The columns of `report`: shares, counts and sums of each event, and sort keys; which there are, and by which rows are ordered.
 * Reference: struct hpp_dimension and setup_sorting() of tools/perf/util/sort.c, perf_hpp__init() of ui/hist.c, v6.1.
 * Not modelled: shares of rings and guests.
 */
import { fixed } from '../printf.ts';
import { InputError } from '../input-error.ts';
import type { Entry } from './histogram.ts';
import { BRANCH_KEYS, DEFAULT_BRANCH_SORT } from './branch-keys.ts';
import { DEFAULT_SORT, SORT_KEYS, comparedWithin, ipc, type SortKey } from './sort-keys.ts';

/** A number of each event. */
export interface NumberColumn {
  readonly name: 'overhead_children' | 'overhead' | 'sample' | 'period';
  readonly header: string;
  readonly width: number;
  /** What rows are ordered by, the largest first. */
  value(entry: Entry): bigint;
  /** `whole` is what shares are of. */
  text(value: bigint, whole: bigint): string;
}

export type Column = NumberColumn | SortKey;

export const isNumber = (column: Column): column is NumberColumn => 'text' in column;

/** Of nothing there is no share. */
function percentage(part: bigint, whole: bigint): string {
  return `${fixed(whole === 0n ? 0 : (100 * Number(part)) / Number(whole), 2)}%`;
}

const CHILDREN: NumberColumn = { name: 'overhead_children', header: 'Children', width: 8, value: ({ total }) => total, text: percentage };
const OVERHEAD: NumberColumn = { name: 'overhead', header: 'Overhead', width: 8, value: ({ period }) => period, text: percentage };
/** What overhead is called beside that with children. */
const SELF: NumberColumn = { ...OVERHEAD, header: 'Self' };
const SAMPLES: NumberColumn = { name: 'sample', header: 'Samples', width: 12, value: ({ samples }) => BigInt(samples), text: String };
const PERIOD: NumberColumn = { name: 'period', header: 'Period', width: 12, value: ({ period }) => period, text: String };

/** In the order in which a beginning of a name is looked for, behind the keys. */
const NUMBERS = [OVERHEAD, CHILDREN, SAMPLES, PERIOD];

/** What perf has beside these, to be told from what nobody knows. */
const NOT_MODELLED = [
  'overhead_sys', 'overhead_us', 'overhead_guest_sys', 'overhead_guest_us', 'parent', 'socket', 'srcline', 'srcfile', 'local_weight', 'weight', 'transaction',
  'symbol_size', 'dso_size', 'cgroup', 'cgroup_id', 'ipc_null', 'time', 'code_page_size', 'ins_lat', 'addr', 'mispredict', 'abort', 'in_tx', 'symbol_daddr', 'dso_daddr', 'locked', 'tlb', 'mem', 'snoop', 'dcacheline', 'phys_daddr', 'blocked',
];

/** Reads a list of columns; the beginning of a name is enough, as with perf. In a report of `branches` there are more. */
function parseColumns(option: '--sort' | '--fields', text: string, branches = false): Column[] {
  if (branches && option === '--sort' && text.includes('symbol') && text !== DEFAULT_BRANCH_SORT) {
    throw new InputError("symbols of branches are among the keys that are sorted by without --sort; beside others perf adds their IPC, which is not modelled.");
  }
  return text.split(',').filter(Boolean).map((word) => {
    const all: readonly Column[] = [...SORT_KEYS, ...NUMBERS, ...(branches ? BRANCH_KEYS : [])];
    const column = all.find(({ name }) => name.startsWith(word.toLowerCase()));
    if (column !== undefined) return column;
    const known = all.map(({ name }) => name).join(', ');
    if (BRANCH_KEYS.some(({ name }) => name.startsWith(word.toLowerCase()))) throw new InputError(`the key '${word}' in ${option} is one of branches, and this report is of samples; the keys are ${known}.`);
    if (NOT_MODELLED.some((name) => name.startsWith(word))) throw new InputError(`the key '${word}' in ${option} is not modelled; the keys are ${known}.`);
    throw new InputError(`unknown key '${word}' in ${option}; the keys are ${known}.`);
  });
}

export interface LayoutOptions {
  sort?: string | undefined;
  fields?: string | undefined;
  'show-nr-samples'?: boolean | undefined;
  'show-total-period'?: boolean | undefined;
  /** The report is of branches. */
  branches?: boolean | undefined;
}

/** `children`: callers get a part in what they call, which has a column of its own. */
export interface Layout {
  /** What tells entries apart. */
  readonly keys: readonly SortKey[];
  /** Symbols come first, so that chains need not say them again. */
  readonly symbolFirst: boolean;
  readonly columns: (children: boolean) => readonly Column[];
  /** The first decides, then the next. */
  readonly order: (children: boolean) => readonly Column[];
}

const without = (columns: readonly Column[], others: readonly Column[]): Column[] => columns.filter((column) => !others.includes(column));
const keysOf = (columns: readonly Column[]): SortKey[] => columns.filter((column) => !isNumber(column)) as SortKey[];

/** `usual`: by which keys if nobody names any. */
export function layoutOf(options: LayoutOptions, usual = DEFAULT_SORT): Layout {
  const { sort, fields, branches = false } = options;
  if (fields !== undefined) {
    const shown = comparedWithin(parseColumns('--fields', fields, branches));
    const sorted = comparedWithin(parseColumns('--sort', sort ?? '', branches));
    const columns = [...shown, ...without(sorted, shown)];
    const order = [...sorted, ...without(shown, sorted)];
    return { keys: keysOf(order), symbolFirst: false, columns: () => columns, order: () => order };
  }
  const sorted = comparedWithin(parseColumns('--sort', sort ?? (branches ? DEFAULT_BRANCH_SORT : usual), branches));
  const keys = [...keysOf(sorted), ...(sort?.includes('symbol') ? [ipc] : [])];
  const before = (children: boolean): Column[] => without([...(children ? [CHILDREN] : []), OVERHEAD], sorted);
  return {
    keys,
    symbolFirst: sort?.startsWith('sym') ?? false,
    columns: (children) => [
      ...(children ? [CHILDREN, SELF] : [OVERHEAD]), ...(options['show-nr-samples'] ? [SAMPLES] : []), ...(options['show-total-period'] ? [PERIOD] : []), ...keys,
    ],
    order: (children) => [...before(children), ...sorted],
  };
}
