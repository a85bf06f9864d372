/** poll first, mmap later: the sleeper's event gets its first buffer while it sleeps. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'poll-then-mmap',
  question: 'Is a sleeper woken by the buffer that is mapped after it went to sleep?',
  expected: {
    'waitq-in-rb': 'lost wakeup', 'no-mmap-mutex': 'lost wakeup', 'fix-as-committed': 'lost wakeup',
    'v3.2': 'lost wakeup',
  },
  build(setup) {
    const event = setup.event();
    setup.sleeper('T1', event);
    setup.task('T2', () => {
      setup.map(event);
    });
    setup.overflow('NMI', event, event);
  },
};
