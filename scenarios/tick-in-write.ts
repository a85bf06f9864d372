/** A record of a task is being written when the tick comes, at any step, and reports that it un-throttles an event. */
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'tick-in-write',
  question: 'Is a sleeper woken, if the record that crosses the watermark may be one that an interrupt writes within another?',
  config: { hz: 1000, perf_event_max_sample_rate: 1000 },
  cases: { of: 'bytes in the buffer', values: [40, 56] },
  expected: [{ kind: 'lost wakeup', until: ['stamp-before-nest'] }],
  build(setup, bytes) {
    const [polled, event] = [setup.event({ wakeup_events: 64 }), setup.event()];
    setup.map(polled);
    setup.redirect(event, polled);
    setup.count(event);
    setup.throttled(event);
    setup.written(polled, bytes);
    setup.told(polled);
    setup.sleeper('T1', polled);
    setup.onEventCpu('task', () => setup.write(polled));
    setup.tick();
  },
};
