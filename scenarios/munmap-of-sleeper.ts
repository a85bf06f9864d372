/** A task sleeps on an event whose buffer is unmapped: nothing can come any more. */
import { lostHangUp } from '../kernel/explore/judges.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'munmap-of-sleeper',
  question: 'Is a sleeper told that the buffer of its event has gone?',
  expected: [{ kind: 'lost hang-up', until: ['v3.18'] }],
  build(setup) {
    const event = setup.event();
    const vma = setup.map(event);
    setup.sleeper('T1', event);
    setup.task('T2', () => setup.unmap(vma));
    setup.judge(lostHangUp);
  },
};
