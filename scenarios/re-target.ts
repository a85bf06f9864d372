/** The list of a buffer's events is walked by a wakeup while SET_OUTPUT moves an event to another buffer's list. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 're-target',
  question: 'Does the walk over the polled events of a buffer end, if one of them gets another buffer meanwhile?',
  expected: [{ kind: 'wild pointer', from: 'fix-as-committed', until: ['v4.2'] }],
  build(setup) {
    const [owner, event, output] = [setup.event(), setup.event(), setup.event()];
    setup.map(owner);
    setup.map(output);
    setup.redirect(event, owner);
    setup.sleeper('T1', event);
    setup.task('T2', () => setup.redirect(event, output));
    setup.overflow('NMI', owner, owner);
  },
};
