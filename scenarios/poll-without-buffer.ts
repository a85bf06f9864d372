/** An event that was never mapped is polled for everything that there is. */
import { POLLIN, POLLOUT, POLLPRI } from '../kernel/abi/index.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'poll-without-buffer',
  question: 'Does poll say of an event without a buffer what poll(2) knows?',
  expected: [{ kind: 'wrong poll result', until: ['v3.18'] }],
  build(setup) {
    const event = setup.event();
    setup.task('T1', () => {
      setup.poll(event, 0, POLLIN | POLLPRI | POLLOUT);
    });
  },
};
