/**
 * The grammar of `-e`: `{cycles,instructions:u}:S,r1a8:kp,cpu/event=0x3c,name=x/` becomes one EventSpec per event.
 * Reference: tools/perf/util/parse-events.{c,l,y} of v3.2 and v6.1; double modifiers are refused as in v6.1. What an event
 * excludes by default depends on the tool; the modifiers say here what was asked for.
 * Not modelled: tracepoints, breakpoints, PMUs but `cpu`.
 */
import { PERF_TYPE_HW_CACHE, PERF_TYPE_RAW } from '../kernel/abi/constants.ts';
import { CACHE_EVENTS, parseCacheEvent } from './cache-events.ts';
import { EVENTS_BY_NAME } from './event-names.ts';
import { InputError } from './input-error.ts';
import { unknownName } from './nearest.ts';
import { isPmuEvent, pmuEvent } from './pmu-terms.ts';
import type { EventSpec } from './run-spec.ts';

const MAX_PRECISE_IP = 3;

/** `rNNN`: the event select register as the manual gives it, up to 52 bits so that a number holds it exactly. */
const RAW = /^r([0-9a-f]{1,13})$/i;

type Modified = Omit<EventSpec, 'name' | 'type' | 'config' | 'leader'>;

/** All events of one `-e` argument, in their order. A group's members say where its leader stands, from the list's start. */
export function parse_events(list: string): EventSpec[] {
  const events: EventSpec[] = [];
  for (const part of split(list, list)) {
    const [, members, modifiers] = /^\{(.*)\}(?::([^}/]*))?$/.exec(part) ?? [];
    if (members === undefined) events.push(parse_event(part, '', list));
    else events.push(...parse_group(members, modifiers, events.length, list));
  }
  return events;
}

/** The lists of several `-e`, one behind the other. */
export function parse_event_lists(lists: readonly string[]): EventSpec[] {
  return lists.reduce<EventSpec[]>((events, list) => {
    const more = parse_events(list).map((event) => (event.leader === undefined ? event : { ...event, leader: event.leader + events.length }));
    return [...events, ...more];
  }, []);
}

function parse_group(members: string, modifiers: string | undefined, leader: number, list: string): EventSpec[] {
  if (/[{}]/.test(members)) throw new InputError(`a group within a group, or braces that do not match, in '${list}'.`);
  if (modifiers !== undefined) parse_event_modifier(modifiers, `{${members}}:${modifiers}`);
  return split(members, list).map((text) => ({ ...parse_event(text, modifiers ?? '', list), leader }));
}

/** Splits at commas that stand outside of braces and slashes. */
function split(text: string, list: string): string[] {
  const parts = [''];
  let braces = 0;
  let isInTerms = false;
  for (const character of text) {
    if (character === '{') braces++;
    if (character === '}') braces--;
    if (character === '/') isInTerms = !isInTerms;
    if (character === ',' && braces === 0 && !isInTerms) parts.push('');
    else parts[parts.length - 1] += character;
  }
  if (braces !== 0 || isInTerms) throw new InputError(`${braces === 0 ? 'a slash' : 'a brace'} has no counterpart in '${list}'.`);
  return parts.map((part) => part.trim());
}

function parse_event(text: string, groupModifiers: string, list: string): EventSpec {
  if (text === '') throw new InputError(`an event name is missing in '${list}'.`);
  if (/[{}]/.test(text)) throw new InputError(`what is '${text}' in '${list}'? A group is written {a,b}, with its modifiers behind as in {a,b}:S.`);
  if (isPmuEvent(text)) {
    const { event, modifiers } = pmuEvent(text, event_named, isEvent);
    return { ...event, ...modified(event.name, modifiers, groupModifiers, text) };
  }
  const other = notModelled(text);
  if (other !== null) throw new InputError(other);
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  return { ...event_named(name), ...modified(text, colon < 0 ? null : text.slice(colon + 1), groupModifiers, text) };
}

