/** Samples of two events fill a buffer: one wants a wakeup for every second sample, the other by the watermark. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'mixed-wakeups',
  question: 'Is a sleeper woken whichever of two ways to ask for it comes first?',
  cases: { of: 'bytes in the buffer', values: [0, 8, 16] },
  expected: [{ kind: 'lost wakeup', until: ['stamp-before-nest'] }],
  build(setup, bytes) {
    const [polled, counted] = [setup.event(), setup.event({ watermark: false, wakeup_events: 2 })];
    setup.map(polled);
    setup.redirect(counted, polled);
    setup.written(polled, bytes);
    setup.sleeper('T1', polled);
    setup.onEventCpu('task', () => setup.write(polled));
    setup.overflow('NMI', counted, counted);
  },
};
