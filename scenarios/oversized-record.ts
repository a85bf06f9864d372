/** A record is written that is larger than the buffer. */
import { SAMPLE_SIZE } from '../kernel/explore/objects.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'oversized-record',
  question: 'Does a record that is larger than the buffer find no place in it?',
  expected: [{ kind: 'overwritten record', until: ['v3.10'] }],
  build(setup) {
    const event = setup.event();
    const { rb } = setup.map(event);
    setup.onEventCpu('task', () => setup.write(event, rb.size + SAMPLE_SIZE));
  },
};
