/** An event is closed that counts on another CPU, where an NMI may find it overflown until it is stopped. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'close-of-counting',
  question: 'Is an event freed only after its last sample and its last wakeup?',
  expected: [
    { kind: 'NULL dereference', from: 'fix-as-committed', until: ['v3.2'] },
    { kind: 'endless loop', from: 'v3.10', until: ['v3.15'] },
  ],
  build(setup) {
    const event = setup.event();
    const vma = setup.map(event);
    setup.count(event);
    setup.overflowCounting('NMI', event, event);
    setup.task('T1', () => {
      setup.unmap(vma);
      setup.close(event);
    });
  },
};
