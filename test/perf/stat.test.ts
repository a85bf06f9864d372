/** perf stat: what it counts, and how it prints that: line for line as perf 6.1 did with the same counts. */
import { describe, expect, test } from '@jest/globals';
import { parse_events } from '../../perf/parse-events.ts';
import { csvText, jsonText } from '../../perf/stat/machine-readable.ts';
import { runStat } from '../../perf/stat/run-stat.ts';
import type { Count, StatOptions, StatRun, StatSpec } from '../../perf/stat/stat-spec.ts';
import { scaled } from '../../perf/stat/stat-spec.ts';
import { intervalText, statText } from '../../perf/stat/text.ts';
import { specOf, type Job } from './job.ts';

const CYCLES_PER_S = 2_666_667_000;

interface StatJob extends Omit<Job, 'events'>, Partial<Omit<StatOptions, 'events'>> {
  events: string;
  workload?: StatSpec['workload'];
}

function statOf({ events, repeat = 1, interval_ms = null, inherit = true, workload = { name: 'noploop', args: ['0.5'] }, no_aggr = false, delay_ms = 0, ...job }: StatJob): StatRun[] {
  const { record: _, ...machine } = specOf({ kernel: 'v6.18', tool: '6.1', ...job });
  const stat: StatOptions = { events: parse_events(events), repeat, interval_ms, inherit, system_wide: job.system_wide ?? false, cpu_list: job.cpu_list ?? null, no_aggr, delay_ms };
  return runStat({ ...machine, workload, stat }).runs;
}

/** The counts of the only run, scaled. */
const countsOf = (job: StatJob): (number | null)[] => statOf(job)[0].counts.map((count) => count && scaled(count));

/** A second of noploop has about as many cycles as the clock, and three instructions in each. */
function within(value: number | null | undefined, expected: number, share: number): void {
  expect(Math.abs(value! / expected - 1)).toBeLessThan(share);
}

describe.each(['3.2', '6.1'] as const)('tool %s counts', (tool) => {
  const kernel = tool === '3.2' ? 'v3.2' : 'v6.18';

  test('what the workload is known to do', () => {
    const [clock, cycles, instructions] = countsOf({ tool, kernel, events: 'task-clock,cycles:u,instructions:u' });
    within(clock, 0.5e9, 0.002);
    within(cycles, 0.5 * CYCLES_PER_S, 0.01);
    within(instructions, 3 * cycles!, 0.002);
  });

  test('threads through what they inherit, and not without', () => {
    const thloop = { tool, kernel, events: 'cycles:u', workload: { name: 'thloop', args: ['0.5'] } };
    const [both] = countsOf(thloop);
    within(both, CYCLES_PER_S, 0.01);
    within(countsOf({ ...thloop, inherit: false })[0], both! / 2, 0.01);
  });

  test('multiplexed events as if they had counted all the time', () => {
    const counts = countsOf({ tool, kernel, events: 'instructions,branches,instructions,branches,instructions,branches,instructions,branches' });
    const instructions = counts.filter((_, i) => i % 2 === 0);
    for (const count of instructions) within(count, 1.5 * CYCLES_PER_S, 0.02);
  });
});

test('the watchdog takes the fixed counter that a full group needs', () => {
  const full = '{cycles,branches,branch-misses,cache-references,cache-misses}';
  expect(countsOf({ events: full })).toEqual([null, null, null, null, null]);
  expect(countsOf({ events: full, nmi_watchdog: false })).not.toContain(null);
});

test('an event that excludes its host counts nothing, as there are no guests', () => {
  expect(countsOf({ events: 'cycles:G,cycles:k' })).toEqual([0, expect.any(Number)]);
});

test('intervals add up to the whole', () => {
  const [run] = statOf({ events: 'cycles,task-clock', interval_ms: 100 });
  expect(run.intervals.length).toBe(6);
  run.counts.forEach((count, event) => {
    expect(run.intervals.reduce((sum, { counts }) => sum + counts[event]!.value, 0)).toBe(count!.value);
  });
});

test('runs that are repeated differ', () => {
  expect(new Set(statOf({ events: 'cycles', repeat: 3 }).map(({ counts: [count] }) => count!.value)).size).toBe(3);
});

test('whole CPUs count whoever runs there', () => {
  within(countsOf({ events: 'cpu-clock', system_wide: true })[0], 4 * 0.5e9, 0.01);
});

const count = (value: number, running = 67_481_234, enabled = running): Count => ({ value, enabled, running });
const runOf = (...counts: (Count | null)[]): StatRun => ({ counts, elapsed_ns: 195_810_418, user_ns: 68_002_000, system_ns: 0, intervals: [] });
const table = (events: string, tool: '3.2' | '6.1' = '6.1') => ({ events: parse_events(events), tool, subject: "'./busy 0.2'", nmi_watchdog: true, isChild: true });

