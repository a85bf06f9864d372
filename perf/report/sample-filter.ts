/**
 * Which samples `report` and `script` show: those of some commands, files, symbols, tasks, CPUs, or of a span of time.
 * Reference: machine__resolve(), thread__is_filtered() of tools/perf/util/event.c and thread.c; perf_time__parse_str() of
 * util/time-utils.c, v6.1.
 * Not modelled: spans in percent of a recording, several spans, address ranges.
 */
import { PERF_SAMPLE_CPU } from '../../kernel/abi/index.ts';
import type { PerfData } from '../data/index.ts';
import { InputError } from '../input-error.ts';
import type { CurrentSample } from './session.ts';

/** The lists as they were typed. */
export interface FilterOptions {
  comms?: string | undefined;
  dsos?: string | undefined;
  symbols?: string | undefined;
  pid?: string | undefined;
  tid?: string | undefined;
  cpu?: readonly number[] | undefined;
  time?: string | undefined;
  /** What has no symbol. */
  'hide-unresolved'?: boolean | undefined;
}

export interface SampleFilter {
  /** The sample is passed over, as if it had never been. */
  drops(sample: CurrentSample): boolean;
  /** It counts, but is not shown. */
  hides(sample: CurrentSample): boolean;
}

type Test = (sample: CurrentSample) => boolean;

/** Null if everything is shown. */
export function sampleFilter(options: FilterOptions): SampleFilter | null {
  const { comms, dsos, symbols, pid, tid, cpu, time } = options;
  const hiding: Test[] = [];
  if (comms !== undefined) hiding.push(notIn(words(comms), ({ thread }) => [thread.comm.text]));
  if (pid !== undefined) hiding.push(notIn(numbers('--pid', pid), ({ pid: own }) => [String(own)]));
  if (tid !== undefined) hiding.push(notIn(numbers('--tid', tid), ({ tid: own }) => [String(own)]));
  if (dsos !== undefined) hiding.push(notIn(words(dsos), ({ location }) => (location?.map ? [location.map.dso.short_name, location.map.dso.long_name] : [])));
  if (symbols !== undefined) hiding.push(notIn(words(symbols), ({ location }) => (location?.found ? [location.found.name] : [])));
  const dropping: Test[] = [];
  if (cpu !== undefined) dropping.push(({ cpu: own }) => !cpu.includes(own | 0));
  if (time !== undefined) dropping.push(outside(time));
  if (options['hide-unresolved']) dropping.push(({ location }) => !location?.found);
  if (hiding.length + dropping.length === 0) return null;
  return { drops: (sample) => dropping.some((test) => test(sample)), hides: (sample) => hiding.some((test) => test(sample)) };
}

/** What says nothing of CPUs cannot be chosen by them. */
export function checkCpus(data: PerfData, { cpu }: FilterOptions): void {
  if (cpu === undefined || data.events.all.length === 0 || data.events.all.some(({ attr }) => attr.sample_type & BigInt(PERF_SAMPLE_CPU))) return;
  throw new InputError('the samples do not say on which CPU they were taken, so -C cannot choose among them; leave it out, or record with --sample-cpu.');
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(',').filter(Boolean));

function numbers(option: string, list: string): ReadonlySet<string> {
  const all = words(list);
  for (const word of all) if (!/^\d{1,10}$/.test(word)) throw new InputError(`invalid ${option} value '${list}': it is a list of numbers such as 1092,1093.`);
  return all;
}

function notIn(list: ReadonlySet<string>, of: (sample: CurrentSample) => readonly string[]): Test {
  return (sample) => !of(sample).some((word) => list.has(word));
}

/** `start,stop` in seconds, either of which may be missing. */
function outside(span: string): Test {
  const [, start, stop] = /^(\d+(?:\.\d{1,9})?)?,(\d+(?:\.\d{1,9})?)?$/.exec(span) ?? [];
  if (start === undefined && stop === undefined) {
    throw new InputError(`invalid --time value '${span}': it is a span in seconds such as 1.5,2.25 or 1.5, or ,2.25${span.includes('%') ? '; percentages are not modelled' : ''}.`);
  }
  const [from, to] = [start, stop].map((text) => (text === undefined ? null : nanoseconds(text)));
  return ({ timeLow, timeHigh }) => {
    const time = (BigInt(timeHigh) << 32n) | BigInt(timeLow);
    return (from !== null && time < from) || (to !== null && time > to);
  };
}

function nanoseconds(seconds: string): bigint {
  const [whole, fraction = ''] = seconds.split('.');
  return BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
}
