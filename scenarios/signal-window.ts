/** An event with O_ASYNC overflows again while the interrupt sends the signal for the first overflow. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'signal-window',
  question: 'Is the owner of an event signalled after its last overflow?',
  expected: [{ kind: 'lost signal', until: ['clear-before-kill'] }],
  build(setup) {
    const event = setup.event();
    setup.map(event);
    setup.signals(event, setup.task('T1', () => {}));
    setup.overflow('NMI1', event);
    setup.overflow('NMI2', event);
  },
};
