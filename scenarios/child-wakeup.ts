/** An AUX area that has filled posts its wakeup through an inherited event, which has no buffer of its own. */
import { effect } from '../sim/memory.ts';
import { PerfOutputHandle } from '../kernel/ring_buffer.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'child-wakeup',
  question: 'Is a sleeper woken by a wakeup that an inherited event posts?',
  since: 'v4.2',
  expected: [{ kind: 'lost wakeup', until: ['v5.19'] }],
  build(setup) {
    const event = setup.event({ inherit: true });
    const child = setup.inherited(event, setup.forked());
    const { rb } = setup.map(event);
    setup.sleeper('T1', event);
    // perf_aux_output_end, whose handle is of the event that was given.
    setup.nmi('NMI', () => {
      effect(() => setup.account.call(rb));
      const handle = new PerfOutputHandle();
      handle.event = child;
      handle.rb = rb;
      setup.kernel.perf_output_wakeup(handle);
    });
  },
};
