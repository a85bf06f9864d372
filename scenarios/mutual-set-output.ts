/** Each of two events, both with a buffer, is redirected to the other at the same time. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'mutual-set-output',
  question: 'Can two SET_OUTPUTs wait for each other?',
  expected: [],
  build(setup) {
    const [first, second, third, fourth] = [setup.event(), setup.event(), setup.event(), setup.event()];
    setup.map(third);
    setup.map(fourth);
    setup.redirect(first, third);
    setup.redirect(second, fourth);
    setup.task('T1', () => setup.redirect(first, second));
    setup.task('T2', () => setup.redirect(second, first));
  },
};
