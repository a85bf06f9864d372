/** What a real 6.18 kernel answered, replayed on v6.18: every case agrees, step by step, or is listed with the reason. */
import { describe, expect, test } from '@jest/globals';
import { V6_18 } from '../../kernel/index.ts';
import { CASES, FOUND } from './cases.ts';
import { outcome, type Outcome } from './compare.ts';

const RUNTIME =
  'the tracepoint fires whenever the scheduler accounts runtime: on the measured machine several times within a tick, so that most of '
  + 'a tick falls to the throttled event; here, where nothing else wakes up, at ticks only, and the tick also ends the throttling';

/** Cases that cannot be reproduced, and why. At most one in twenty. */
const EXCEPTIONS: Record<string, string> = {
  'throttle.period_1us': RUNTIME,
  'throttle.period_1us_sample_id_all': RUNTIME,
  'throttle.period_1us_trailer_time': RUNTIME,
};

const outcomes = new Map<string, Outcome>(CASES.map((subject) => [subject.id, outcome(subject, V6_18)]));
const areas = [...new Set(CASES.map(({ area }) => area))];

(CASES.length === 0 ? describe.skip : describe)('v6.18 answers as the measured kernel', () => {
  test.each(areas)('in the area %s', (area) => {
    const wrong = CASES.filter((subject) => subject.area === area && !(subject.id in EXCEPTIONS)).flatMap(({ id }) => {
      const result = outcomes.get(id)!;
      return result.kind === 'alike' ? [] : [`${id} (${result.kind}): ${result.why}`];
    });
    expect(wrong).toEqual([]);
  });

  test('but for few cases, which do differ', () => {
    const listed = Object.keys(EXCEPTIONS).filter((id) => outcomes.has(id));
    expect(listed.filter((id) => outcomes.get(id)!.kind === 'alike')).toEqual([]);
    expect(listed.length).toBeLessThanOrEqual(CASES.length / 20);
  });
});

describe('v6.18 answers as the same kernel did to programs made at random', () => {
  test.each(FOUND.map((subject) => [subject.what, subject] as const))('%s', (_what, subject) => {
    expect(outcome(subject, V6_18)).toEqual({ kind: 'alike' });
  });
});
