/**
 * The events of `perfsim list`, as `perf list` shows them; behind one that not all PMUs count stand those that do.
 * Reference: print_events of tools/perf/util/print-events.c, v6.1.
 */
import { cacheEvent } from '../pmu/chip.ts';
import { CACHE_EVENTS } from '../perf/cache-events.ts';
import { EVENT_NAMES, type EventName } from '../perf/event-names.ts';
import { PERF_TYPE_HARDWARE } from '../kernel/abi/constants.ts';
import type { Chip, Simulation } from './simulation.ts';

/** Width of the name column of `perf list`. */
const NAME_COLUMN = 50;

export function eventLines(simulation: Simulation): string[] {
  return [...hardwareLines(simulation), ...softwareLines(), ...cacheLines(simulation), eventLine('rNNN', 'Raw hardware event descriptor')];
}

export function hardwareLines(simulation: Simulation): string[] {
  return EVENT_NAMES.filter(({ type }) => type === PERF_TYPE_HARDWARE).flatMap((event) =>
    counted(nameOf(event), 'Hardware event', simulation, ({ events }) => events.some(({ signal }) => signal === event.symbol || signal === event.alias)));
}

export function softwareLines(): string[] {
  return EVENT_NAMES.filter(({ type }) => type !== PERF_TYPE_HARDWARE).map((event) => eventLine(nameOf(event), 'Software event'));
}

export function cacheLines(simulation: Simulation): string[] {
  return CACHE_EVENTS.flatMap(({ name, config }) =>
    counted(name, 'Hardware cache event', simulation, ({ caches }) => !!cacheEvent(caches, config & 0xff, (config >> 8) & 0xff, config >> 16)));
}

/** The line of an event that some PMU counts; of one that none does, no line. */
function counted(name: string, kind: string, { CHIPS }: Simulation, counts: (chip: Chip) => boolean): string[] {
  const chips = CHIPS.filter(counts);
  if (chips.length === 0) return [];
  return [`${eventLine(name, kind)}${chips.length === CHIPS.length ? '' : `  ${chips.map((chip) => chip.name).join(', ')}`}`];
}

function nameOf({ symbol, alias }: EventName): string {
  return alias === undefined ? symbol : `${symbol} OR ${alias}`;
}

function eventLine(name: string, kind: string): string {
  return `${name.padEnd(NAME_COLUMN)} [${kind}]`;
}
