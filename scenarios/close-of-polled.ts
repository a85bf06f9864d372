/** A redirected event is polled once and closed; then its buffer wakes its sleepers. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'close-of-polled',
  question: 'Does a wakeup of a buffer touch an event that has been polled and closed?',
  expected: {
    'no-mmap-mutex': 'use after free', 'fix-as-committed': 'use after free', 'v3.2': 'use after free',
    'v3.10': 'endless loop',
  },
  build(setup) {
    const [owner, event] = [setup.event(), setup.event()];
    setup.map(owner);
    setup.redirect(event, owner);
    setup.task('T1', () => {
      setup.poll(event, 0);
      setup.kernel.sys_close(setup.fd(event));
    });
    setup.overflow('NMI', owner, owner);
  },
};
