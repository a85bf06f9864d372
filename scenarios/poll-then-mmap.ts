/** poll first, mmap later: the sleeper's event gets its first buffer while it sleeps. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'poll-then-mmap',
  question: 'Is a sleeper woken by the buffer that is mapped after it went to sleep?',
  expected: [
    { kind: 'lost wakeup', from: 'waitq-in-rb' },
    { kind: 'lost wakeup', from: 'fix-as-committed', until: ['v3.10'] },
  ],
  build(setup) {
    const event = setup.event();
    setup.sleeper('T1', event);
    setup.task('T2', () => {
      setup.map(event);
    });
    setup.overflow('NMI', event, event);
  },
};
