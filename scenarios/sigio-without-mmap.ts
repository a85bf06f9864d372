/** An event with O_ASYNC and without a buffer overflows: its owner wants SIGIO, and there is nobody to wake. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'sigio-without-mmap',
  question: 'Does the wakeup of an event without a buffer follow NULL?',
  expected: [{ kind: 'NULL dereference', from: 'fix-as-committed', until: ['v3.2'] }],
  build(setup) {
    const event = setup.event();
    setup.signals(event, setup.task('T1', () => {}));
    setup.overflow('NMI', event);
  },
};
