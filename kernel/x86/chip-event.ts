/**
 * What an attr asks the chip to count, and the counters that can count it.
 *
 * Reference: x86_pmu_event_map, set_ext_hw_attr and x86_get_event_constraints of arch/x86/kernel/cpu/perf_event.c, v3.2.
 * Not modelled: raw events that no simulated program causes.
 */
import { allEvents, cacheEvent, eventSelect, type CacheTable, type Chip, type ChipEvent } from '../../pmu/chip.ts';
import type { Signal } from '../../pmu/location.ts';
import { EINVAL, ENOENT, PERF_TYPE_HARDWARE, PERF_TYPE_HW_CACHE, PERF_TYPE_RAW, type PerfEventAttr } from '../abi/index.ts';

/** PERF_COUNT_HW_* to what the counters count. */
export const GENERIC_EVENTS: readonly Signal[] = [
  'cycles', 'instructions', 'cache-references', 'cache-misses', 'branches', 'branch-misses', 'bus-cycles',
  'stalled-cycles-frontend', 'stalled-cycles-backend',
];

/** The same since v3.3. */
export const PERF_COUNT_HW_EVENTS: readonly Signal[] = [...GENERIC_EVENTS, 'ref-cycles'];

/** The bits of attr.config that a raw event is taken from: cmask, inv, edge, umask and event select (X86_RAW_EVENT_MASK, AMD64_RAW_EVENT_MASK). */
const X86_RAW_EVENT_MASK = 0xff84_ffffn;
const AMD64_RAW_EVENT_MASK = 0xf_ff84_ffffn;

/** Event selects of CPU_CLK_UNHALTED, and of INST_RETIRED, which stands for it where events are precise. */
export const CYCLES_EVENT = 0x3c;
export const INST_RETIRED = 0xc0;

/** What a kernel knows of events. */
interface KnownEvents {
  /** PERF_COUNT_HW_* by number. */
  readonly generic_events: readonly Signal[];
  /** Whether the event stands for one of them. */
  is_available(event: ChipEvent): boolean;
  /** hw_cache_event_ids. */
  hw_cache_event_ids(chip: Chip): CacheTable;
}

/** The chip's event, or an error. */
export function chip_event({ type, config }: PerfEventAttr, chip: Chip, kernel: KnownEvents): ChipEvent | number {
  // A virtual machine without a PMU has no such events at all.
  if (chip.events.length === 0) return -ENOENT;
  if (type === PERF_TYPE_HARDWARE) {
    const signal = kernel.generic_events[Number(config)];
    if (signal === undefined) return -EINVAL;
    return chip.events.find((candidate) => candidate.signal === signal && kernel.is_available(candidate)) ?? -ENOENT;
  }
  if (type === PERF_TYPE_HW_CACHE) return cache_event(kernel.hw_cache_event_ids(chip), Number(config & 0xff_ffffn));
  if (type !== PERF_TYPE_RAW) return -ENOENT;
  const code = Number(config & (chip.vendor === 'amd' ? AMD64_RAW_EVENT_MASK : X86_RAW_EVENT_MASK));
  // An event that no simulated program causes counts nothing; here it is refused, which is easier to notice.
  return allEvents(chip).find((candidate) => eventSelect(candidate) === code && !candidate.offcore) ?? -ENOENT;
}

/** A cache, from the lowest byte up, an operation, and whether accesses or misses. */
function cache_event(caches: CacheTable, config: number): ChipEvent | number {
  const found = cacheEvent(caches, config & 0xff, (config >> 8) & 0xff, config >> 16);
  return found === undefined ? -EINVAL : (found ?? -ENOENT);
}

/** The positions of the counters that can count it, a bit each: general ones, all unless the chip says which, and its fixed one. */
export function event_constraint({ counters, fixed }: ChipEvent, { general: { count } }: Chip): number {
  const general = counters?.reduce((mask, counter) => mask | (1 << counter), 0) ?? (1 << count) - 1;
  return fixed === undefined ? general : general | (1 << (count + fixed));
}
