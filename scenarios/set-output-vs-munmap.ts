/** SET_OUTPUT to an event whose buffer loses its last mapping; then the redirected event is mapped itself. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'set-output-vs-munmap',
  question: 'Does mmap of an event end, if it was given a buffer that was being unmapped?',
  expected: {
    'v3.10': 'endless loop', 'v3.15': 'endless loop', 'v3.18': 'endless loop', 'v4.2': 'endless loop',
    'v5.2': 'endless loop', 'v5.10': 'endless loop',
  },
  build(setup) {
    const [owner, event] = [setup.event(), setup.event()];
    const vma = setup.map(owner);
    setup.task('T1', () => setup.kernel.perf_mmap_close(vma));
    setup.task('T2', () => {
      setup.redirect(event, owner);
      setup.kernel.perf_mmap(event.filp!, { pages: 2, writable: true, shared: true, page_offset: 0 });
    });
  },
};