/** What perf has beside, told from what is misspelt. */
function notModelled(text: string): string | null {
  if (/^mem:(?:0x)?[0-9a-f]+/i.test(text)) return `breakpoints are not recorded by the tool here: '${text}'.`;
  const [, system, event] = /^([\w-]+):([\w*?-]+)(?::\w+)?$/.exec(text) ?? [];
  const isModified = system !== undefined && (isEvent(system) || !/[a-z]{2}_|[*?]/i.test(event));
  return system === undefined || isModified ? null : `tracepoints are not recorded by the tool here: '${text}'.`;
}

function isEvent(name: string): boolean {
  return EVENTS_BY_NAME.has(name.toLowerCase()) || RAW.test(name) || parseCacheEvent(name) !== null;
}

/** v3.2 compares without regard to case, so `Cycles` is `cycles`. */
function event_named(name: string): Pick<EventSpec, 'type' | 'config'> {
  const known = EVENTS_BY_NAME.get(name.toLowerCase());
  if (known !== undefined) return { type: known.type, config: known.config };
  const raw = RAW.exec(name);
  if (raw !== null) return { type: PERF_TYPE_RAW, config: Number.parseInt(raw[1], 16) };
  const cache = parseCacheEvent(name);
  if (cache !== null) return { type: PERF_TYPE_HW_CACHE, config: cache };
  throw unknownName('event', name, [...EVENTS_BY_NAME.keys(), ...CACHE_EVENTS.map((event) => event.name)], 'perfsim list events');
}

/** A group's modifiers add to those of the event; the rings among them show in its name. */
function modified(name: string, own: string | null, group: string, text: string): Modified & { name: string } {
  const rings = group.replaceAll(/[^ukhIGHD]/g, '');
  const shown = own === null && rings !== '' ? `${name}:${rings}` : name;
  if (own !== null) parse_event_modifier(own, text);
  return { name: shown, ...parse_event_modifier(own === null && group === '' ? null : (own ?? '') + without(group, own ?? ''), text) };
}

/** The letters of `more` that `given` does not have. */
function without(more: string, given: string): string {
  return Array.from(more).filter((letter) => letter === 'p' || !given.includes(letter)).join('');
}

/**
 * The first of `u`, `k`, `h` turns "count everywhere" into "count only where named"; each then allows its own mode. So `:u`
 * excludes kernel and hypervisor, and `:uk` the hypervisor alone. `G` and `H` do the same for guests and hosts.
 */
function parse_event_modifier(modifiers: string | null, text: string): Modified {
  if (modifiers === null) return { exclude_user: false, exclude_kernel: false, exclude_hv: false, precise_ip: 0 };
  const levels = modifiers.replaceAll(/[^p]/g, '').length;
  const others = modifiers.replaceAll('p', '');
  if (/b/.test(others) && /^[ukhIGHPSDWbe]*$/.test(others)) throw new InputError(`the modifier b of '${text}' is not modelled: the simulated kernel runs no BPF programs.`);
  if (!/^[ukhIGHPSDWe]*$/.test(others) || modifiers === '' || new Set(others).size < others.length || levels > MAX_PRECISE_IP) {
    throw new InputError(`bad modifier in '${text}'; after the colon stand u, k, h, I, G, H, P, S, D, W and e, each at most once, and up to ${MAX_PRECISE_IP} times p.`);
  }
  const only = (modes: string, mode: string): boolean => Array.from(modes).some((one) => others.includes(one)) && !others.includes(mode);
  const flag = (letter: string, name: keyof Modified): Partial<Modified> => (others.includes(letter) ? { [name]: true } : {});
  return {
    exclude_user: only('ukh', 'u'),
    exclude_kernel: only('ukh', 'k'),
    exclude_hv: only('ukh', 'h'),
    precise_ip: levels,
    ...(/[GH]/.test(others) ? { exclude_guest: only('GH', 'G'), exclude_host: only('GH', 'H') } : {}),
    ...flag('I', 'exclude_idle'),
    ...flag('S', 'sample_read'),
    ...flag('D', 'pinned'),
    ...flag('W', 'weak_group'),
    ...flag('e', 'exclusive'),
  };
}
