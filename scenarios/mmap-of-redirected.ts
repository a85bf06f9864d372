/** An event that writes into another's buffer is mapped and unmapped itself. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'mmap-of-redirected',
  question: 'Does munmap know whom it accounts to, if the event was redirected before it was mapped?',
  expected: {
    'v3.1': 'NULL dereference', 'waitq-in-rb': 'NULL dereference', 'no-mmap-mutex': 'NULL dereference',
    'fix-as-committed': 'NULL dereference', 'v3.2': 'NULL dereference',
  },
  build(setup) {
    const [owner, event] = [setup.event(), setup.event()];
    setup.map(owner);
    setup.redirect(event, owner);
    setup.task('T1', () => {
      const vma = setup.try_map(event);
      if (typeof vma !== 'number') setup.kernel.perf_mmap_close(vma);
    });
  },
};
