/** An event was inherited by a child task. Both tasks exit, in any order, while another polls the event. */
import { lostHangUp } from '../kernel/explore/judges.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'exit-of-child',
  question: 'Is a poller told when the last of the tasks has gone that an event counts?',
  expected: [{ kind: 'lost hang-up', until: ['v3.18'] }],
  build(setup) {
    const event = setup.event({ inherit: true });
    const child = setup.forked();
    setup.map(event);
    setup.inherited(event, child);
    setup.poller('T1', event);
    setup.onEventCpu('exit', () => setup.exit(setup.profiled));
    setup.task('child', () => setup.exit(child));
    setup.judge(lostHangUp);
  },
};
