/**
 * The period finds the frequency that was asked for, however high it is and however rare the ticks are that correct it.
 * Reference: kernel.md 7.1.
 */
import { asked, highWater, wakeups } from '../suite/laws.ts';
import type { TimedScenario } from '../suite/timed-scenario.ts';

/** At low frequencies the first periods, too short or too long, weigh most: an eighth of the error goes at each overflow or tick. */
const START_UP = 30;
/** What chance makes of that for equal events, in samples, and what they may differ by later. */
const START_UP_APART = 6;
const APART = 0.05;

export default {
  title: '100 to 50,000 samples per second',
  command: 'record -m 8 -e cycles,cycles noploop 1',
  vary: { freq: [100, 1000, 10_000, 50_000], hz: [100, 250, 1000] },
  seeds: '1..2',
  fails_on: ['v3.1'],
  expect: { lost: 0, records: { THROTTLE: 0 } },
  check({ spec, result, buffer, expect }) {
    for (const [event, { samples }] of result.events.entries()) expect(`samples of event ${event + 1}`, samples, 0.98 * asked(spec) - START_UP, 1.02 * asked(spec) + START_UP);
    const samples = result.events.map((event) => event.samples);
    expect('samples between the events', Math.max(...samples) - Math.min(...samples), 0, START_UP_APART + APART * asked(spec));
    expect('wakeups', result.wakeups, ...wakeups(result, buffer));
    // 60 us until the reader runs are the time of three interrupts at the highest frequency.
    if (spec.record.freq! >= 1000) expect('buffer high-water mark', result.buffer_high_water, ...highWater(result, buffer, 5));
  },
} satisfies TimedScenario;
