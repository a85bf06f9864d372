/**
 * A reader that is woken at half a buffer needs no more than one page at 1000 samples per second, and is woken once for
 * each half that fills.
 * Reference: kernel.md 3.1, 3.5 and 10.5.
 */
import { asked, highWater, wakeups } from '../suite/laws.ts';
import type { TimedScenario } from '../suite/timed-scenario.ts';

export default {
  title: 'one page to a thousand',
  command: 'record -e cycles,cycles,cycles noploop 2',
  vary: { 'mmap-pages': [1, 2, 4, 16, 64, 128, 256, 1024] },
  seeds: '1..3',
  fails_on: ['v3.1'],
  expect: { equal: '1 %', lost: 0, records: { LOST: 0, EXIT: '1..2' }, reader_latency: '..60 us' },
  check({ spec, result, buffer, expect }) {
    for (const [event, { samples }] of result.events.entries()) expect(`samples of event ${event + 1}`, samples, 0.995 * asked(spec), 1.01 * asked(spec));
    const [least, most] = wakeups(result, buffer);
    expect('wakeups', result.wakeups, least, most);
    if (most === 1) expect('buffer high-water mark', result.buffer_high_water, 1, buffer.watermark);
    else expect('buffer high-water mark', result.buffer_high_water, ...highWater(result, buffer, 2));
  },
} satisfies TimedScenario;
