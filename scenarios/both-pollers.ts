/** As two-pollers, but each of them has to be told: the flag is consumed by the first that looks. */
import { everyPoller } from '../kernel/explore/judges.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'both-pollers',
  question: 'Is each of two sleepers on a buffer told of what crosses its watermark?',
  expected: [{ kind: 'lost wakeup' }],
  build(setup) {
    const [owner, event] = [setup.event(), setup.event()];
    setup.map(owner);
    setup.redirect(event, owner);
    setup.sleeper('T1', owner);
    setup.sleeper('T2', event);
    setup.overflow('NMI', event, event);
    setup.judge(everyPoller);
  },
};
