/** The race in the comment of the fix: perf_poll has read the buffer that SET_OUTPUT replaces. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'poll-vs-set-output',
  question: 'Is a poller told of what waits in the buffer that SET_OUTPUT gives its event while it polls?',
  expected: [{ kind: 'lost wakeup', until: ['v3.18'] }],
  build(setup) {
    const [event, other, output] = [setup.event(), setup.event(), setup.event()];
    setup.map(other);
    setup.map(output);
    setup.redirect(event, other);
    setup.samples(output, 2);
    setup.poller('T1', event);
    setup.task('T2', () => setup.redirect(event, output));
  },
};
