/** An event is mapped twice, unmapped twice and closed. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'double-mmap',
  question: 'Is a buffer freed that was mapped twice?',
  expected: {
    'v3.1': 'leak', 'waitq-in-rb': 'leak', 'no-mmap-mutex': 'leak', 'fix-as-committed': 'leak', 'v3.2': 'leak',
  },
  build(setup) {
    const event = setup.event();
    const [first, second] = [setup.map(event), setup.map(event)];
    setup.task('T1', () => {
      setup.kernel.sys_munmap(first);
      setup.kernel.sys_munmap(second);
      setup.kernel.sys_close(setup.fd(event));
    });
    setup.expectAllFreed();
  },
};
