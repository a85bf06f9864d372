/** A record is written in process context; an NMI writes its own at any step; a reader looks at data_head twice. */
import { Violation } from '../sim/explore/model.ts';
import { READ_ONCE } from '../kernel/primitives.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'data-head',
  question: 'Does a reader ever see data_head go back?',
  expected: [{ kind: 'data_head goes back', until: ['v5.2'] }],
  build(setup) {
    const event = setup.event();
    const { rb } = setup.map(event);
    setup.onEventCpu('task', () => setup.write(event));
    setup.overflow('NMI', event);
    setup.task('reader', () => {
      const before = READ_ONCE(rb.user_page.data_head);
      const after = READ_ONCE(rb.user_page.data_head);
      if (after < before) throw new Violation('data_head goes back', `from ${before} to ${after}`);
    });
  },
};
