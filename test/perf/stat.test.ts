/** perf stat: what it counts, and how it prints that: line for line as perf 6.1 did with the same counts. */
import { describe, expect, test } from '@jest/globals';
import { csvText, jsonText } from '../../perf/stat/machine-readable.ts';
import { intervalText, statText } from '../../perf/stat/text.ts';
import type { StatRun } from '../../perf/stat/stat-spec.ts';
import { CYCLES_PER_S, count, countsOf, runOf, statOf, table, within } from './stat-job.ts';

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
    expect(text).toContain('       0.195810418 +- 0.000000000 seconds time elapsed\n');
    expect(text).not.toContain('user');
  });

  test('has no spread where there is none', () => {
    expect(statText(table('context-switches'), [runOf(count(0)), runOf(count(0))])).toMatch(/ 0 {6}context-switches +\n/);
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

describe('the form of 3.2', () => {
  const lines = (runs: StatRun[], asked: string): string[] => statText(table(asked, '3.2'), runs).split('\n').slice(3);

  test('as a whole', () => {
    const runs = [runOf(count(1_000_254_566), count(2_663_114_376, 83, 100), count(7_964_465_745), null)];
    expect(statText(table('task-clock,cycles,instructions,faults', '3.2'), runs)).toBe(`
 Performance counter stats for './busy 0.2':

       1000.254566 task-clock                #    5.108 CPUs utilized          
        3208571537 cycles                    #    3.208 GHz                     [83.00%]
        7964465745 instructions              #    2.48  insns per cycle        
   <not supported> faults                  

       0.195810418 seconds time elapsed

`);
  });

  test('what is behind each count has one width', () => {
    const asked = 'stalled-cycles-backend,cycles,cache-misses,cache-references,L1-dcache-load-misses,L1-dcache-loads';
    const counts = [40, 200, 25, 100, 5, 50].map((value) => count(value));
    expect(lines([runOf(...counts)], asked).slice(0, 6)).toEqual([
      '                40 stalled-cycles-backend    #   20.00% backend  cycles idle   ',
      '               200 cycles                    #    0.000 GHz                    ',
      '                25 cache-misses              #   25.000 % of all cache refs    ',
      '               100 cache-references                                            ',
      '                 5 L1-dcache-load-misses     #   10.00% of all L1-dcache hits  ',
      '                50 L1-dcache-loads                                             ',
    ]);
  });

  test('a ratio to what was not counted is zero, to what nobody asked for as well if it is to cycles, and the CPU clock has none', () => {
    expect(lines([runOf(count(5), count(7), count(0), count(30e6), count(9))], 'instructions,branch-misses,branches,cpu-clock,stalled-cycles-frontend').slice(0, 6)).toEqual([
      '                 5 instructions              #    0.00  insns per cycle        ',
      '                                             #    1.80  stalled cycles per insn',
      '                 7 branch-misses             #    0.00% of all branches        ',
      '                 0 branches                                                    ',
      '         30.000000 cpu-clock                ',
      '                 9 stalled-cycles-frontend   #    0.00% frontend cycles idle   ',
    ]);
  });

  test('several runs, and CPUs apart', () => {
    expect(statText(table('cycles', '3.2'), [runOf(count(10)), runOf(count(30))])).toMatch(/seconds time elapsed {42}\( \+- {2}0\.00% \)\n/);
    const counts = [count(40, 40, 80)];
    expect(lines([{ ...runOf(...counts), by_cpu: [{ cpu: 2, counts }] }], 'cycles')[0]).toBe(
      'CPU2                    80 cycles                    #    0.000 GHz                      (50.00%)');
  });
});
