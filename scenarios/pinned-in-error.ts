/** A pinned event is enabled, finds no counter and is in error for good, while a task polls it. */
import { lostHangUp } from '../kernel/explore/judges.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'pinned-in-error',
  question: 'Is a poller told that a pinned event cannot count any more?',
  expected: [{ kind: 'lost hang-up', until: ['v6.18'] }],
  build(setup) {
    const [event, other] = [setup.event({ pinned: true, disabled: true }), setup.event()];
    setup.map(event);
    setup.count(other);
    setup.pmu.full = true;
    setup.poller('T1', event);
    setup.task('T2', () => setup.enable(event));
    setup.judge(lostHangUp);
  },
};
