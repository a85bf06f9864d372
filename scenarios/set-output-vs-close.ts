/** SET_OUTPUT to an event that another thread unmaps and closes. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'set-output-vs-close',
  question: 'Does SET_OUTPUT survive that its target is closed?',
  expected: [{ kind: 'unreachable buffer', until: ['v5.19'] }],
  build(setup) {
    const [owner, event] = [setup.event(), setup.event()];
    const vma = setup.map(owner);
    setup.task('T1', () => setup.redirect(event, owner));
    setup.task('T2', () => {
      setup.unmap(vma);
      setup.close(owner);
    });
    setup.shareFiles();
  },
};
