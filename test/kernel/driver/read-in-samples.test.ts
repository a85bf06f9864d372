/** The times in the READ of a sample are those of its instant, not those of the last change to the event's context. */
import { describe, expect, test } from '@jest/globals';
import {
  KERNELS, Linux, PAGE_SIZE, PERF_COUNT_SW_CPU_CLOCK, PERF_EVENT_IOC_DISABLE, PERF_FORMAT_GROUP, PERF_FORMAT_TOTAL_TIME_ENABLED,
  PERF_FORMAT_TOTAL_TIME_RUNNING, PERF_RECORD_READ, PERF_RECORD_SAMPLE, PERF_SAMPLE_READ, PERF_SAMPLE_TID, PERF_SAMPLE_TIME, PERF_TYPE_HARDWARE,
  PERF_TYPE_SOFTWARE, USER_LOOP, perf_event_attr, type PerfEventAttr,
} from '../../../kernel/index.ts';

const TIMES = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
const MS = 1e6;

const cases = KERNELS.flatMap((kernel) => [0, PERF_FORMAT_GROUP].map((group) => ({ kernel, version: kernel.variant.name, what: group ? 'a group' : 'one event', group })));

test.each(cases)('$version, $what: between two samples passes as much enabled and running time as time', ({ kernel, group }) => {
  const self = new Linux({ kernel, config: { nmi_watchdog: false } }).spawn('test');
  const attr = perf_event_attr({
    type: PERF_TYPE_HARDWARE, config: 0n, exclude_kernel: true, sample_period: 1_000_000n,
    sample_type: BigInt(PERF_SAMPLE_TIME | PERF_SAMPLE_READ), read_format: BigInt(TIMES | group),
  });
  const leader = self.perf_event_open(attr, 0, -1, -1, 0);
  if (group !== 0) self.perf_event_open({ ...attr, config: 1n, sample_period: 0n }, 0, -1, leader, 0);
  const mapping = self.mmap(leader, 9 * PAGE_SIZE);
  if (typeof mapping === 'number') throw new Error(`mmap: ${mapping}`);
  self.run(5 * MS, USER_LOOP);
  const seen = mapping.read().filter(({ type }) => type === PERF_RECORD_SAMPLE).map(({ time, values }) => ({ time: time!, enabled: values![1], running: values![2] }));
  expect(seen.length).toBeGreaterThan(5);
  for (const [i, { time, enabled, running }] of seen.entries()) {
    if (i === 0) continue;
    const before = seen[i - 1];
    expect(running - before.running).toBe(enabled - before.enabled);
    // The sample's own time is taken a moment apart from these.
    expect(Math.abs(enabled - before.enabled - (time - before.time))).toBeLessThan(1000);
  }
});

test.each(['v3.2', 'v4.15', 'v6.18'])('%s: what a task has counted, when it ends, says for how long it ran', (version) => {
  const kernel = KERNELS.find(({ variant }) => variant.name === version)!;
  const self = new Linux({ kernel, config: { nmi_watchdog: false } }).spawn('test');
  const fd = self.perf_event_open(perf_event_attr({
    type: PERF_TYPE_HARDWARE, config: 0n, inherit: true, inherit_stat: true, exclude_kernel: true, sample_type: BigInt(PERF_SAMPLE_TID), read_format: BigInt(TIMES),
  }), 0, 0, -1, 0);
  const mapping = self.mmap(fd, 9 * PAGE_SIZE);
  if (typeof mapping === 'number') throw new Error(`mmap: ${mapping}`);
  const child = self.fork();
  child.run(3 * MS, USER_LOOP);
  child.exit();
  const [{ values }] = mapping.read().filter(({ type }) => type === PERF_RECORD_READ);
  const [, enabled, running] = values!;
  expect(enabled).toBeGreaterThanOrEqual(3 * MS);
  expect(enabled).toBeLessThan(3.5 * MS);
  expect(running).toBeLessThanOrEqual(enabled);
  expect(running).toBeGreaterThanOrEqual(3 * MS);
});

/** Samples of a pinned event that stays on while others take turns, and how its enabled time differs from the samples' own. */
function offsets(version: string): number[] {
  const kernel = KERNELS.find(({ variant }) => variant.name === version)!;
  const self = new Linux({ kernel, config: { nmi_watchdog: false } }).spawn('test');
  const attr = perf_event_attr({ type: PERF_TYPE_HARDWARE, config: 0n, exclude_kernel: true });
  const fd = self.perf_event_open({
    ...attr, pinned: true, sample_period: 1_000_000n, sample_type: BigInt(PERF_SAMPLE_TIME | PERF_SAMPLE_READ), read_format: BigInt(TIMES),
  }, 0, -1, -1, 0);
  const mapping = self.mmap(fd, 9 * PAGE_SIZE);
  if (typeof mapping === 'number') throw new Error(`mmap: ${mapping}`);
  for (let i = 0; i < 12; i++) self.perf_event_open({ ...attr, config: BigInt(1 + (i % 5)) }, 0, -1, -1, 0);
  mapping.read();
  self.run(8 * MS, USER_LOOP);
  return mapping.read().filter(({ type }) => type === PERF_RECORD_SAMPLE).map(({ time, values }) => values![1] - time!);
}

