/**
 * Events by the terms of their PMU: `cpu/event=0x3c,umask=0x1,period=1000,name=x/u`, and by name: `cpu/instructions/`, or
 * `instructions/period=1000/`, which takes terms that hold for all PMUs.
 * Reference: tools/perf/util/pmu.c of v6.1; the formats are those of /sys/bus/event_source/devices/cpu/format on x86.
 * Not modelled: other PMUs; offcore_rsp, ldlat and frontend, which need registers that no chip here has.
 */
import { PERF_TYPE_HW_CACHE, PERF_TYPE_RAW } from '../kernel/abi/constants.ts';
import { parse_branch_term } from './branch-filter.ts';
import { InputError } from './input-error.ts';
import { unknownName } from './nearest.ts';
import type { EventSpec } from './run-spec.ts';

type Kind = Pick<EventSpec, 'type' | 'config'>;

/** Where a term's bits go: pieces of the value, from its lowest bit, with their first bit in config. */
type Formats = Readonly<Record<string, readonly { bits: number; at: number }[]>>;

const CONFIG: Formats = { config: [{ bits: 52, at: 0 }] };
const CPU_FORMATS: Formats = {
  // AMD has four more bits of the event; on Intel they are reserved.
  event: [{ bits: 8, at: 0 }, { bits: 4, at: 32 }],
  umask: [{ bits: 8, at: 8 }],
  edge: [{ bits: 1, at: 18 }],
  any: [{ bits: 1, at: 21 }],
  inv: [{ bits: 1, at: 23 }],
  cmask: [{ bits: 8, at: 24 }],
  ...CONFIG,
};

/** Terms that do not select what is counted. */
const OTHERS = ['name', 'period', 'freq', 'branch_type'];

export function isPmuEvent(text: string): boolean {
  return text.includes('/');
}

/** The event, and the modifiers behind the second slash. `named` knows events by their names, `isEvent` which are such. */
export function pmuEvent(text: string, named: (name: string) => Kind, isEvent: (name: string) => boolean): { event: EventSpec; modifiers: string | null } {
  const [, pmu, terms, modifiers] = /^([^/]*)\/([^/]*)\/:?([^/:]*)$/.exec(text) ?? [];
  if (pmu === undefined) throw new InputError(`what is '${text}'? The terms of a PMU are written cpu/event=0x3c,umask=0/, with modifiers behind.`);
  const isNamed = isEvent(pmu);
  if (!isNamed && pmu !== 'cpu') throw unknownName('PMU', pmu, ['cpu'], 'perfsim list pmus');
  const kind = isNamed ? named(pmu) : { type: PERF_TYPE_RAW, config: 0 };
  // perf leaves the terms out of the name of a cache event.
  const name = kind.type === PERF_TYPE_HW_CACHE ? pmu : text;
  const event: EventSpec = { name, ...kind, exclude_user: false, exclude_kernel: false, exclude_hv: false, precise_ip: 0 };
  for (const term of isNamed && terms === '' ? [] : terms.split(',').map((one) => one.trim())) {
    Object.assign(event, isNamed ? appliedToNamed(term, event, text) : applied(term, event, text, CPU_FORMATS, named));
  }
  return { event, modifiers: modifiers === '' ? null : modifiers };
}

/** A config of its own takes the place of the named one. */
function appliedToNamed(term: string, event: EventSpec, text: string): Partial<EventSpec> {
  const noEvent = (key: string): never => {
    throw unknownTerm(text, key, CONFIG);
  };
  return applied(term, term.startsWith('config=') ? { ...event, config: 0 } : event, text, CONFIG, noEvent);
}

function unknownTerm(text: string, key: string, formats: Formats): InputError {
  return unknownName(`term in '${text}':`, key, [...Object.keys(formats), ...OTHERS], 'perfsim list events');
}

function applied(term: string, event: EventSpec, text: string, formats: Formats, named: (name: string) => Kind): Partial<EventSpec> {
  const equals = term.indexOf('=');
  const key = equals < 0 ? term : term.slice(0, equals);
  const format = Object.hasOwn(formats, key) ? formats[key] : undefined;
  if (equals < 0 && format === undefined) {
    if (OTHERS.includes(key) || key === '') throw new InputError(`the term '${key}' has no value in '${text}'.`);
    return named(key);
  }
  const value = equals < 0 ? '1' : term.slice(equals + 1);
  if (key === 'name') return { name: value };
  if (key === 'branch_type') return { branch_type: parse_branch_term(value) };
  if (format === undefined && !OTHERS.includes(key)) throw unknownTerm(text, key, formats);
  const number = /^(0x[0-9a-f]+|\d+)$/i.test(value) ? Number(value) : Number.NaN;
  const bits = format?.reduce((sum, piece) => sum + piece.bits, 0) ?? 52;
  if (!(number < 2 ** bits)) throw new InputError(`invalid value '${value}' of the term '${key}' in '${text}': it is a number of up to ${bits} bits.`);
  if (format === undefined) {
    // The later one holds.
    delete event[key === 'period' ? 'freq' : 'period'];
    return key === 'period' ? { period: number } : { freq: number };
  }
  return { config: event.config + spread(number, format) };
}

/** The bits of a value in their places; config is small enough for a number, but not for its bit operators. */
function spread(value: number, format: readonly { bits: number; at: number }[]): number {
  let rest = value;
  let config = 0;
  for (const { bits, at } of format) {
    config += (rest % 2 ** bits) * 2 ** at;
    rest = Math.floor(rest / 2 ** bits);
  }
  return config;
}
