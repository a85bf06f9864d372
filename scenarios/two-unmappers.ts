/** Two events that share a buffer are both mapped; both mappings go at the same time. */
import { READ_ONCE } from '../kernel/primitives.ts';
import { Violation } from '../sim/explore/model.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'two-unmappers',
  question: 'Is the memory of a buffer given back to its user once, if two events are unmapped at the same time?',
  expected: {
    'v3.1': 'NULL dereference', 'waitq-in-rb': 'NULL dereference', 'no-mmap-mutex': 'NULL dereference',
    'fix-as-committed': 'NULL dereference', 'v3.2': 'NULL dereference', 'v3.10': 'double free',
    'v3.15': 'double free', 'v3.18': 'double free', 'v4.2': 'double free', 'v5.2': 'double free',
  },
  build(setup) {
    const [owner, event] = [setup.event(), setup.event()];
    const first = setup.map(owner);
    setup.redirect(event, owner);
    // Since v6.18 a redirected event cannot be mapped, and there is one mapping only.
    const second = setup.try_map(event);
    setup.task('T1', () => setup.kernel.perf_mmap_close(first));
    if (typeof second !== 'number') setup.task('T2', () => setup.kernel.perf_mmap_close(second));
    setup.judge(() => {
      if (READ_ONCE(setup.user.locked_vm) < 0) throw new Violation('double free', 'the pages of the buffer were given back twice');
    });
  },
};
