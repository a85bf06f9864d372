/** `perfsim explore`, built: the race in the fix's own comment as the table that the comment has; replays; bad input. */
import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { decodeSchedule, encodeSchedule } from '../../sim/explore/schedule.ts';

const PERFSIM = fileURLToPath(new URL('../../dist/bin/perfsim.cjs', import.meta.url));

function explore(...args: string[]): { stdout: string; stderr: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [PERFSIM, 'explore', ...args], { encoding: 'utf8' });
  return { stdout, stderr, status };
}

const RACE = ['poll-vs-set-output', '--kernel', 'no-mmap-mutex'];

interface Printed {
  readonly kind: string;
  readonly schedule: string;
  readonly steps: readonly { thread: string; function: string; statement: string; source: string }[];
}

test('t0 to t5: SET_OUTPUT comes between the look at the buffer and the attachment to it', () => {
  const { stdout, status } = explore(...RACE, '--format', 'json');
  const { steps, kind } = JSON.parse(stdout) as Printed;
  expect({ kind, status }).toEqual({ kind: 'lost wakeup', status: 1 });
  expect(steps.map(({ thread, function: name, statement }) => `${thread} ${name}: ${statement}`)).toEqual([
    'T1 perf_poll: rb = rcu_dereference(event.rb)',
    'T2 set_output_locked: old = READ_ONCE(event.rb)',
    'T2 set_output_locked: rcu_assign_pointer(event.rb, rb)',
    'T2 ring_buffer_detach: if (list_empty_unlocked(event.rb_entry)) return',
    'T1 perf_poll: ring_buffer_attach(event, rb)',
    'T1 perf_poll: poll_wait(file, event.waitq, wait)',
  ]);
});

test('the same table is among those that the kernel is shown with, if no question is named', () => {
  const { stdout, status } = explore('--kernel', 'no-mmap-mutex');
  const section = stdout.split('\npoll-vs-set-output: ')[1].split('replay:')[0];
  expect(section.match(/^ {4}t\d .*$/gm)!.map((line) => line.trim().split(/ {2,}/).slice(0, 3).join(' '))).toEqual([
    't0 T1 perf_poll', 't1 T2 set_output_locked', 't2 T2 set_output_locked', 't3 T2 ring_buffer_detach', 't4 T1 perf_poll', 't5 T1 perf_poll',
  ]);
  expect(status).toBe(1);
});

test('a counterexample ends with the command that replays it', () => {
  const replay = explore(...RACE).stdout.split('replay: perfsim explore ')[1].trim();
  const { stdout, status } = explore(...replay.split(' '));
  expect(stdout).toMatch(/^ {4}t0 +T1 [^]*T1 +perf_poll[^]*lost wakeup: T1 sleeps on event 1/);
  expect(status).toBe(1);
});

test('a kernel without the race says Never, with the figures of the search', () => {
  const { stdout, status } = explore('poll-vs-set-output', '-k', 'v3.18');
  expect(stdout).toMatch(/v3\.18: Never \(complete: \d+ states, \d+ schedules\)/);
  expect(status).toBe(0);
});

test('--list tells what each scenario asks', () => {
  const { stdout, status } = explore('--list');
  expect(stdout).toMatch(/^three-events {2,}Is the sleeper .+\?$/m);
  expect(stdout.trim().split('\n').every((line) => /^[\w-]+ {2,}\S.*\?$/.test(line))).toBe(true);
  expect(status).toBe(0);
});

describe('bad input is said in a sentence', () => {
  test.each([
    [['no-such'], "unknown scenario 'no-such'; 'perfsim explore --list' shows what there is."],
    [['poll-vs-set-outptu'], "unknown scenario 'poll-vs-set-outptu'; did you mean 'poll-vs-set-output'?"],
    [['--kernel', 'v3.3'], "unknown kernel 'v3.3'; did you mean 'v3.1'?"],
    [[...RACE, '--schedule', '?'], "the schedule '?' does not fit poll-vs-set-output on no-mmap-mutex."],
    [['--schedule', 'a'], '--schedule needs one scenario and one kernel: the schedule is theirs.'],
    [[...RACE, '--schedule', 'a99'], "the schedule 'a99' does not fit poll-vs-set-output on no-mmap-mutex."],
    [['--budget', 'much'], "invalid --budget value 'much': a number of states is a whole number from 1 to 1000000000."],
    [['--chooser', 'luck'], "invalid --chooser value 'luck': it is exhaustive, random, or pct."],
    [['--schedules', '9'], '--schedules goes with --chooser random or pct.'],
    [['--chooser', 'random', '--depth', '2'], '--depth goes with --chooser pct.'],
    [['--chooser', 'pct', '--preemptions', '2'], '--preemptions goes with the exhaustive search, not with --chooser pct.'],
    [['./absent.ts'], "cannot read the scenario './absent.ts': no such file."],
  ])('%j', (args, sentence) => {
    expect(explore(...args)).toEqual({ stdout: '', stderr: `perfsim: ${sentence}\n`, status: 2 });
  });
});

describe('a search that is not complete never says Never', () => {
  test.each([
    [['--preemptions', '0'], /unknown beyond 0 preemptions: no violation up to there \(\d+ states, \d+ schedules\)/],
    [['--budget', '20'], /unknown: no violation in 21 states, then the budget was spent/],
    [['--chooser', 'random', '--schedules', '50', '--seed', 'x'], /unknown: no violation in 50 schedules drawn at random \(seed x\)/],
    [['--chooser', 'pct', '--schedules', '50'], /unknown: no violation in 50 schedules drawn by PCT \(seed 1\)/],
  ])('%j', (bounds, sentence) => {
    const { stdout, status } = explore('poll-vs-set-output', '--kernel', 'v3.18', ...bounds);
    expect(stdout).toMatch(sentence);
    expect(stdout).not.toContain('Never');
    expect(status).toBe(0);
  });

  test('but a bound on preemptions that no schedule meets is none', () => {
    expect(explore('poll-vs-set-output', '--kernel', 'v3.18', '--preemptions', '100').stdout).toContain('Never (complete: ');
  });
});

test.each(['random', 'pct'])('schedules drawn by %s find the race, the same for a seed', (chooser) => {
  const found = explore(...RACE, '--chooser', chooser, '--seed', '7');
  expect(found.stdout).toContain('no-mmap-mutex: Sometimes: lost wakeup');
  expect(explore(...RACE, '--chooser', chooser, '--seed', '7')).toEqual(found);
});

test('the output is the same on one thread and on many', () => {
  const words = ['poll-vs-set-output', 'two-pollers', 'data-head', '--format', 'json'];
  const [one, three] = ['1', '3'].map((workers) => explore(...words, '--workers', workers));
  expect(three).toEqual(one);
  expect(one.stdout.trimEnd().split('\n').map((line) => (JSON.parse(line) as { scenario: string }).scenario)).toContain('data-head');
});

test('a schedule is a word, and the word is the schedule', () => {
  for (const schedule of [[], [0], [0, 0, 1, 0, 2, 2, 2]]) expect(decodeSchedule(encodeSchedule(schedule))).toEqual(schedule);
  expect(['A', 'a-', '3a', 'a b'].map(decodeSchedule)).toEqual([null, null, null, null]);
});
