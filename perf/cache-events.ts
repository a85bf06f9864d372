/**
 * The names of hardware cache events: `L1-dcache-load-misses`, and all that perf takes for it, such as `l1d-misses`.
 * Reference: evsel__hw_cache, evsel__hw_cache_op, evsel__hw_cache_result and evsel__hw_cache_stat of tools/perf/util/evsel.c,
 * parse_events_add_cache of util/parse-events.c, v6.1.
 * Not modelled: nothing; that 6.1 asks for capitals as they stand here, and 3.2 does not, makes no difference.
 */
import { PERF_TYPE_HW_CACHE } from '../kernel/abi/constants.ts';
import { InputError } from './input-error.ts';
import type { EventSpec, ToolVersion } from './run-spec.ts';

/** A cache with the names it has, and the operations that make sense there. */
interface CacheNames {
  readonly names: readonly [string, ...string[]];
  readonly operations: readonly Operation[];
}

type Operation = 'load' | 'store' | 'prefetch';

/** In the order of their numbers. */
const CACHES: readonly CacheNames[] = [
  { names: ['L1-dcache', 'l1-d', 'l1d', 'L1-data'], operations: ['load', 'store', 'prefetch'] },
  { names: ['L1-icache', 'l1-i', 'l1i', 'L1-instruction'], operations: ['load', 'prefetch'] },
  { names: ['LLC', 'L2'], operations: ['load', 'store', 'prefetch'] },
  { names: ['dTLB', 'd-tlb', 'Data-TLB'], operations: ['load', 'store', 'prefetch'] },
  { names: ['iTLB', 'i-tlb', 'Instruction-TLB'], operations: ['load'] },
  { names: ['branch', 'branches', 'bpu', 'btb', 'bpc'], operations: ['load'] },
  { names: ['node'], operations: ['load', 'store', 'prefetch'] },
];
const OPERATIONS: readonly { readonly names: readonly [Operation, string, ...string[]] }[] = [
  { names: ['load', 'loads', 'read'] },
  { names: ['store', 'stores', 'write'] },
  { names: ['prefetch', 'prefetches', 'speculative-read', 'speculative-load'] },
];
const RESULTS: readonly (readonly string[])[] = [['refs', 'Reference', 'ops', 'access'], ['misses', 'miss']];

/** attr.config of PERF_TYPE_HW_CACHE. */
const configOf = (cache: number, operation: number, result: number): number => cache + operation * 0x100 + result * 0x1_0000;

/** What perf calls it, whatever it was called on the command line. */
export function cacheEventName(config: bigint): string {
  const [cache, operation, result] = [0n, 8n, 16n].map((shift) => Number((config >> shift) & 0xffn));
  if (cache >= CACHES.length) return 'unknown-ext-hardware-cache-type';
  if (operation >= OPERATIONS.length) return 'unknown-ext-hardware-cache-op';
  if (result >= RESULTS.length) return 'unknown-ext-hardware-cache-result';
  const [one, many] = OPERATIONS[operation].names;
  if (!CACHES[cache].operations.includes(one)) return 'invalid-cache';
  return result === 0 ? `${CACHES[cache].names[0]}-${many}` : `${CACHES[cache].names[0]}-${one}-${RESULTS[result][0]}`;
}

/** All that make sense, by the names that `perf list` gives them, in its order. */
export const CACHE_EVENTS: readonly { readonly name: string; readonly config: number }[] = CACHES
  .flatMap(({ operations }, cache) => OPERATIONS.flatMap(({ names: [one] }, operation) => (operations.includes(one) ? RESULTS.map((_, result) => configOf(cache, operation, result)) : [])))
  .map((config) => ({ name: cacheEventName(BigInt(config)), config }))
  .sort((a, b) => (a.name < b.name ? -1 : 1));

const oneOf = (lists: readonly (readonly string[])[]): string => `(${lists.flat().join('|')})`;
const OPERATION = oneOf(OPERATIONS.map(({ names }) => names));
const RESULT = oneOf(RESULTS);
/** A cache, with an operation and a result in either order, or one of them, or none. */
const FORM = new RegExp(`^${oneOf(CACHES.map(({ names }) => names))}(?:-${OPERATION}(?:-${RESULT})?|-${RESULT}(?:-${OPERATION})?)?$`, 'i');

/** Whose name the word is; 0 for none: loads and accesses are what is not said. */
function indexOf(word: string | undefined, lists: readonly (readonly string[])[]): number {
  return Math.max(0, lists.findIndex((names) => names.some((name) => name.toLowerCase() === word?.toLowerCase())));
}

/** attr.config of a cache event; null for what is none. */
export function parseCacheEvent(name: string): number | null {
  const words = FORM.exec(name);
  if (words === null) return null;
  const cache = indexOf(words[1], CACHES.map(({ names }) => names));
  const operation = indexOf(words[2] ?? words[5], OPERATIONS.map(({ names }) => names));
  const { names: [known], operations } = CACHES[cache];
  if (!operations.includes(OPERATIONS[operation].names[0])) {
    throw new InputError(`'${name}' makes no sense: of ${known} perf counts ${operations.join(' and ')} events only.`);
  }
  return configOf(cache, operation, indexOf(words[3] ?? words[4], RESULTS));
}

/** The event with the name that the tool gives it: v6.1 leaves the modifiers out of that of a cache event. */
export function namedBy(tool: ToolVersion, event: EventSpec): EventSpec {
  if (tool === '3.2' || event.type !== PERF_TYPE_HW_CACHE || event.name.includes('/')) return event;
  return { ...event, name: event.name.replace(/:.*$/, '') };
}
