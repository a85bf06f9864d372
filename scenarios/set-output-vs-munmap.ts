/** SET_OUTPUT to an event whose buffer loses its last mapping; then the redirected event is mapped itself. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'set-output-vs-munmap',
  question: 'Does mmap of an event end, if it was given a buffer that was being unmapped?',
  expected: [{ kind: 'unaccounted memory', until: ['v3.10'] }, { kind: 'endless loop', from: 'v3.10', until: ['v5.19'] }],
  build(setup) {
    const [owner, event] = [setup.event(), setup.event()];
    const vma = setup.map(owner);
    setup.task('T1', () => setup.unmap(vma));
    setup.task('T2', () => {
      setup.redirect(event, owner);
      setup.try_map(event);
    });
  },
};
