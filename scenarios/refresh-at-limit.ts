/** An event is refreshed while its limit is being reached: before, in or after the interrupt that disables it. */
import { Violation } from '../sim/explore/model.ts';
import { READ_ONCE } from '../kernel/primitives.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'refresh-at-limit',
  question: 'Does an event count that has overflows left?',
  expected: [{ kind: 'lost refresh' }],
  build(setup) {
    const event = setup.event();
    setup.map(event);
    setup.count(event);
    setup.refresh(event, 1);
    setup.overflowCounting('NMI', event);
    setup.task('T1', () => setup.refresh(event, 1));
    setup.judge(() => {
      const left = READ_ONCE(event.event_limit);
      if (left > 0 && !setup.pmu.counts(event)) throw new Violation('lost refresh', `event ${event.id} has ${left} overflows left and is disabled`);
    });
  },
};
