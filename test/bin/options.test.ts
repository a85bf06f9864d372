/** Words to values: getopt's rules, the conversions, and the sentence for every bad value. */
import { describe, expect, test } from '@jest/globals';
import { HELP } from '../../bin/options/option.ts';
import { MACHINE_OPTIONS } from '../../bin/options/machine.ts';
import { parseOptions } from '../../bin/options/parse-options.ts';
import { RECORD_OPTIONS } from '../../bin/options/record.ts';
import { optionsOnly, splitOperands, splitOptions } from '../../bin/options/split-options.ts';

const TABLE = { ...RECORD_OPTIONS, ...MACHINE_OPTIONS, ...HELP };
const split = (line: string) => splitOptions(line.split(' '), TABLE);
const parse = (line: string) => parseOptions(split(line).options, TABLE);

describe('splitting', () => {
  test.each([
    ['-ecycles -c1000 -m8 -C0,1 -oFILE', '--event=cycles --count=1000 --mmap-pages=8 --cpu=0,1 --output=FILE'],
    ['-e cycles --count 5 --output=x', '--event=cycles --count=5 --output=x'],
    ['-qa -vaecycles', '--quiet --all-cpus --verbose --all-cpus --event=cycles'],
    ['--output=a=b', '--output=a=b'],
    ['-o -', '--output=-'],
    ['--even cycles --verb', '--event=cycles --verbose'],
    ['--quiet --no-quiet --no-inherit', '--quiet --quiet=false --no-inherit'],
  ])('%s becomes %s', (line, words) => {
    expect(split(line)).toEqual({ options: words.split(' '), rest: [] });
  });

  test('the workload begins at the first word that is no option, and keeps its own options', () => {
    expect(split('-q noploop -x 10 -e')).toEqual({ options: ['--quiet'], rest: ['noploop', '-x', '10', '-e'] });
  });

  test('-- ends the options', () => {
    expect(split('-q -- -odd --help')).toEqual({ options: ['--quiet'], rest: ['-odd', '--help'] });
  });

  test.each([
    ['--evnt=cycles', "unknown option '--evnt'; did you mean '--event'?"],
    ['--zzzzzz', "unknown option '--zzzzzz'; '-h' shows the options."],
    ['--__proto__', /^unknown option '--__proto__'/],
    ['-Z', "unknown option '-Z'; '-h' shows the options."],
    ['-qZ', "unknown option '-Z' in '-qZ'; '-h' shows the options."],
    ['--all', "ambiguous option '--all': it may be --all-cpus or --all-user or --all-kernel."],
    ['-q -F', "option '-F' requires a value."],
    ['--quiet=1', "option '--quiet' takes no value, but was given '1'."],
  ])('%s is refused', (line, sentence) => {
    expect(() => split(line)).toThrow(sentence);
  });
});

describe('operands', () => {
  test.each([
    ['a -q b', '--quiet', 'a b'],
    ['a b -o x -q', '--output=x --quiet', 'a b'],
    ['-o -- a', '--output=--', 'a'],
    ['-q -- -odd', '--quiet', '-odd'],
    ['- -q', '--quiet', '-'],
  ])('of %s have options before, between and behind them', (line, options, rest) => {
    expect(splitOperands(line.split(' '), TABLE)).toEqual({ options: options.split(' '), rest: rest.split(' ') });
  });

  test('are refused where there are none', () => {
    expect(() => optionsOnly(['-q', 'x'], TABLE)).toThrow("unexpected argument 'x'; '-h' shows the options.");
    expect(() => optionsOnly(['x', '-q'], { ...TABLE, input: { describe: '' } })).toThrow("unexpected argument 'x'; a recording is named with '-i x'.");
    expect(optionsOnly(['x', '-h'], TABLE)).toEqual(['--help']);
  });
});

describe('what perf has and perfsim has not', () => {
  const LACKING = { branch: ['y', 'there are no branches'], 'aux-sample': ['', 'there is no area'] } as const;

  test.each([
    ['-y', "option '-y' (--branch) is not modelled: there are no branches."],
    ['-qy', "option '-y' (--branch) is not modelled: there are no branches."],
    ['--branch=any', "option '--branch' is not modelled: there are no branches."],
    ['--no-branch', "option '--no-branch' (--branch) is not modelled: there are no branches."],
    ['--aux', "option '--aux' (--aux-sample) is not modelled: there is no area."],
  ])('%s is said to be so', (line, sentence) => {
    expect(() => splitOptions(line.split(' '), TABLE, LACKING)).toThrow(sentence);
  });
});

describe('values', () => {
  test('without options they are the defaults of the main job', () => {
    expect(parseOptions([], TABLE)).toMatchObject({
      event: [{ name: 'cycles' }], 'mmap-pages': '128', output: 'perf.data',
      kernel: 'v3.2', pmu: 'nehalem', cpus: 4, hz: 1000, seed: '1',
    });
  });

  test('events add up over comma lists and repetition', () => {
    const { event } = parse('-e cycles,instructions:u -ecycles');
    expect(event.map(({ name }) => name)).toEqual(['cycles', 'instructions:u', 'cycles']);
  });

  test('of any other option the last one counts', () => {
    expect(parse('-F10 -F 20 --seed=a --seed=b')).toMatchObject({ freq: 20, seed: 'b' });
  });

  test('sizes, lists and max are understood', () => {
    expect(parse('-m 512K -C 2-3,0 -F max')).toMatchObject({ 'mmap-pages': '512K', cpu: [0, 2, 3], freq: 100_000 });
  });

  test.each([
    ['-m many', /^invalid -m value 'many': it is a number of pages/],
    ['-m 8,16', "invalid -m value '8,16': there are no AUX areas here, give the data pages alone."],
    ['-k sundial', "unknown clockid 'sundial' in -k: it is monotonic, monotonic_raw, realtime, boottime or tai."],
    ['--call-graph dwarf,8192', 'call chains by dwarf are not modelled: give --call-graph fp.'],
    ['-F 0', /^invalid -F value '0': .* from 1 to 100000\.$/],
    ['-F 1000000000', /^invalid -F value '1000000000'/],
    ['-F 1e3', /^invalid -F value '1e3'/],
    ['-c 0', /^invalid -c value '0'/],
    ['-C 3-1', /^invalid -C value '3-1'/],
    ['--cpus 65', /^invalid --cpus value '65': .* from 1 to 64\.$/],
    ['--hz 60', "invalid --hz value '60': it is 100, 250, 300, or 1000."],
    ['--latency write=2ms-1ms', /a range from the shorter to the longer, such as/],
    ['--tool 7', "invalid --tool value '7': it is 3.2 or 6.1."],
    ['-e cycels', "unknown event 'cycels'; did you mean 'cycles'?"],
  ])('%s is refused', (line, sentence) => {
    expect(() => parse(line)).toThrow(sentence);
  });
});
