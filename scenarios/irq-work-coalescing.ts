/** Two NMIs post a wakeup each; the second comes at any step of the interrupt that serves the first. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'irq-work-coalescing',
  question: 'Is a reader told of what is posted while the interrupt for an earlier wakeup runs?',
  expected: [{ kind: 'lost wakeup', until: ['v3.18'] }],
  build(setup) {
    const event = setup.event();
    setup.map(event);
    setup.sleeper('T1', event, { times: 2 });
    setup.overflow('NMI1', event, event);
    setup.overflow('NMI2', event, event);
  },
};
