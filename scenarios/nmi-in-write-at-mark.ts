/** As nmi-in-write, but the next record crosses the watermark: the task's, or that of the NMI which comes first. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'nmi-in-write-at-mark',
  question: 'Is a sleeper woken, if either of two nested records may be the one that crosses the watermark?',
  expected: {
    'v3.1': 'lost wakeup', 'waitq-in-rb': 'lost wakeup', 'no-mmap-mutex': 'lost wakeup',
    'fix-as-committed': 'lost wakeup', 'v3.2': 'lost wakeup', 'v3.10': 'lost wakeup', 'v3.15': 'lost wakeup',
    'v3.18': 'lost wakeup', 'v4.2': 'lost wakeup', 'v5.2': 'lost wakeup', 'v5.10': 'lost wakeup',
    'v5.19': 'lost wakeup', 'v6.12': 'lost wakeup', 'v6.18': 'lost wakeup',
  },
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
