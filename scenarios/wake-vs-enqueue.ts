/** A record crosses the watermark while the poller is on its way to sleep. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'wake-vs-enqueue',
  question: 'Is a wakeup seen that comes between the look at the flag and the sleep?',
  expected: [{ kind: 'lost wakeup', until: ['v3.18'] }],
  build(setup) {
    const event = setup.event();
    setup.map(event);
    setup.poller('T1', event);
    setup.overflow('NMI', event, event);
  },
};
