/** A sleeper is woken because its event got another buffer, and looks again while it gets yet another. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'set-output-twice',
  question: 'Does a sleeper follow its event through two SET_OUTPUTs?',
  expected: [{ kind: 'lost wakeup', until: ['fix-as-committed'] }, { kind: 'lost wakeup', from: 'no-mmap-mutex' }],
  build(setup) {
    const [event, first, second, third] = [setup.event(), setup.event(), setup.event(), setup.event()];
    for (const mapped of [first, second, third]) setup.map(mapped);
    setup.redirect(event, first);
    setup.samples(third, 2);
    setup.sleeper('T1', event);
    setup.task('T2', () => {
      setup.redirect(event, second);
      setup.redirect(event, third);
    });
  },
};
