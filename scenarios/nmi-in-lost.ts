/** A task writes the first record after some were lost; an NMI writes its own before the LOST record is filled in. */
import { SAMPLE_SIZE } from '../kernel/explore/objects.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'nmi-in-lost',
  question: 'Does every LOST record report a loss?',
  expected: [{ kind: 'empty LOST record' }],
  build(setup) {
    const event = setup.event();
    const { rb } = setup.map(event);
    setup.written(event, rb.size - SAMPLE_SIZE);
    setup.written(event, SAMPLE_SIZE);
    setup.drain(rb);
    setup.onEventCpu('task', () => setup.write(event));
    setup.overflow('NMI', event);
  },
};
