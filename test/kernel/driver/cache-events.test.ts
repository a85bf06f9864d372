/** Hardware cache events: which of them the kernel has on which chip, what they count, and what they share. */
import { describe, expect, test } from '@jest/globals';
import { CHIPS } from '../../../pmu/chips/index.ts';
import { location } from '../../../pmu/location.ts';
import { CACHE_EVENTS, parseCacheEvent } from '../../../perf/cache-events.ts';
import {
  EINVAL, ENOENT, Linux, PERF_FORMAT_TOTAL_TIME_ENABLED, PERF_FORMAT_TOTAL_TIME_RUNNING, PERF_TYPE_HARDWARE,
  PERF_TYPE_HW_CACHE, PERF_TYPE_RAW, perf_event_attr, type PerfEventAttr, type Process,
} from '../../../kernel/index.ts';

/** A share of the time from which only the system calls are missing that opened the next event. */
const ALWAYS = 0.999;

const TIMES = BigInt(PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING);

const RATES = {
  instructions: 1, 'L1-dcache-loads': 0.5, 'L1-dcache-load-misses': 0.25, 'LLC-loads': 0.125, 'LLC-load-misses': 0.0625,
};
const CODE = location('user', 'code', 0x40_0000, 0x100, RATES);

function task(pmu: string, kernel = 'v3.2'): Process {
  return new Linux({ kernel, pmu, cpus: 1, config: { nmi_watchdog: false } }).spawn('task');
}

function attr(type: number, config: number): PerfEventAttr {
  return perf_event_attr({ type, config: BigInt(config), read_format: TIMES, exclude_kernel: true });
}

const cache = (name: string): PerfEventAttr => attr(PERF_TYPE_HW_CACHE, parseCacheEvent(name)!);
const CYCLES = attr(PERF_TYPE_HARDWARE, 0);

/** 0 or the error. */
const opened = (pmu: string, event: PerfEventAttr, kernel?: string): number => Math.min(0, task(pmu, kernel).perf_event_open(event, 0, -1, -1, 0));

/** Counts all events at once: how often each happened per cycle, and in which share of the time it was on. */
function counted(pmu: string, ...events: PerfEventAttr[]): { rate: number; share: number }[] {
  return countedBy(task(pmu), ...events);
}

function countedBy(self: Process, ...events: PerfEventAttr[]): { rate: number; share: number }[] {
  const fds = [CYCLES, ...events].map((event) => self.perf_event_open(event, 0, -1, -1, 0));
  self.run(40_000_000, CODE);
  const [cycles, ...others] = fds.map((fd) => self.read(fd) as readonly number[]);
  return others.map(([value, enabled, running]) => ({ rate: (value * enabled) / running / cycles[0], share: running / enabled }));
}

describe('perf_event_open', () => {
  test.each([
    ['nehalem', 'L1-dcache-loads', 0], ['nehalem', 'LLC-prefetch-misses', 0], ['nehalem', 'dTLB-prefetches', -ENOENT],
    ['core2', 'L1-dcache-prefetch-misses', -ENOENT], ['core2', 'node-loads', -ENOENT], ['skylake', 'L1-dcache-store-misses', -ENOENT],
    ['amd64', 'LLC-loads', 0], ['amd64', 'node-stores', -EINVAL], ['amd-zen', 'LLC-loads', -ENOENT],
  ])('%s, %s: %i', (pmu, name, answer) => {
    expect(opened(pmu, cache(name))).toBe(answer);
  });

  test.each([
    ['a cache that there is not', 0x07], ['an operation that there is not', 0x0300], ['a result that there is not', 0x02_0000],
    ['an operation that the cache does not have', 0x0101],
  ])('%s is EINVAL', (_, config) => {
    expect(opened('nehalem', attr(PERF_TYPE_HW_CACHE, config))).toBe(-EINVAL);
  });

  test('on every chip each event that perf knows can be counted, or is refused as one that is not there', () => {
    for (const { name } of CHIPS) {
      for (const event of CACHE_EVENTS) expect([0, -ENOENT, -EINVAL]).toContain(opened(name, attr(PERF_TYPE_HW_CACHE, event.config)));
    }
  });
});

describe('a cache event', () => {
  test.each(Object.keys(RATES).slice(1) as (keyof typeof RATES)[])('counts what the code does: %s', (name) => {
    const [{ rate, share }] = counted('nehalem', cache(name));
    expect(rate).toBeCloseTo(RATES[name], 4);
    expect(share).toBeGreaterThan(ALWAYS);
  });

  test('is what its code counts as a raw event', () => {
    const [{ rate }] = counted('nehalem', attr(PERF_TYPE_RAW, 0x010b));
    expect(rate).toBeCloseTo(RATES['L1-dcache-loads'], 4);
  });

  test('goes on with others while there are counters', () => {
    for (const { share } of counted('nehalem', cache('L1-dcache-loads'), cache('L1-dcache-load-misses'), cache('LLC-loads'))) expect(share).toBeGreaterThan(ALWAYS);
  });
});

describe('what leaves the core', () => {
  const [LOADS, MISSES] = [cache('LLC-loads'), cache('LLC-load-misses')];

  test('takes turns where there is one register for it', () => {
    expect(counted('nehalem', LOADS, MISSES).reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 1);
  });

  test('has both where there are two', () => {
    for (const { share } of counted('westmere', LOADS, MISSES)) expect(share).toBeGreaterThan(ALWAYS);
  });

  test('shares the register with the same', () => {
    for (const { share } of counted('nehalem', LOADS, LOADS)) expect(share).toBeGreaterThan(ALWAYS);
  });

  test('is no group where it could never be on together', () => {
    const self = task('nehalem');
    expect(self.perf_event_open(MISSES, 0, -1, self.perf_event_open(LOADS, 0, -1, -1, 0), 0)).toBe(-EINVAL);
  });
});

describe('tables that have changed', () => {
  test.each([['v3.4', -EINVAL], ['v3.10', 0]])('on %s a Sandy Bridge is asked for memory nodes: %i', (kernel, answer) => {
    expect(opened('sandybridge', cache('node-loads'), kernel)).toBe(answer);
  });

  test.each([['v3.2', 0], ['v3.4', 0], ['v3.10', RATES['LLC-loads']]])('on %s a Sandy Bridge counts %f of LLC-loads, for the filter was empty at first', (kernel, rate) => {
    expect(countedBy(task('sandybridge', kernel), cache('LLC-loads'))[0].rate).toBeCloseTo(rate, 4);
  });

  test('empty filters are all the same, and share one register', () => {
    const events = ['LLC-loads', 'LLC-load-misses', 'LLC-stores'].map(cache);
    for (const { share } of countedBy(task('sandybridge', 'v3.2'), ...events)) expect(share).toBeGreaterThan(ALWAYS);
  });

  test.each([['v3.1', 0], ['v4.2', 0], ['v4.15', -ENOENT]])('on %s L1-dcache-stores of AMD is %i', (kernel, answer) => {
    for (const pmu of ['amd-k8', 'amd64', 'amd64-fam15h']) expect(opened(pmu, cache('L1-dcache-stores'), kernel)).toBe(answer);
  });

  test.each([['amd64', 'LLC-load-misses'], ['amd64-fam15h', 'L1-dcache-load-misses']] as const)('what %s called stores are refills: its %s', (pmu, refills) => {
    expect(countedBy(task(pmu, 'v3.2'), cache('L1-dcache-stores'))[0].rate).toBeCloseTo(RATES[refills], 4);
  });
});
