/** A record of a task is being written when an NMI comes, at any step, and writes one of its own. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'nmi-in-write',
  question: 'Is a sleeper woken, if the record that crosses the watermark is written within another?',
  cases: { of: 'bytes in the buffer', values: [0, 8] },
  expected: [{ kind: 'lost wakeup', until: ['waitq-in-rb', 'fix-as-committed'] }],
  build(setup, bytes) {
    const [polled, event] = [setup.event(), setup.event()];
    setup.map(polled);
    setup.redirect(event, polled);
    setup.written(polled, bytes);
    setup.sleeper('T1', polled);
    setup.onEventCpu('task', () => setup.write(polled));
    setup.overflow('NMI', event);
  },
};
