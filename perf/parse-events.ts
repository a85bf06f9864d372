/**
 * The grammar of `-e`: `cycles,instructions:u,r1a8:kp` becomes one EventSpec per name.
 * Reference: tools/perf/util/parse-events.c of v3.2; double modifiers are refused as in perf 6.1.
 * Not modelled: groups `{…}`, `pmu/terms/`, tracepoints, breakpoints, and modifiers that speak of guests.
 */
import { PERF_TYPE_RAW } from '../kernel/abi/constants.ts';
import { EVENTS_BY_NAME } from './event-names.ts';
import { InputError } from './input-error.ts';
import { unknownName } from './nearest.ts';
import type { EventSpec } from './run-spec.ts';

const MAX_PRECISE_IP = 3;

/** `rNNN`: the event select register as the manual gives it, up to 52 bits so that a number holds it exactly. */
const RAW = /^r([0-9a-f]{1,13})$/i;

type Modified = Pick<EventSpec, 'exclude_user' | 'exclude_kernel' | 'exclude_hv' | 'precise_ip'>;

/** All events of one `-e` argument, in their order. */
export function parse_events(list: string): EventSpec[] {
  return list.split(',').map((text) => parse_event(text.trim(), list));
}

function parse_event(text: string, list: string): EventSpec {
  if (text === '') throw new InputError(`an event name is missing in '${list}'.`);
  if (/[{}/]/.test(text)) throw new InputError(`event groups '{…}' and 'pmu/terms/' are not modelled; give plain event names instead of '${list}'.`);
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const modifiers = colon < 0 ? null : text.slice(colon + 1);
  return { name: text, ...event_named(name), ...parse_event_modifier(modifiers, text) };
}

/** v3.2 compares without regard to case, so `Cycles` is `cycles`. */
function event_named(name: string): Pick<EventSpec, 'type' | 'config'> {
  const known = EVENTS_BY_NAME.get(name.toLowerCase());
  if (known !== undefined) return { type: known.type, config: known.config };
  const raw = RAW.exec(name);
  if (raw !== null) return { type: PERF_TYPE_RAW, config: Number.parseInt(raw[1], 16) };
  throw unknownName('event', name, [...EVENTS_BY_NAME.keys()], 'perfsim list events');
}

/**
 * The first of `u`, `k`, `h` turns "count everywhere" into "count only where named"; each then allows its own mode.
 * So `:u` excludes kernel and hypervisor, and `:uk` the hypervisor alone.
 */
function parse_event_modifier(modifiers: string | null, text: string): Modified {
  if (modifiers === null) return { exclude_user: false, exclude_kernel: false, exclude_hv: false, precise_ip: 0 };
  const levels = modifiers.replaceAll(/[^p]/g, '').length;
  const others = modifiers.replaceAll('p', '');
  if (!/^[ukh]*$/.test(others) || modifiers === '' || new Set(others).size < others.length || levels > MAX_PRECISE_IP) {
    throw new InputError(`bad modifier in '${text}'; after the colon stand u, k and h, each at most once, and up to ${MAX_PRECISE_IP} times p.`);
  }
  const only = (mode: string) => others !== '' && !others.includes(mode);
  return { exclude_user: only('u'), exclude_kernel: only('k'), exclude_hv: only('h'), precise_ip: levels };
}
