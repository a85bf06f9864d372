/**
 * What v3.1 loses follows from how many crossings its reader heard of: whoever sleeps on finds one full buffer.
 * Reference: kernel.md 10.1 to 10.4 and 10.6.
 */
import type { TimedScenario } from '../suite/timed-scenario.ts';

/**
 * The CPU where the child woke has a buffer of its own, with the samples from before the exec: its periods start at 1
 * and take five to seven overflows to find their size (kernel.md 7.1).
 */
const FIRST_SAMPLES = { least: 5, most: 7 };

export default {
  title: 'v3.1 loses what one unread buffer does not hold',
  kernel: 'v3.1',
  command: 'record -e cycles,cycles,cycles noploop 10',
  seeds: '1..24',
  expect: { records: { EXIT: 0, THROTTLE: 0 } },
  check({ result, buffer, expect }) {
    const events = result.events.length;
    const total = result.events.reduce((sum, { samples }) => sum + samples, 0);
    // The last wakeup is the child's exit. Each one before it has emptied the buffer down to a mark.
    const crossings = result.wakeups - 1;
    const capacity = Math.floor((buffer.usable - buffer.exec) / buffer.sample);
    const read = (crossings * buffer.watermark) / buffer.sample;
    const [least, most] = [FIRST_SAMPLES.least, FIRST_SAMPLES.most].map((first) => first * events + capacity);
    // A crossing that nobody heard of may be followed by one that is heard of, where the reader's tail leaves room for it:
    // then one more half buffer has been read than there were wakeups.
    const secondChance = total > most + read + events ? buffer.watermark / buffer.sample : 0;
    expect(`samples after ${crossings} crossings`, total, Math.floor(least + read + secondChance) - events, Math.ceil(most + read + secondChance) + events);
    expect('buffer high-water mark', result.buffer_high_water, buffer.usable - buffer.sample, buffer.usable);
  },
} satisfies TimedScenario;
