/**
 * A disk that makes the tool wait, with what it writes still in the buffer. What comes in meanwhile must find room behind
 * it: half a buffer per wait at most; and the rest is lost and, once something fits again, reported.
 * Reference: kernel.md 3.2 (W5, W15, F1), 3.3 and 9.3.
 */
import { asked, seconds, totalSamples } from '../suite/laws.ts';
import type { TimedScenario } from '../suite/timed-scenario.ts';

export default {
  title: 'a reader that waits for its disk',
  command: 'record -m 16 -e cycles,cycles,cycles noploop 6',
  vary: { latency: ['write=20ms', 'write=100ms', 'write=300ms', 'write=500ms', 'write=1s'] },
  seeds: '1..2',
  fails_on: ['v3.1'],
  expect: { equal: '2 %' },
  check({ spec, result, buffer, expect }) {
    const wait = spec.latencies['write'][0] / 1e9;
    const total = totalSamples(result);
    const produced = result.events.length * asked(spec);
    expect('samples and lost records', total + result.lost_total, 0.995 * produced, 1.01 * produced);
    const comesIn = (spec.record.freq! * result.events.length * buffer.sample) * wait;
    // The first two waits are for the buffer where the child woke, and for a whole half of its own.
    if (buffer.watermark + 2 * comesIn < buffer.usable) {
      expect('lost', result.lost_total, 0);
      return;
    }
    const rounds = seconds(spec) / wait;
    const perRound = buffer.size / 2 / buffer.sample;
    expect('samples', total, perRound * (rounds - 4), perRound * (rounds + 4));
    expect('buffer high-water mark', result.buffer_high_water, buffer.usable - 2 * buffer.sample, buffer.usable);
    // Each time the tool gives room back, the next record brings the count; what was lost since the last time is not said.
    expect('LOST records', result.records['LOST'] ?? 0, rounds - 5, rounds + 1);
    expect('lost, as reported', result.lost_reported, result.lost_total - 2 * wait * spec.record.freq! * result.events.length, result.lost_total);
    expect('longest reader latency, s', result.reader_latency.max_ns / 1e9, wait, 2 * wait + 0.001);
  },
} satisfies TimedScenario;
