/** An event may overflow once in a tick (perf_event_max_sample_rate is HZ), and does so three times. */
import { Violation } from '../sim/explore/model.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'throttle-limit',
  question: 'Is an event stopped at the limit of a tick, and not one overflow later?',
  config: { hz: 1000, perf_event_max_sample_rate: 1000 },
  expected: [{ kind: 'limit exceeded', until: ['v6.12'] }],
  build(setup) {
    const event = setup.event();
    const { rb } = setup.map(event);
    setup.count(event);
    setup.ticked();
    setup.overflowCounting('NMI', event, event, event);
    setup.judge(() => {
      const samples = setup.account.samplesIn(rb);
      if (samples > 1) throw new Violation('limit exceeded', `${samples} samples in one tick, whose limit is 1`);
    });
  },
};
