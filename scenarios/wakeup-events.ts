/** A wakeup for every second sample of a buffer; samples of two events, the second of which nobody polls. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'wakeup-events',
  question: 'Is a sleeper woken by every second sample in the buffer, whichever event it is of?',
  expected: [{ kind: 'lost wakeup', until: ['waitq-in-rb', 'fix-as-committed'] }],
  build(setup) {
    const every_second = { watermark: false, wakeup_events: 2 };
    const [polled, event] = [setup.event(every_second), setup.event(every_second)];
    setup.map(polled);
    setup.redirect(event, polled);
    setup.sleeper('T1', polled);
    setup.overflow('NMI', polled, event);
  },
};
