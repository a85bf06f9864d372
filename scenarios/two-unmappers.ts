/** Two events that share a buffer are both mapped; both mappings go at the same time. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'two-unmappers',
  question: 'Is the memory of a buffer given back to its user once, if two events are unmapped at the same time?',
  expected: [{ kind: 'NULL dereference', until: ['v3.10'] }, { kind: 'double free', from: 'v3.10', until: ['v5.10'] }],
  build(setup) {
    const [owner, event] = [setup.event(), setup.event()];
    const first = setup.map(owner);
    setup.redirect(event, owner);
    // Since v6.18 a redirected event cannot be mapped, and there is one mapping only.
    const second = setup.try_map(event);
    setup.mappedBy(first, setup.process('T1', () => setup.unmap(first)));
    if (typeof second !== 'number') setup.mappedBy(second, setup.process('T2', () => setup.unmap(second)));
  },
};
