/** Two tasks poll one event each of a common buffer; the flag that they look at is handed out once. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'two-pollers',
  question: 'Is one of two sleepers on a buffer told of what crosses its watermark?',
  expected: [],
  build(setup) {
    const [owner, event] = [setup.event(), setup.event()];
    setup.map(owner);
    setup.redirect(event, owner);
    setup.sleeper('T1', owner);
    setup.sleeper('T2', event);
    setup.overflow('NMI', event, event);
  },
};
