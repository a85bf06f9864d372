/** The buffer is unmapped between the wakeup that its writer posts and the interrupt that delivers it. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'munmap-vs-wakeup',
  question: 'Does a wakeup survive that its buffer is unmapped before it is delivered?',
  expected: {
    'waitq-in-rb': 'use after free', 'no-mmap-mutex': 'NULL dereference', 'fix-as-committed': 'NULL dereference',
    'v3.2': 'endless loop', 'v3.10': 'endless loop',
  },
  build(setup) {
    const event = setup.event();
    const vma = setup.map(event);
    setup.sleeper('T1', event);
    setup.task('T2', () => setup.kernel.perf_mmap_close(vma));
    setup.overflow('NMI', event, event);
  },
};
