/** perf_poll has read the buffer that SET_OUTPUT replaces and that then is freed; another SET_OUTPUT follows. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'poll-vs-two-set-outputs',
  question: 'Is an event on the list of no buffer but its own, however SET_OUTPUT and poll meet?',
  expected: [{ kind: 'use after free', from: 'no-mmap-mutex' }],
  build(setup) {
    const [event, first, second, third] = [setup.event(), setup.event(), setup.event(), setup.event()];
    const vma = setup.map(first);
    setup.map(second);
    setup.map(third);
    setup.redirect(event, first);
    setup.task('T1', () => {
      setup.poll(event, 0);
    });
    setup.task('T2', () => {
      setup.unmap(vma);
      setup.redirect(event, second);
      setup.redirect(event, third);
    });
  },
};
