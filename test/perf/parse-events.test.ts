/** The grammar of `-e`, by example and by law. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { EVENT_NAMES } from '../../perf/event-names.ts';
import { parse_event_lists, parse_events } from '../../perf/parse-events.ts';

const PLAIN = { exclude_user: false, exclude_kernel: false, exclude_hv: false, precise_ip: 0 };

describe('names', () => {
  test.each([
    ['cycles', 0, 0],
    ['cpu-cycles', 0, 0],
    ['instructions', 0, 1],
    ['branches', 0, 4],
    ['ref-cycles', 0, 9],
    ['CYCLES', 0, 0],
    ['cs', 1, 3],
    ['faults', 1, 2],
    ['r1a8', 4, 0x1a8],
    ['r003C', 4, 0x3c],
  ])('%s is type %i, config %i', (name, type, config) => {
    expect(parse_events(name)).toEqual([{ name, type, config, ...PLAIN }]);
  });

  test('every name and alias of the list is accepted, with any of perf\'s modifiers', () => {
    const names = EVENT_NAMES.flatMap(({ symbol, alias }) => (alias === undefined ? [symbol] : [symbol, alias]));
    const modifiers = fc.constantFrom('', ':u', ':k', ':h', ':uk', ':ku', ':ukh', ':p', ':upp', ':kppp');
    const list = fc.array(fc.tuple(fc.constantFrom(...names), modifiers).map((parts) => parts.join('')), { minLength: 1 });
    fc.assert(fc.property(list, (events) => {
      expect(parse_events(events.join(',')).map(({ name }) => name)).toEqual(events);
    }));
  });

  test.each([
    ['L1-dcache-loads', 0x00_00_00], ['L1-dcache-load-misses', 0x01_00_00], ['L1-dcache-stores', 0x00_01_00], ['l1d-misses', 0x01_00_00],
    ['l1d-miss-load', 0x01_00_00], ['L1-data-read-access', 0], ['LLC', 0x02], ['L2-misses', 0x01_00_02], ['LLC-prefetches', 0x00_02_02],
    ['LLC-speculative-read-misses', 0x01_02_02], ['dTLB-store-misses', 0x01_01_03], ['Instruction-TLB-load-misses', 0x01_00_04],
    ['branch-loads', 0x05], ['bpu-read', 0x05], ['branch-load-misses', 0x01_00_05], ['node-prefetch-misses', 0x01_02_06],
  ])('%s is a hardware cache event, config %i', (name, config) => {
    expect(parse_events(name)).toEqual([{ name, type: 3, config, ...PLAIN }]);
  });

  test('what is near a generic event stays one', () => {
    expect(parse_events('branches,branch-misses').map(({ type }) => type)).toEqual([0, 0]);
  });

  test('refuses what a cache does not do', () => {
    expect(() => parse_events('L1-icache-stores')).toThrow("'L1-icache-stores' makes no sense: of L1-icache perf counts load and prefetch events only.");
    expect(() => parse_events('L1-dcache-lods')).toThrow("unknown event 'L1-dcache-lods'; did you mean 'L1-dcache-loads'?");
  });

  test('a repeated event is as many events', () => {
    expect(parse_events('cycles,cycles,cycles')).toHaveLength(3);
  });
});

describe('modifiers name the modes that count', () => {
  test.each([
    ['u', { exclude_kernel: true, exclude_hv: true }],
    ['k', { exclude_user: true, exclude_hv: true }],
    ['h', { exclude_user: true, exclude_kernel: true }],
    ['uk', { exclude_hv: true }],
    ['kh', { exclude_user: true }],
    ['ukh', {}],
    ['pp', { precise_ip: 2 }],
    ['up', { exclude_kernel: true, exclude_hv: true, precise_ip: 1 }],
    ['GH', { exclude_guest: false, exclude_host: false }],
    ['H', { exclude_guest: true, exclude_host: false }],
    ['uD', { exclude_kernel: true, exclude_hv: true, pinned: true }],
    ['W', { weak_group: true }],
    ['Ie', { exclude_idle: true, exclusive: true }],
    ['pup', { exclude_kernel: true, exclude_hv: true, precise_ip: 2 }],
  ])('cycles:%s', (modifiers, expected) => {
    expect(parse_events(`cycles:${modifiers}`)).toEqual([{ name: `cycles:${modifiers}`, type: 0, config: 0, ...PLAIN, ...expected }]);
  });
});

describe('groups', () => {
  /** Name and leader of each event. */
  const shape = (...lists: string[]) => parse_event_lists(lists).map(({ name, leader, sample_read = false }) => [name, leader, sample_read]);

  test('name their leader, over all lists', () => {
    expect(shape('cycles,{cycles,instructions}', '{branches,cycles},cs')).toEqual([
      ['cycles', undefined, false], ['cycles', 1, false], ['instructions', 1, false], ['branches', 3, false], ['cycles', 3, false], ['cs', undefined, false],
    ]);
  });

  test('give their modifiers to their members', () => {
    expect(shape('{cycles,branches:u}:S')).toEqual([['cycles', 0, true], ['branches:u', 0, true]]);
    expect(parse_events('{cycles:k,branches}:u')).toMatchObject([{ exclude_user: false, exclude_hv: true }, { name: 'branches:u', exclude_kernel: true }]);
  });
});

