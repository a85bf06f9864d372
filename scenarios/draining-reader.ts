/** A reader drains the buffer and polls again, while samples go on filling it. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'draining-reader',
  question: 'Is a reader told of everything that comes while it drains the buffer?',
  expected: [{ kind: 'lost wakeup', until: ['v3.18'] }],
  build(setup) {
    const event = setup.event();
    setup.map(event);
    setup.sleeper('T1', event, { times: 2, drains: true });
    setup.overflow('NMI1', event, event);
    setup.overflow('NMI2', event, event);
  },
};
