/** As nmi-in-write, but the next record crosses the watermark: the task's, or that of the NMI which comes first. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'nmi-in-write-at-mark',
  question: 'Is a sleeper woken, if either of two nested records may be the one that crosses the watermark?',
  expected: [{ kind: 'lost wakeup', until: ['stamp-before-nest'] }],
  build(setup) {
    const [polled, event] = [setup.event(), setup.event()];
    setup.map(polled);
    setup.redirect(event, polled);
    setup.samples(event, 1);
    setup.sleeper('T1', polled);
    setup.onEventCpu('task', () => setup.write(polled));
    setup.overflow('NMI', event);
  },
};
