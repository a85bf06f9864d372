/** A record crosses the watermark while a task polls for POLLRDNORM, which for poll(2) is the same as POLLIN. */
import { POLLRDNORM } from '../kernel/abi/index.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'poll-for-rdnorm',
  question: 'Is a sleeper told of data if it asks for POLLRDNORM?',
  expected: [{ kind: 'lost wakeup', until: ['v6.18'] }],
  build(setup) {
    const event = setup.event();
    setup.map(event);
    setup.sleeper('T1', event, { events: POLLRDNORM });
    setup.overflow('NMI', event, event);
  },
};
