/** report and script with perf's options: the same text as perf 6.1 prints of the same recording, byte for byte. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  EVLIST_NOT_MODELLED, RECORD_NOT_MODELLED, REPORT_NOT_MODELLED, SCRIPT_NOT_MODELLED, STAT_NOT_MODELLED,
} from '../../bin/options/not-modelled.ts';
import { ROOT } from '../support/source-file.ts';

const hasPerf = spawnSync('perf', ['--version'], { encoding: 'utf8' }).stdout?.startsWith('perf version 6.1') ?? false;

/** Both find the programs' symbols in the build-id cache there. */
const home = mkdtempSync(join(tmpdir(), 'reading-'));
afterAll(() => rmSync(home, { recursive: true }));
const env = { ...process.env, HOME: home, LC_ALL: 'C', NODE_OPTIONS: '' };
const pathOf = (name: string): string => join(home, `${name}.data`);

function perfsim(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist/bin/perfsim.cjs'), ...args], { encoding: 'utf8', env, maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

function perf(...args: string[]): string {
  return spawnSync('perf', args, { encoding: 'utf8', env, maxBuffer: 1 << 26 }).stdout;
}

/** Without the tip of the day. */
const untipped = (text: string): string => text.replace(/\n#\n# \(Tip: .*\)\n#\n$/, '\n').trimEnd();

const RECORDINGS = {
  chains: '-g sqrtloop 0.2', cpus: '-a --cpus 2 -e cycles,instructions thloop 0.05', group: '-e {cycles,cache-misses} thloop 0.05',
  tasks: '--sample-cpu --switch-events thloop 0.05',
};

(hasPerf ? describe : describe.skip)(hasPerf ? 'of what perfsim has recorded' : 'of what perfsim has recorded (skipped: perf 6.1 is not installed)', () => {
  beforeAll(() => {
    for (const [name, words] of Object.entries(RECORDINGS)) perfsim('record', '-q', '--kernel', 'v6.18', '-o', pathOf(name), ...words.split(' '));
  });

  test.each([
    ['chains', ''], ['chains', '--no-children'], ['chains', '-g caller,2'], ['chains', '-g callee'], ['chains', '-g folded --no-children'], ['chains', '-G --no-children'],
    ['chains', '-F overhead,sym'], ['chains', '-s sym,dso --no-children'], ['chains', '--max-stack 2'], ['chains', '-q'], ['chains', '--percent-limit 20'],
    ['chains', '-S sqrt'], ['chains', '-t ,'], ['cpus', '-n --show-total-period'], ['cpus', '-c swapper'], ['cpus', '-c swapper --percentage relative'],
    ['cpus', '-d thloop'], ['cpus', '-d thloop,[kernel.kallsyms] -s dso'], ['cpus', '-S test_loop'], ['cpus', '-C 1'], ['cpus', '--pid 1092'], ['cpus', '--symbol-filter loop'],
    ['cpus', '-U'], ['cpus', '-F sample,period,comm'], ['cpus', '-F comm,overhead'], ['cpus', '-s comm,overhead'], ['cpus', '-s pid,cpu'], ['cpus', '--group'],
    ['cpus', '--time 0.06,0.08'], ['cpus', '--time 0.1,0.12'], ['cpus', '-q -t ;'], ['group', ''], ['group', '-t ,'], ['group', '--percent-limit 1'], ['group', '--group'],
  ])('report of %s: %s', (name, words) => {
    const options = words.split(' ').filter(Boolean);
    expect(untipped(perfsim('report', '-i', pathOf(name), ...options))).toBe(untipped(perf('report', '--stdio', '-i', pathOf(name), ...options)));
  });

  test.each([
    ['chains', ''], ['chains', '-G'], ['chains', '--max-stack 2 -F comm,tid,time,ip,sym'], ['chains', '-S sqrt'], ['chains', '--deltatime'], ['cpus', '--ns'], ['cpus', '--reltime'],
    ['cpus', '-c swapper'], ['cpus', '-C 1'], ['cpus', '--dsos [kernel.kallsyms]'], ['cpus', '--pid 1092'], ['cpus', '--time 0.01,0.02'], ['cpus', '--header -F +pid,-period'],
    ['cpus', '--header-only -I'], ['tasks', '--reltime --ns --show-task-events --show-mmap-events'], ['tasks', '--deltatime --show-switch-events'], ['tasks', '--tid 1093'],
  ])('script of %s: %s', (name, words) => {
    const options = words.split(' ').filter(Boolean);
    expect(perfsim('script', '-i', pathOf(name), ...options)).toBe(perf('script', '-i', pathOf(name), ...options));
  });
});

(hasPerf ? describe : describe.skip)('the options', () => {
  /** Long names in a usage text. */
  const namesIn = (usage: string): string[] => Array.from(usage.matchAll(/^    (?:-\w, |    )--([\w-]+)/gm), ([, name]) => name);

  test.each([
    ['record', RECORD_NOT_MODELLED], ['stat', STAT_NOT_MODELLED], ['report', REPORT_NOT_MODELLED], ['script', SCRIPT_NOT_MODELLED], ['evlist', EVLIST_NOT_MODELLED],
  ])('of perf %s are each taken, or said to be missing', (command, missing) => {
    const { stdout, stderr } = spawnSync('perf', [command, '-h'], { encoding: 'utf8', env });
    const names = namesIn(stdout + stderr);
    expect(names.length).toBeGreaterThan(4);
    const ours = namesIn(perfsim(command, '-h'));
    const known = [...ours, ...ours.map((name) => name.replace(/^no-/, '')), ...Object.keys(missing)];
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
    expect(ours.filter((name) => Object.hasOwn(missing, name))).toEqual([]);
  });
});

describe('what is not understood is said in a sentence', () => {
  beforeAll(() => {
    perfsim('record', '-q', '-o', pathOf('plain'), 'noploop', '0.02');
  });

  test.each([
    ['report -g fractal', /call graphs with 'fractal' are not modelled/], ['report -g sideways', /invalid -g value 'sideways'/],
    ['report -g caller', /the recording has no call chains for -g to show/], ['report -s srcline', /the key 'srcline' in --sort is not modelled/],
    ['report -F nonsense', /unknown key 'nonsense' in --fields/], ['report --time now', /invalid --time value 'now'/], ['report --time 10%,20%', /percentages are not modelled/],
    ['report -C 0', /the samples do not say on which CPU they were taken/], ['report --percent-limit many', /invalid --percent-limit value 'many'/],
    ['script -F ip,srcline', /the field 'srcline' in -F is not modelled/], ['script -F nonsense', /unknown field 'nonsense' in -F/],
    ['script --reltime --deltatime', /--reltime and --deltatime exclude each other/], ['script --time 1', /invalid --time value '1'/], ['script -C 0', /do not say on which CPU/],
    ['report --pid init', /invalid --pid value 'init'/], ['report --tui', /option '--tui' is not modelled/],
  ])('%s', (line, sentence) => {
    const [command, ...options] = line.split(' ');
    expect(() => perfsim(command, '-i', pathOf('plain'), ...options)).toThrow(sentence);
  });
});
