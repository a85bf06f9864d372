/** Recorded counts: what changed is said seed by seed; what was never recorded has not changed. */
import { expect, test } from '@jest/globals';
import { baselineText, differences, parseBaseline, updated } from '../../scenarios/suite/baseline.ts';
import { loadScenario } from '../../scenarios/suite/load.ts';
import { verdict, type Subtest } from '../../scenarios/suite/suite.ts';
import type { RunResult, RunSpec } from '../../perf/run-spec.ts';

const scenario = loadScenario('x.yaml', 'title: x\ncommand: record noploop 1\nseeds: 1..2\nexpect: { lost: 0 }\n');

function subtest(kernel: string): Subtest {
  const spec: RunSpec = {
    kernel, pmu: 'nehalem', cpus: 4, hz: 1000, nmi_watchdog: true, latencies: {}, seed: '1', tool: '3.2', workload: { name: 'noploop', args: ['1'] },
    record: { events: [], freq: 1000, period: null, mmap_pages: 128, no_delay: false, wakeup: null, poll_all: false, inherit: true, system_wide: false, cpu_list: null },
  };
  return { scenario, title: '--mmap-pages 4', settings: [], spec };
}

function results(...samples: number[]): RunResult[] {
  return samples.map((count) => ({
    events: [{ name: 'cycles', samples: count }], records: {}, lost_reported: 0, lost_total: 0, wakeups: 6, bytes_written: 40, file_bytes: 0, buffer_high_water: 80, reader_latency: { mean_ns: 0, max_ns: 0 }, duration_ns: 0,
  }));
}

const recorded = updated({ 'v3.1': {} }, [verdict(subtest('v3.2'), results(1000, 1001), {})]);

test('a baseline is read back as it was written, and keeps what other kernels recorded', () => {
  expect(parseBaseline('x', baselineText(recorded))).toEqual(recorded);
  expect(Object.keys(recorded)).toEqual(['v3.1', 'v3.2']);
});

test('the same counts differ in nothing', () => {
  expect(verdict(subtest('v3.2'), results(1000, 1001), recorded)).toMatchObject({ isOk: true, changes: [] });
});

test('one sample less fails its seed, though the expectations hold', () => {
  const found = verdict(subtest('v3.2'), results(1000, 1000), recorded);
  expect(found.isOk).toBe(false);
  const counts = '0 lost, 0 reported, 6 wakeups, 80 bytes in use, 40 written';
  expect(found.changes).toEqual([`seed 2: 1000 samples, ${counts}; recorded: 1001 samples, ${counts}`]);
});

test('a kernel that was not recorded differs from nothing', () => {
  const { seeds } = verdict(subtest('mine'), results(5, 6), {});
  expect(differences(recorded, subtest('mine'), seeds)).toEqual([]);
});

test.each(['x: [', 'v3.2: 5', 'v3.2: { --mmap-pages 4: { "1": 5 } }', '- 1'])('%s is no baseline, rather than one that nothing differs from', (text) => {
  expect(() => parseBaseline('x', text)).toThrow("'x' is no baseline: remove it, and record it anew with 'perfsim test --update'.");
});
