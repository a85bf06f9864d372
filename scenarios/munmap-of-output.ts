/** The buffer that another event writes into loses its last mapping. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'munmap-of-output',
  question: 'Does an event go on writing where nobody can read?',
  expected: [{ kind: 'unreachable buffer', until: ['v3.10'] }],
  build(setup) {
    const [owner, event] = [setup.event(), setup.event()];
    const vma = setup.map(owner);
    setup.redirect(event, owner);
    setup.task('T1', () => setup.unmap(vma));
    setup.overflow('NMI', event);
  },
};
