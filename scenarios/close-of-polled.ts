/** A redirected event is polled once and closed; then its buffer wakes its sleepers. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'close-of-polled',
  question: 'Does a wakeup of a buffer touch an event that has been polled and closed?',
  expected: [
    { kind: 'use after free', from: 'fix-as-committed', until: ['v3.10'] },
    { kind: 'endless loop', from: 'v3.10', until: ['v3.15'] },
  ],
  build(setup) {
    const [owner, event] = [setup.event(), setup.event()];
    setup.map(owner);
    setup.redirect(event, owner);
    setup.task('T1', () => {
      setup.poll(event, 0);
      setup.close(event);
    });
    setup.overflow('NMI', owner, owner);
  },
};
