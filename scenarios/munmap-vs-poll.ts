/** perf_poll has read the buffer that munmap takes away; the event is mapped and unmapped again. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'munmap-vs-poll',
  question: 'Is an event on the list of no buffer but its own, however munmap and poll meet?',
  expected: [{ kind: 'use after free', from: 'no-mmap-mutex' }],
  build(setup) {
    const event = setup.event();
    const vma = setup.map(event);
    setup.task('T1', () => {
      setup.poll(event, 0);
    });
    setup.task('T2', () => {
      setup.unmap(vma);
      setup.unmap(setup.map(event));
    });
  },
};
