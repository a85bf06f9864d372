/**
 * attr.wakeup_events: every N-th sample of the buffer wakes the tool, whichever event it is of.
 * Reference: kernel.md 3.2 (W17) and 3.5; what a sweep finds while it still reads needs no wakeup (9.3).
 */
import { START_UP_SAMPLES, asked, totalSamples } from '../suite/laws.ts';
import type { TimedScenario } from '../suite/timed-scenario.ts';

export default {
  title: 'a wakeup for so many samples',
  command: 'record -e cycles,cycles,cycles noploop 2',
  vary: { 'wakeup-events': [4, 10, 100, 1000] },
  seeds: '1..2',
  fails_on: ['v3.1'],
  expect: { equal: '1 %', lost: 0 },
  check({ spec, result, buffer, expect }) {
    const { wakeup } = spec.record;
    const every = wakeup !== null && 'events' in wakeup ? wakeup.events : NaN;
    const total = totalSamples(result);
    const elsewhere = START_UP_SAMPLES.most * result.events.length;
    // Two in one interrupt are one wakeup, and what comes during a sweep is read by the next one.
    expect('wakeups', result.wakeups, 0.97 * Math.floor((total - elsewhere) / every) - 1, Math.floor(total / every) + 3);
    expect('samples', total, 0.995 * 3 * asked(spec), 1.01 * 3 * asked(spec));
    expect('buffer high-water mark', result.buffer_high_water, Math.min(every, total / 2) * buffer.sample, (every + elsewhere) * buffer.sample + buffer.exec);
  },
} satisfies TimedScenario;
