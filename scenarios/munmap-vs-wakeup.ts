/** The buffer is unmapped between the wakeup that its writer posts and the interrupt that delivers it. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'munmap-vs-wakeup',
  question: 'Does a wakeup survive that its buffer is unmapped before it is delivered?',
  expected: [
    { kind: 'use after free', from: 'waitq-in-rb' },
    { kind: 'NULL dereference', from: 'fix-as-committed', until: ['v3.2'] },
    { kind: 'endless loop', from: 'v3.2', until: ['v3.15'] },
  ],
  build(setup) {
    const event = setup.event();
    const vma = setup.map(event);
    setup.sleeper('T1', event);
    setup.task('T2', () => setup.unmap(vma));
    setup.overflow('NMI', event, event);
  },
};
