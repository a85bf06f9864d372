/** One process unmaps an event, whose last mapping that is, while another maps it. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'munmap-vs-mmap',
  question: 'Is a buffer given back, if its event is mapped anew while its last mapping goes?',
  // Before that, mmap waits for the munmap that it meets.
  since: 'v5.19',
  expected: [{ kind: 'leak', until: ['detach-by-buffer'] }],
  build(setup) {
    const event = setup.event();
    const vma = setup.map(event);
    setup.mappedBy(vma, setup.process('T1', () => setup.unmap(vma)));
    setup.process('T2', () => void setup.try_map(event));
  },
};
