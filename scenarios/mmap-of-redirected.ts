/** An event that writes into another's buffer is mapped and unmapped itself. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'mmap-of-redirected',
  question: 'Does munmap know whom it accounts to, if the event was redirected before it was mapped?',
  expected: [{ kind: 'NULL dereference', until: ['v3.10'] }],
  build(setup) {
    const [owner, event] = [setup.event(), setup.event()];
    setup.map(owner);
    setup.redirect(event, owner);
    setup.task('T1', () => {
      const vma = setup.try_map(event);
      if (typeof vma !== 'number') setup.unmap(vma);
    });
  },
};
