/** One thread polls an event that another closes. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'close-vs-poll',
  question: 'Does poll keep an event that another thread closes?',
  expected: [
    { kind: 'use after free', from: 'fix-as-committed', until: ['v3.10'] },
    { kind: 'endless loop', from: 'v3.10', until: ['v3.15'] },
  ],
  build(setup) {
    const [owner, event] = [setup.event(), setup.event()];
    setup.map(owner);
    setup.redirect(event, owner);
    setup.task('T1', () => {
      setup.poll(event, 0);
    });
    setup.task('T2', () => setup.close(event));
    setup.overflow('NMI', owner, owner);
    setup.shareFiles();
  },
};