test.each(['v3.1', 'v3.2', 'v4.15'])('%s: an event that stays on does not lose what its context loses whenever others take turns', (version) => {
  const seen = offsets(version);
  expect(seen.length).toBeGreaterThan(10);
  expect(new Set(seen).size).toBe(1);
});

test('v3.2: the time of a sample does not depend on how many counters are read for it', () => {
  const first = (sample_type: number): number => {
    const self = new Linux({ kernel: 'v3.2', config: { nmi_watchdog: false } }).spawn('test');
    const attr = perf_event_attr({ type: PERF_TYPE_HARDWARE, config: 0n, exclude_kernel: true, read_format: BigInt(PERF_FORMAT_GROUP) });
    const leader = self.perf_event_open({ ...attr, sample_period: 1_000_000n, sample_type: BigInt(sample_type) }, 0, -1, -1, 0);
    for (const config of [1n, 4n, 5n]) self.perf_event_open({ ...attr, config }, 0, -1, leader, 0);
    const mapping = self.mmap(leader, 9 * PAGE_SIZE);
    if (typeof mapping === 'number') throw new Error(`mmap: ${mapping}`);
    self.run(0.9 * MS, USER_LOOP);
    return mapping.read().find(({ type }) => type === PERF_RECORD_SAMPLE)!.time!;
  };
  expect(first(PERF_SAMPLE_TIME | PERF_SAMPLE_READ)).toBe(first(PERF_SAMPLE_TIME));
});

test.each(['v3.1', 'v3.2', 'v4.15'])('%s: what a child had for a CPU on which it never was has been enabled all the same', (version) => {
  const kernel = KERNELS.find(({ variant }) => variant.name === version)!;
  const self = new Linux({ kernel, cpus: 3, config: { nmi_watchdog: false } }).spawn('test');
  self.sched_setaffinity([0]);
  const fd = self.perf_event_open(perf_event_attr({
    type: PERF_TYPE_HARDWARE, config: 0n, inherit: true, read_format: BigInt(TIMES), exclude_kernel: true,
  }), 0, 1, -1, 0);
  const before = (self.read(fd) as readonly number[])[1];
  const child = self.fork();
  child.sched_setaffinity([0]);
  child.run(3 * MS, USER_LOOP);
  child.exit();
  const [, enabled, running] = self.read(fd) as readonly number[];
  expect(running).toBe(0);
  expect(enabled - before).toBeGreaterThanOrEqual(3 * MS);
});

describe('a member of a group that has been disabled', () => {
  /** Its count in the first sample after that and in the last, when a further event has taken its counter. */
  const counts = (version: string, fields: Partial<PerfEventAttr>): readonly [number, number] => {
    const kernel = KERNELS.find(({ variant }) => variant.name === version)!;
    const self = new Linux({ kernel, config: { nmi_watchdog: false } }).spawn('test');
    const attr = perf_event_attr({ type: PERF_TYPE_HARDWARE, config: 0n, exclude_kernel: true, read_format: BigInt(PERF_FORMAT_GROUP) });
    const leader = self.perf_event_open({ ...attr, sample_period: 200_000n, sample_type: BigInt(PERF_SAMPLE_READ) }, 0, -1, -1, 0);
    const member = self.perf_event_open({ ...attr, ...fields }, 0, -1, leader, 0);
    const mapping = self.mmap(leader, 9 * PAGE_SIZE);
    if (typeof mapping === 'number') throw new Error(`mmap: ${mapping}`);
    self.ioctl(member, PERF_EVENT_IOC_DISABLE);
    self.perf_event_open({ ...attr, config: 4n }, 0, -1, -1, 0);
    mapping.read();
    self.run(0.8 * MS, USER_LOOP);
    const values = mapping.read().filter(({ type }) => type === PERF_RECORD_SAMPLE).map((record) => record.values![2]);
    expect(values.length).toBeGreaterThan(5);
    return [values[0], values.at(-1)!];
  };
  const CPU_CLOCK = { type: PERF_TYPE_SOFTWARE, config: BigInt(PERF_COUNT_SW_CPU_CLOCK) };

  test.each(['v3.1', 'v3.2', 'v3.11'])('%s: is read all the same, what its counter counts now and a clock by the time', (version) => {
    const [misses, more] = counts(version, { config: 5n });
    expect(more).not.toBe(misses);
    const [before, after] = counts(version, CPU_CLOCK);
    expect(after - before).toBeGreaterThan(0.6 * MS);
  });

  test.each(['v3.15', 'v4.15', 'v6.18'])('%s: has what it had', (version) => {
    for (const fields of [{ config: 5n }, CPU_CLOCK]) {
      const [before, after] = counts(version, fields);
      expect(after).toBe(before);
    }
  });
});
