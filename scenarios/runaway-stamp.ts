/** An NMI crosses the watermark within a record of a task, whose own test then meets a stamp beyond its end. Small records follow. */
import { Violation } from '../sim/explore/model.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'runaway-stamp',
  question: 'Are wakeups posted for records that cross the watermark, and not for each that follows one?',
  expected: [{ kind: 'needless wakeups', until: ['signed-stamp'] }],
  build(setup) {
    const event = setup.event();
    const { rb } = setup.map(event);
    setup.onEventCpu('task', () => {
      setup.write(event);
      setup.write(event, 8);
      setup.write(event, 8);
    });
    setup.overflow('NMI', event);
    setup.judge(({ account }) => {
      // One too many: an NMI may post what the writer that it interrupts posts again.
      const needless = account.needlessWakeups(rb);
      if (needless > 1) throw new Violation('needless wakeups', `${needless} wakeups are posted that no record calls for`);
    });
  },
};