describe('terms', () => {
  test.each([
    ['cpu/event=0x3c,umask=0x1/', { type: 4, config: 0x13c }],
    ['cpu/event=0x1c2,cmask=2,inv,edge/', { type: 4, config: 0x1_0284_00c2 }],
    ['cpu/config=0x1a8,name=mine/u', { name: 'mine', type: 4, config: 0x1a8, exclude_kernel: true }],
    ['cpu/instructions,period=1000/', { type: 0, config: 1, period: 1000 }],
    ['cpu/cycles,branch_type=any_call/u', { type: 0, config: 0, branch_type: 16, exclude_kernel: true }],
    ['cpu/cycles,branch_type=k/', { type: 0, config: 0, branch_type: 10 }],
    ['cpu/cycles,branch_type=no/', { type: 0, config: 0, branch_type: 0 }],
    ['cpu/cycles,freq=50/:pp', { type: 0, config: 0, freq: 50, precise_ip: 2 }],
    ['cycles/period=1000/u', { type: 0, config: 0, period: 1000, exclude_kernel: true }],
    ['cpu-clock/freq=50,period=60,name=mine/', { name: 'mine', type: 1, config: 0, period: 60 }],
    ['cpu-clock/period=60,freq=50,config=1/', { type: 1, config: 1, freq: 50 }],
    ['r1c2//', { type: 4, config: 0x1c2 }],
    ['L1-dcache-loads/period=60/', { name: 'L1-dcache-loads', type: 3, config: 0, period: 60 }],
  ])('%s', (text, expected) => {
    expect(parse_events(text)).toEqual([{ name: text, ...PLAIN, ...(text.includes(':pp') || text.endsWith('u') ? { exclude_hv: text.endsWith('u') } : {}), ...expected }]);
  });
});

describe('what cannot be understood is refused in one sentence', () => {
  test.each([
    ['cycels', "unknown event 'cycels'; did you mean 'cycles'?"],
    ['instrutions:u', "unknown event 'instrutions'; did you mean 'instructions'?"],
    ['zebra', "unknown event 'zebra'; 'perfsim list events' shows what there is."],
    ['rxyz', "unknown event 'rxyz'; 'perfsim list events' shows what there is."],
    ['', "an event name is missing in ''."],
    ['cycles,,cycles', "an event name is missing in 'cycles,,cycles'."],
    ['cycles:', "bad modifier in 'cycles:'; after the colon stand u, k, h, I, G, H, P, S, D, W and e, each at most once, and up to 3 times p."],
    ['cycles:uu', /^bad modifier in 'cycles:uu'/],
    ['cycles:pppp', /^bad modifier in 'cycles:pppp'/],
    ['sched:sched_switch', "tracepoints are not recorded by the tool here: 'sched:sched_switch'."],
    ['syscalls:sys_enter_*', /^tracepoints are not recorded/],
    ['cycles,mem:0x1000:rw', /^breakpoints are not recorded .* 'mem:0x1000:rw'/],
    ['cycels:u', "unknown event 'cycels'; did you mean 'cycles'?"],
    ['cycles:b', "the modifier b of 'cycles:b' is not modelled: the simulated kernel runs no BPF programs."],
    ['{a,b', "a brace has no counterpart in '{a,b'."],
    ['{cycles,{cycles}}', /^a group within a group/],
    ['{cycles}x', "what is '{cycles}x' in '{cycles}x'? A group is written {a,b}, with its modifiers behind as in {a,b}:S."],
    ['cpu/event=0x3c', "a slash has no counterpart in 'cpu/event=0x3c'."],
    ['cpu/cycles,branch_type=all/', 'unknown branch filter all, check man page: there are u, k,'],
    ['cpu/umsk=1/', "unknown term in 'cpu/umsk=1/': 'umsk'; did you mean 'umask'?"],
    ['cpu/umask=256/', "invalid value '256' of the term 'umask' in 'cpu/umask=256/': it is a number of up to 8 bits."],
    ['cpu/name/', "the term 'name' has no value in 'cpu/name/'."],
    ['cycles/umask=1/', "unknown term in 'cycles/umask=1/': 'umask'"],
    ['cycles/instructions/', "unknown term in 'cycles/instructions/': 'instructions'"],
    ['gpu/event=1/', "unknown PMU 'gpu'; did you mean 'cpu'?"],
    ['cycles:u:k', /^bad modifier in 'cycles:u:k'/],
  ])('%s', (list, sentence) => {
    expect(() => parse_events(list)).toThrow(sentence);
  });
});
