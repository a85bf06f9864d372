/** Whether one run is as expected, and whether expectations can be met at all. */
import { PAGE_SIZE } from '../../kernel/abi/constants.ts';
import type { RunResult } from '../../perf/run-spec.ts';
import { eventNames } from './measures.ts';
import { contains, range, shown, type Range } from './range.ts';
import type { ExpectationText } from './schema.ts';

/** One number that is not as expected. */
export interface Deviation {
  what: string;
  found: number;
  expected: string;
}

/** Expectations that no run can meet: the key that is at fault, and why. */
export interface Contradiction {
  path: string[];
  why: string;
}

/** Nanoseconds in the units of times. */
const UNITS_NS: Readonly<Record<string, number>> = { us: 1e3, ms: 1e6, s: 1e9 };

const COUNTS = { lost: 'lost_total', lost_reported: 'lost_reported', wakeups: 'wakeups' } as const;

export function judge(expect: ExpectationText, result: RunResult, mmap_pages: number): Deviation[] {
  const deviations: Deviation[] = [];
  const check = (what: string, found: number, expected: Range): void => {
    if (!contains(expected, found)) deviations.push({ what, found, expected: shown(expected) });
  };
  const samples = result.events.map((event) => event.samples);
  const names = eventNames(result.events);
  sampleRanges(expect, samples.length).forEach((expected, event) => check(`samples of ${names[event]}`, samples[event], expected));
  if (expect.equal !== undefined) {
    check('difference between events, in % of the most', spreadOf(samples), { min: 0, max: range(expect.equal).max, unit: '%' });
  }
  for (const [key, field] of Object.entries(COUNTS) as [keyof typeof COUNTS, (typeof COUNTS)[keyof typeof COUNTS]][]) {
    if (expect[key] !== undefined) check(key, result[field], range(expect[key]));
  }
  for (const [type, expected] of recordRanges(expect)) check(`${type} records`, result.records[type] ?? 0, expected);
  if (expect.buffer_high_water !== undefined) {
    const expected = range(expect.buffer_high_water);
    const used = expected.unit === '%' ? (100 * result.buffer_high_water) / (mmap_pages * PAGE_SIZE) : result.buffer_high_water;
    check('buffer high-water mark', used, expected);
  }
  if (expect.reader_latency !== undefined) {
    const expected = range(expect.reader_latency);
    check('longest reader latency', result.reader_latency.max_ns / UNITS_NS[expected.unit], expected);
  }
  return deviations;
}

/** What contradicts itself in expectations on a run with so many events. */
export function contradiction(expect: ExpectationText, events: number): Contradiction | null {
  const { samples, lost, lost_reported, records, equal, buffer_high_water } = expect;
  if (Array.isArray(samples) && samples.length !== events) return { path: ['samples'], why: `expected one count for each of the ${events} events, not ${samples.length}` };
  const empty = ranges(expect).find(({ value }) => value.min > value.max);
  if (empty !== undefined) return { path: empty.path, why: `expected the smaller number first, not ${shown(empty.value)}` };
  if (lost !== undefined && lost_reported !== undefined && range(lost_reported).min > range(lost).max) {
    return { path: ['lost_reported'], why: `expected no more than the ${shown(range(lost))} that are lost: only those can be reported` };
  }
  const each = sampleRanges(expect, events);
  const total = records?.['SAMPLE'] === undefined ? null : range(records['SAMPLE']);
  if (total !== null && each.length > 0 && (sum(each, 'min') > total.max || sum(each, 'max') < total.min)) {
    return { path: ['records', 'SAMPLE'], why: `expected between ${sum(each, 'min')} and ${sum(each, 'max')}: that many samples of all events are expected above` };
  }
  const [most, least] = [Math.max(...each.map(({ min }) => min)), Math.min(...each.map(({ max }) => max))];
  if (equal !== undefined && each.length > 0 && 100 * (most - least) > range(equal).max * most) {
    return { path: ['equal'], why: `expected no equality within ${equal}: the counts expected of the events differ by more` };
  }
  if (buffer_high_water !== undefined && range(buffer_high_water).unit === '%' && range(buffer_high_water).min > 100) {
    return { path: ['buffer_high_water'], why: 'expected at most 100 %: a buffer cannot be fuller' };
  }
  return null;
}

function ranges({ samples, records, lost, lost_reported, wakeups, buffer_high_water, reader_latency }: ExpectationText): { path: string[]; value: Range }[] {
  const listed = Array.isArray(samples) ? samples.map((value, i) => ({ path: ['samples', String(i)], value })) : samples === undefined ? [] : [{ path: ['samples'], value: samples }];
  const byType = recordRanges({ records }).map(([type, value]) => ({ path: ['records', type], value }));
  const others = Object.entries({ lost, lost_reported, wakeups, buffer_high_water, reader_latency }).flatMap(([key, value]) => (value === undefined ? [] : [{ path: [key], value }]));
  return [...[...listed, ...others].map(({ path, value }) => ({ path, value: range(value) })), ...byType];
}

function recordRanges({ records = {} }: ExpectationText): [type: string, expected: Range][] {
  return Object.entries(records).flatMap(([type, value]) => (value === undefined ? [] : [[type, range(value)]]));
}

function sampleRanges({ samples }: ExpectationText, events: number): Range[] {
  if (samples === undefined) return [];
  return Array.isArray(samples) ? samples.map(range) : Array.from({ length: events }, () => range(samples));
}

/** How far the least lies below the most, in per cent of the most. */
function spreadOf(samples: readonly number[]): number {
  const most = Math.max(...samples);
  return most === 0 ? 0 : (100 * (most - Math.min(...samples))) / most;
}

function sum(each: readonly Range[], side: 'min' | 'max'): number {
  return each.reduce((total, one) => total + one[side], 0);
}
