/**
 * attr.watermark: the tool is woken once for so many bytes; beyond the buffer's size it never is.
 * Reference: kernel.md 3.1 and 3.5.
 */
import { highWater, totalSamples, wakeups } from '../suite/laws.ts';
import type { TimedScenario } from '../suite/timed-scenario.ts';

export default {
  title: 'a wakeup for so many bytes',
  command: 'record -m 32 -e cycles,cycles,cycles noploop 2',
  vary: { watermark: [1000, 4096, 50_000, 100_000, 1_000_000] },
  seeds: '1..2',
  fails_on: ['v3.1'],
  expect: {},
  check({ spec, result, buffer, expect }) {
    if (buffer.watermark < buffer.size) {
      expect('lost', result.lost_total, 0);
      expect('wakeups', result.wakeups, ...wakeups(result, buffer));
      expect('buffer high-water mark', result.buffer_high_water, ...highWater(result, buffer, 2));
    } else {
      // No record can end behind the mark: the buffer fills, and the rest is lost without a word.
      expect('wakeups', result.wakeups, 1);
      expect('buffer high-water mark', result.buffer_high_water, buffer.usable - buffer.sample, buffer.usable);
      expect('lost, as reported', result.lost_reported, 0);
    }
    const produced = 3 * spec.record.freq! * 2;
    expect('samples and lost records', totalSamples(result) + result.lost_total, 0.995 * produced, 1.01 * produced);
  },
} satisfies TimedScenario;
