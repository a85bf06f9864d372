/** The task that an event counts exits while another polls the event. */
import { lostHangUp } from '../kernel/explore/judges.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'exit-of-polled',
  question: 'Is a poller told that nobody is left who could write records?',
  expected: [{ kind: 'lost hang-up', until: ['v3.18'] }],
  build(setup) {
    const event = setup.event();
    setup.map(event);
    setup.count(event);
    setup.poller('T1', event);
    setup.onEventCpu('exit', () => setup.exit(setup.profiled));
    setup.judge(lostHangUp);
  },
};
