/** An event with O_ASYNC and without a buffer overflows: its owner wants SIGIO, and there is nobody to wake. */
import { WRITE_ONCE } from '../kernel/primitives.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'sigio-without-mmap',
  question: 'Does the wakeup of an event without a buffer follow NULL?',
  expected: {
    'no-mmap-mutex': 'NULL dereference', 'fix-as-committed': 'NULL dereference',
  },
  build(setup) {
    const event = setup.event();
    WRITE_ONCE(event.fasync, setup.task('T1', () => {}));
    setup.overflow('NMI', event);
  },
};
