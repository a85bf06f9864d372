/** A record crosses the watermark while the poller is on its way to sleep. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'wake-vs-enqueue',
  question: 'Is a wakeup seen that comes between the look at the flag and the sleep?',
  expected: {
    'v3.1': 'lost wakeup', 'waitq-in-rb': 'lost wakeup', 'no-mmap-mutex': 'lost wakeup',
    'fix-as-committed': 'lost wakeup', 'v3.2': 'lost wakeup', 'v3.10': 'lost wakeup', 'v3.15': 'lost wakeup',
  },
  build(setup) {
    const event = setup.event();
    setup.map(event);
    setup.poller('T1', event);
    setup.overflow('NMI', event, event);
  },
};
