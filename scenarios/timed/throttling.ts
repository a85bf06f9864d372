/**
 * kernel.perf_event_max_sample_rate, divided by the ticks, is what an event may have in one tick; the rest of the tick it is
 * stopped. Until 6.3 the sample that finds the limit reached is one more.
 * Reference: kernel.md 4.1 (O2), 7.2 and 6.2 (E20).
 */
import { seconds } from '../suite/laws.ts';
import type { TimedScenario } from '../suite/timed-scenario.ts';

const MAX_SAMPLE_RATE = 100_000;

export default {
  title: 'an event that overflows too often is throttled',
  command: 'record -c 2000 -D -e cycles noploop 1',
  vary: { hz: [100, 300, 1000] },
  expect: { lost: 0 },
  check({ spec, result, expect }) {
    const ticks = spec.hz * seconds(spec);
    const most = Math.ceil(MAX_SAMPLE_RATE / spec.hz);
    const { THROTTLE = 0, UNTHROTTLE = 0 } = result.records;
    expect('samples', result.events[0].samples, most * (ticks - 1), (most + 1) * (ticks + 4));
    expect('THROTTLE records', THROTTLE, ticks - 1, ticks + 4);
    expect('throttled events that are started again', THROTTLE - UNTHROTTLE, 0, 2);
  },
} satisfies TimedScenario;
