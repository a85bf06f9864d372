/** What real kernels of other ages answered, replayed on the models next to them, and on v6.18, which answers otherwise. */
import { describe, expect, test } from '@jest/globals';
import { V5_10, V5_19, V6_12, V6_18 } from '../../kernel/index.ts';
import { OLDER } from './cases.ts';
import { outcome } from './compare.ts';

/** Debian's 5.10.223, 6.1.177 and 6.12.117. */
const MODELS = { '5.10': V5_10, '6.1': V5_19, '6.12': V6_12 };

describe.each(Object.entries(MODELS))('Linux %s', (linux, model) => {
  const cases = OLDER.filter((subject) => subject.linux === linux);

  test.each(cases.map((subject, i) => [i + 1, subject] as const))('program %i', (_number, subject) => {
    expect(outcome(subject, model)).toEqual({ kind: 'alike' });
  });

  test('is told from v6.18 by most of them', () => {
    const others = cases.filter((subject) => outcome(subject, V6_18).kind === 'differs');
    expect(others.length).toBeGreaterThan(cases.length / 2);
  });
});
