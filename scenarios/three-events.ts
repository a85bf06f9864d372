/** The experiment of 2011: three events in one buffer, the first is polled, the second one's record crosses the watermark. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'three-events',
  question: 'Is the sleeper on the first event woken when a record of the second crosses the watermark?',
  expected: [{ kind: 'lost wakeup', until: ['waitq-in-rb', 'fix-as-committed'] }],
  build(setup) {
    const [e1, e2, e3] = [setup.event(), setup.event(), setup.event()];
    setup.map(e1);
    setup.redirect(e2, e1);
    setup.redirect(e3, e1);
    setup.sleeper('T1', e1);
    setup.overflow('NMI', e1, e2, e3);
  },
};
