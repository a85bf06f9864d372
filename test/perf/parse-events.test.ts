/** The grammar of `-e`, by example and by law. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { EVENT_NAMES } from '../../perf/event-names.ts';
import { parse_events } from '../../perf/parse-events.ts';

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
    ['pup', { exclude_kernel: true, exclude_hv: true, precise_ip: 2 }],
  ])('cycles:%s', (modifiers, expected) => {
    expect(parse_events(`cycles:${modifiers}`)).toEqual([{ name: `cycles:${modifiers}`, type: 0, config: 0, ...PLAIN, ...expected }]);
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
    ['cycles:', "bad modifier in 'cycles:'; after the colon stand u, k and h, each at most once, and up to 3 times p."],
    ['cycles:uu', /^bad modifier in 'cycles:uu'/],
    ['cycles:pppp', /^bad modifier in 'cycles:pppp'/],
    ['cycles:G', /^bad modifier in 'cycles:G'/],
    ['cycles:u:k', /^bad modifier in 'cycles:u:k'/],
    ['{cycles,cycles}', /^event groups .* are not modelled/],
  ])('%s', (list, sentence) => {
    expect(() => parse_events(list)).toThrow(sentence);
  });
});