describe('the form of 6.1', () => {
  test('is that of a recorded run', () => {
    expect(statText(table('task-clock,context-switches,page-faults,cycles,faults'), [runOf(count(67_481_234), count(26), count(55), null, count(0, 0))])).toBe(`
 Performance counter stats for './busy 0.2':

             67.48 msec task-clock                       #    0.345 CPUs utilized          
                26      context-switches                 #  385.292 /sec                   
                55      page-faults                      #  815.041 /sec                   
   <not supported>      cycles                                                      
     <not counted>      faults                                                      

       0.195810418 seconds time elapsed

       0.068002000 seconds user
       0.000000000 seconds sys


Some events weren't counted. Try disabling the NMI watchdog:
\techo 0 > /proc/sys/kernel/nmi_watchdog
\tperf stat ...
\techo 1 > /proc/sys/kernel/nmi_watchdog
`);
  });

  test('shows the spread of several runs, and how long an event was counted', () => {
    const text = statText(table('cpu-clock,page-faults'), [runOf(count(40e6, 40e6, 80e6), count(56)), runOf(count(42e6, 40e6, 80e6), count(57))]);
    expect(text).toContain("for './busy 0.2' (2 runs):\n");
    expect(text).toContain('             82.00 msec cpu-clock                        #    0.419 CPUs utilized            ( +-  2.44% )  (50.00%)\n');
    expect(text).toContain('       0.195810418 +- 0.000000000 seconds time elapsed  ( +-  0.00% )\n');
    expect(text).not.toContain('user');
  });

  test('as text for programs', () => {
    const counts = [runOf(count(31_931_256), null, count(57, 31_957_256))];
    expect(csvText(table('cpu-clock,cycles,faults'), counts, ',')).toBe(
      '31.93,msec,cpu-clock,67481234,100.00,0.163,CPUs utilized\n<not supported>,,cycles,0,100.00,,\n57,,faults,31957256,100.00,1.785,K/sec\n');
    expect(jsonText(table('cpu-clock,cycles,faults'), counts).split('\n')[1]).toBe(
      '{"counter-value" : "<not supported>", "unit" : "", "event" : "cycles", "event-runtime" : 0, "pcnt-running" : 100.00, "metric-value" : 0.000000, "metric-unit" : ""}');
    for (const line of jsonText(table('cpu-clock,cycles,faults'), counts).trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('event');
  });

  test('in intervals', () => {
    const run = { ...runOf(count(1)), intervals: [{ at_ns: 56_753_818, counts: [count(19_250_000)] }, { at_ns: 108_527_508, counts: [count(0, 0)] }] };
    expect(intervalText(table('cpu-clock'), run)).toBe(`#           time             counts unit events
     0.056753818              19.25 msec cpu-clock                        #    0.339 CPUs utilized          
     0.108527508      <not counted> msec cpu-clock                                                   
`);
  });
});

test('the form of 3.2', () => {
  const runs = [runOf(count(1_000_254_566), count(2_663_114_376, 83, 100), count(7_964_465_745), null)];
  expect(statText(table('task-clock,cycles,instructions,faults', '3.2'), runs)).toBe(`
 Performance counter stats for './busy 0.2':

       1000.254566 task-clock                #    5.108 CPUs utilized         
        3208571537 cycles                    #    3.208 GHz                    [83.00%]
        7964465745 instructions              #    2.48  insns per cycle       
   <not supported> faults                  

       0.195810418 seconds time elapsed

`);
});

describe('-A', () => {
  const run: StatRun = {
    ...runOf(count(3e6, 3e6)),
    by_cpu: [{ cpu: 0, counts: [count(2e6, 2e6)] }, { cpu: 3, counts: [count(1e6, 1e6)] }],
  };

  test('shows the CPUs apart, each with the metrics of its own', () => {
    const lines = statText(table('task-clock'), [run]).split('\n').filter((line) => line.startsWith('CPU'));
    expect(lines).toEqual([
      'CPU0                     2.00 msec task-clock                       #    0.010 CPUs utilized          ',
      'CPU3                     1.00 msec task-clock                       #    0.005 CPUs utilized          ',
    ]);
  });

  test('adds up to what is shown without', () => {
    const [{ counts, by_cpu }] = statOf({ events: 'cycles,context-switches', system_wide: true, no_aggr: true });
    counts.forEach((sum, event) => expect(by_cpu!.reduce((all, { counts: own }) => all + own[event]!.value, 0)).toBe(sum!.value));
    expect(by_cpu!.map(({ cpu }) => cpu)).toEqual([0, 1, 2, 3]);
  });
});

test('-D: what comes before is not counted', () => {
  const [before, after] = [0, 200].map((delay_ms) => countsOf({ events: 'instructions:u', delay_ms })[0]!);
  within(after, before * 0.6, 0.02);
  expect(countsOf({ events: 'instructions:u', delay_ms: -1 })).toEqual([null]);
});

test('-B sets thousands apart, and nothing else', () => {
  const text = statText({ ...table('cycles,task-clock'), big_num: true }, [runOf(count(1234567), count(1_234_567e3))]);
  expect(text).toContain('         1,234,567      cycles ');
  expect(text).toContain('          1,234.57 msec task-clock ');
});

test('--no-scale shows what the counter had', () => {
  const lines = (no_scale: boolean): string => statText({ ...table('cycles'), no_scale }, [runOf(count(1000, 40e6, 80e6))]);
  expect(lines(false)).toContain('              2000      cycles ');
  expect(lines(true)).toContain('              1000      cycles ');
  expect(lines(true)).toContain('(50.00%)');
});

test.each([
  ['L1-dcache-load-misses,L1-dcache-loads', '25.00% of all L1-dcache accesses'], ['LLC-load-misses,LLC-loads', '25.00% of all LL-cache accesses'],
  ['iTLB-load-misses,iTLB-loads', '25.00% of all iTLB cache accesses'], ['branch-misses,branches', '25.00% of all branches'],
])('%s: the first in per cent of the second, or alone', (events, metric) => {
  expect(statText(table(events), [runOf(count(25), count(100))])).toContain(`#   ${metric}`);
  expect(statText(table(`${events.split(',')[0]},task-clock`), [runOf(count(25), count(100))])).not.toMatch(/misses +#/);
});
