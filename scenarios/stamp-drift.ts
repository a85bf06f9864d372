/** Each wakeup for a number of samples moves the stamp by a byte. Eight of them, and a record ends just beyond the mark. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'stamp-drift',
  question: 'Is a sleeper woken by a record that crosses the watermark by 8 bytes, however many samples have woken it before?',
  expected: [{ kind: 'lost wakeup' }],
  build(setup) {
    const [polled, counted] = [setup.event(), setup.event({ watermark: false, wakeup_events: 1 })];
    setup.map(polled);
    setup.redirect(counted, polled);
    setup.samples(counted, 8);
    setup.written(polled, 8);
    setup.told(polled);
    setup.sleeper('T1', polled);
    setup.overflow('NMI', polled);
  },
};
