/** The buffer is unmapped while an NMI writes into it. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'munmap-vs-write',
  question: 'Is a buffer that is unmapped freed only after its last writer has left?',
  expected: [
    { kind: 'NULL dereference', from: 'fix-as-committed', until: ['v3.2'] },
    { kind: 'endless loop', from: 'v3.10', until: ['v3.15'] },
  ],
  build(setup) {
    const event = setup.event();
    const vma = setup.map(event);
    setup.task('T1', () => setup.unmap(vma));
    setup.overflow('NMI', event, event);
  },
};
