/** An event with O_ASYNC was inherited by a child task, whose copy overflows. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'sigio-of-inherited',
  question: 'Is the owner of an event signalled when an inherited copy of it overflows?',
  expected: [{ kind: 'lost signal', until: ['v4.2'] }],
  build(setup) {
    const event = setup.event({ inherit: true });
    const child = setup.inherited(event, setup.forked());
    setup.map(event);
    setup.signals(event, setup.task('T1', () => {}));
    setup.overflow('NMI', child);
  },
};
