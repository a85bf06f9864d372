/** A redirected event is polled once and closed; only then does its buffer wake its sleepers. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'wakeup-after-close',
  question: 'Does a wakeup touch an event that was polled and closed long ago?',
  expected: [{ kind: 'use after free', from: 'fix-as-committed', until: ['v3.10'] }],
  build(setup) {
    const [owner, event] = [setup.event(), setup.event()];
    setup.map(owner);
    setup.redirect(event, owner);
    const closed = setup.gate();
    setup.task('T1', () => {
      setup.poll(event, 0);
      setup.close(event);
      closed.open();
    });
    setup.nmi('NMI', () => {
      closed.wait();
      setup.overflowNow(owner, owner);
    });
  },
};
