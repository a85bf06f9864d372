/** An event is mapped twice, unmapped twice and closed. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'double-mmap',
  question: 'Is a buffer freed that was mapped twice?',
  expected: [{ kind: 'leak', until: ['v3.10'] }, { kind: 'leak', from: 'v6.18' }],
  build(setup) {
    const event = setup.event();
    const [first, second] = [setup.map(event), setup.map(event)];
    setup.task('T1', () => {
      setup.unmap(first);
      setup.unmap(second);
      setup.close(event);
    });
  },
};
