/** How a case tells what a call returned: errors by name, values by what they are, ids and tasks by the case's names for them. */
import {
  POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLPRI, POLLRDNORM, POLL_HUP, SIGIO, errnoName, type DriverRecord, type PerfEventAttr, type SigInfo,
} from '../../kernel/index.ts';
import type { Fields, Value } from './cases.ts';
import { known } from './attr.ts';

/** The case's names for the numbers that the kernel has given out. */
export interface Names {
  event: (id: number) => string;
  task: (id: number) => string;
}

export const returned = (result: number): Fields => (result < 0 ? { errno: errnoName(result) } : { ret: result });

export const POLL_BITS: Record<string, number> = { POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP, POLLNVAL, POLLRDNORM };
export const maskNames = (mask: number): string[] => Object.keys(POLL_BITS).filter((name) => mask & POLL_BITS[name]);

export function tellRevents(evs: readonly string[], masks: readonly number[]): Fields {
  return Object.fromEntries(evs.flatMap((ev, i) => (masks[i] === 0 ? [] : [[ev, maskNames(masks[i])]])));
}

/** What read(2) has returned, of an event in error nothing. */
export function tellRead(values: readonly number[], format: number, { event }: Names): Fields {
  const rest = [...values];
  const answer: Record<string, Value> = { bytes: 8 * values.length };
  const isGroup = (format & 8) !== 0;
  const value = isGroup ? 0 : (rest.shift() ?? 0);
  if (isGroup) answer['nr'] = rest.shift() ?? 0;
  const [enabled, running] = [format & 1 ? rest.shift() : NaN, format & 2 ? rest.shift() : NaN];
  if (format & 1) answer['enabled_is_zero'] = enabled === 0;
  if (format & 2) answer['running_is_zero'] = running === 0;
  if ((format & 3) === 3) answer['enabled_eq_running'] = enabled === running;
  const id = (): Fields => (format & 4 ? { id: event(rest.shift()!) } : {});
  const lost = (): Fields => (format & 16 ? { lost: rest.shift()! } : {});
  if (!isGroup) return { ...answer, value, ...id(), ...lost() };
  const members: Fields[] = [];
  while (rest.length > 0) members.push({ value: rest.shift()!, ...id(), ...lost() });
  return { ...answer, members };
}

const RECORDS = [
  undefined, 'MMAP', 'LOST', 'COMM', 'EXIT', 'THROTTLE', 'UNTHROTTLE', 'FORK', 'READ', 'SAMPLE', 'MMAP2', 'AUX', 'ITRACE_START',
  'LOST_SAMPLES', 'SWITCH', 'SWITCH_CPU_WIDE', 'NAMESPACES', 'KSYMBOL', 'BPF_EVENT', 'CGROUP', 'TEXT_POKE',
];

/** What tells one record from others. `attributed`: a sample's second word is its IDENTIFIER, or its ID. */
export function tellRecord({ type, size, misc, body, id, lost }: DriverRecord, attributed: boolean, { event }: Names): Fields {
  const entry: Record<string, Value> = { type: known(RECORDS[type], type), size, misc };
  if (entry['type'] === 'SAMPLE' && attributed) entry['ev'] = event(Number(body.getBigInt64(8, true)));
  if (entry['type'] === 'LOST') Object.assign(entry, { id: event(id!), lost });
  return entry;
}

/** Fields whose values are the same on any machine that runs the case. */
const PLAIN = ['lost', 'period', 'comm', 'prot', 'flags', 'length'] as const;
const EVENTS = ['identifier', 'id'] as const;
const TASKS = ['pid', 'tid', 'ppid', 'ptid', 'next_prev_pid', 'next_prev_tid'] as const;

/** All that a record says of itself, as far as it does not differ from run to run. */
export function tellFields(record: DriverRecord, { read_format }: PerfEventAttr, names: Names): Fields {
  const told: Record<string, Value> = { fits: record.end === record.size };
  for (const key of PLAIN) if (record[key] !== undefined) told[key] = record[key];
  for (const key of EVENTS) if (record[key] !== undefined) told[key] = names.event(record[key]);
  for (const key of TASKS) if (record[key] !== undefined) told[key] = names.task(record[key]);
  if (record.ip !== undefined) told['ip'] = record.ip < 0 ? 'kernel' : 'user';
  if (record.addr !== undefined) told['addr_is_zero'] = record.addr === 0;
  if (record.values !== undefined) told['values'] = tellRead(record.values, Number(read_format), names);
  return told;
}

/** Those alike in a row become one, with their number. */
export function runLengths(entries: readonly Fields[]): Fields[] {
  const list: Record<string, Value>[] = [];
  for (const entry of entries) {
    const last = list.at(-1);
    if (last !== undefined && JSON.stringify({ ...last, n: 0 }) === JSON.stringify({ ...entry, n: 0 })) last['n'] = (last['n'] as number) + 1;
    else list.push({ ...entry, n: 1 });
  }
  return list;
}

export function tellSignals(taken: readonly SigInfo[], name: (fd: number) => string): Fields {
  const signals = taken.map(({ si_code, si_fd, si_band }) => ({ si_code: si_code === POLL_HUP ? 'POLL_HUP' : 'POLL_IN', ev: name(si_fd), si_band }));
  return {
    signals: runLengths(signals), count: taken.length, signo_is_SIGIO: taken.every(({ si_signo }) => si_signo === SIGIO),
    si_code: taken[0]?.si_code ?? 0,
  };
}
