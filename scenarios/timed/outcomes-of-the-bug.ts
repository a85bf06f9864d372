/**
 * What v3.1 loses follows from how many crossings its reader heard of: whoever sleeps on finds one full buffer. A crossing
 * that nobody hears of may be followed by another that is heard of, if the reader's tail was far enough beyond the mark:
 * a second chance, which a slow reader has more often.
 * Reference: kernel.md 10.1 to 10.4 and 10.6.
 */
import { START_UP_SAMPLES, totalSamples } from '../suite/laws.ts';
import type { TimedScenario } from '../suite/timed-scenario.ts';

export default {
  title: 'v3.1 loses what one unread buffer does not hold',
  kernel: 'v3.1',
  command: 'record -e cycles,cycles,cycles noploop 10',
  vary: { latency: ['wakeup_latency=3us-50us', 'wakeup_latency=5ms-20ms'] },
  seeds: '1..12',
  expect: { records: { EXIT: 0, THROTTLE: 0 } },
  check({ spec, result, buffer, expect }) {
    const events = result.events.length;
    const total = totalSamples(result);
    const capacity = Math.floor((buffer.usable - buffer.exec) / buffer.sample);
    const perCrossing = buffer.watermark / buffer.sample;
    // While the reader is on its way, and the child on the way to its exec, samples come in.
    const late = (Math.max(...spec.latencies['wakeup_latency']) / 1e9) * spec.record.freq! * events;
    // The last wakeup is the child's exit. The first crossing had no second chance, each later one has one at most.
    const heard = result.wakeups - 1;
    const passed = Math.floor((total - capacity - START_UP_SAMPLES.least * events + events) / perCrossing);
    expect('crossings passed', passed, heard, Math.max(heard, 2 * heard - 1));
    const beyond = total - capacity - passed * perCrossing;
    expect('samples beside full and read buffers', beyond, (START_UP_SAMPLES.least - 1) * events, (START_UP_SAMPLES.most + 1) * events + late + events);
    expect('buffer high-water mark', result.buffer_high_water, buffer.usable - buffer.sample, buffer.usable);
  },
} satisfies TimedScenario;
