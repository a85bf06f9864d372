/** Records of a task and of an NMI find no place, while a reader makes some. */
import { SAMPLE_SIZE } from '../kernel/explore/objects.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'full-buffer',
  question: 'Is every record published, or counted as lost?',
  expected: [],
  build(setup) {
    const event = setup.event();
    const { rb } = setup.map(event);
    setup.written(event, rb.size - SAMPLE_SIZE);
    setup.onEventCpu('task', () => setup.write(event));
    setup.overflow('NMI', event);
    setup.task('reader', () => setup.drain(rb));
  },
};
