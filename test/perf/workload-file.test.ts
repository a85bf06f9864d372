/** Workload files: what they describe is what runs, and what is wrong with one is said with its line and column. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { run } from '../../perf/index.ts';
import { loadWorkload } from '../../perf/workload/load.ts';
import { jsonSchema } from '../../perf/workload/schema.ts';
import { specOf } from './job.ts';

/** Of a Nehalem at 2.667 GHz. */
const CYCLES_PER_MS = 2_666_667;

const GOOD = `functions:
  main: { instructions: 2 }
  work: { instructions: 1, branch-misses: 0.1 }
main:
  - run: { main: 50 %, main > work: 50 % }
    for: 100 ms
  - thread: other
  - sleep: 300 ms
scripts:
  other:
    - run: work
      alarm: 200 ms
`;

function recorded(text: string): { samples: number; seconds: number } {
  const description = loadWorkload('x.yaml', text);
  const { events, duration_ns } = run({ ...specOf({ events: 1, freq: null, period: CYCLES_PER_MS }), workload: { name: description.name, args: [], description } }, null);
  return { samples: events[0].samples, seconds: duration_ns / 1e9 };
}

/** Milliseconds of CPU time, a sample each; and of real time. Start-up and exit take some. */
function takes(text: string, cpu_ms: number, real_ms: number): void {
  const { samples, seconds } = recorded(text);
  expect(Math.abs(samples - cpu_ms)).toBeLessThan(5);
  expect(Math.abs(seconds * 1000 - real_ms)).toBeLessThan(20);
}

describe('a description', () => {
  test('threads work while others sleep', () => takes(GOOD, 300, 400));
  test('phases are repeated, and end with the children that they have begun', () => {
    takes(GOOD.replace('thread: other', 'repeat: 3\n    phases:\n      - fork: other'), 700, 400);
    takes(GOOD.replace('  - sleep: 300 ms\n', ''), 300, 300);
  });
  test('time may be given in cycles', () => takes(GOOD.replace('100 ms', '533333400 cycles'), 400, 500));
});

describe('a file that is wrong is refused with place and reason', () => {
  test.each([
    ['functions:', 'function:', "1:1: unknown key 'function', did you mean 'functions'?; expected one of title, functions, main, scripts."],
    ['100 ms', '100', '6:10: expected a duration with its unit, such as 20 ms, 1.5 s, 300 us, 700 ns or 5000 cycles.'],
    ['200 ms', '200 cycles', '12:14: expected a time with its unit, such as 20 ms, 1.5 s, 300 us or 700 ns.'],
    ['    for: 100 ms\n', '', "5:5: expected 'for' or 'alarm' with 'run'."],
    ['for: 100 ms', "for: 100 ms\n    alarm: 1 s", "7:12: expected 'for' or 'alarm' with 'run'."],
    ['sleep: 300 ms', 'sleep: 300 ms\n    count: 3', "9:12: 'count' does not belong to 'sleep'."],
    ['sleep: 300 ms', 'sleep: 300 ms\n    thread: other', '9:13: expected one of run, sleep, fault, thread, fork, repeat in each phase, not both sleep and thread.'],
    ['main > work', 'main > wirk', "5:24: unknown function 'wirk'; did you mean 'work'?"],
    ['run: work', 'run: jump', "11:12: unknown function 'jump'; there are main, work."],
    ['thread: other', 'fork: othre', "7:11: unknown script 'othre'; did you mean 'other'?"],
    ['instructions: 2', 'instructions: fast', '2:25: expected events per cycle, a number from 0 to 100.'],
    ['run: work\n      alarm: 200 ms', 'thread: other', "11:15: the scripts other > other begin each other without end."],
    ['thread: other', 'repeat: 1001\n    phases:\n      - fork: other', '9:15: more than 1000 threads and processes would begin.'],
    ['{ main: 50 %, main > work: 50 % }', '{ main: 0 %, work: 0 % }', '5:10: expected at least one share above 0.'],
    ['main: 50 %, main', 'main: 5 %, main', '5:10: expected shares of 100 % in all, not of 55 %.'],
    ['  work:', '  wörk:', '3:3: expected the name of a function: ASCII letters, digits, _, ., @ and $, no digit first.'],
    ['work: { ', 'work: { ring: kernel, ', '5:10: a mixture is either of user functions or of kernel functions.'],
    ['for: 100 ms', 'for: 100 ms\n    taken: [{ from: main, to: work+0x20, kind: call }, { from: work+0x1c, to: main, kind: return }]', "7:64: expected a place in 'work' at or behind work+0x20, to which the branch before it leads."],
    ['for: 100 ms', 'for: 100 ms\n    taken: [{ from: main+0x40, to: main, kind: call }]', "7:21: expected a multiple of 4 below 0x40, the bytes of 'main'."],
    ['for: 100 ms', 'for: 100 ms\n    taken: [{ from: main, to: wirk, kind: call }]', "7:31: unknown function 'wirk'; there are main, work."],
    ['for: 100 ms', 'for: 100 ms\n    taken: [{ from: main, to: main, kind: jump }]', "7:12: expected a branch of each function that runs; there is none of 'work'."],
    ['for: 100 ms', 'for: 100 ms\n    taken: [{ from: main, to: main, kind: syscall }]', '7:43: expected one of conditional, jump, indirect jump, call, indirect call, return.'],
    ['alarm: 200 ms', 'alarm: 200 ms\n      taken: [{ from: main, to: work, kind: jump }]', "13:23: expected a branch of work, not of 'main', which does not run here."],
    ['sleep: 300 ms', 'sleep: 300 ms\n    taken: [{ from: main, to: main, kind: jump }]', "9:12: 'taken' does not belong to 'sleep'."],
    ['main:\n  -', 'main: -', '4:7: Unexpected block-seq-ind on same line with key.'],
  ])('%j as %j', (good, bad, sentence) => {
    expect(GOOD).toContain(good);
    expect(() => loadWorkload('x.yaml', GOOD.replace(good, bad))).toThrow(`x.yaml:${sentence}`);
  });
});

test('the published schema is the one that files are checked against', () => {
  expect(readFileSync(new URL('../../perf/workload/schema.json', import.meta.url), 'utf8')).toBe(jsonSchema());
});
