/**
 * A period that no counter holds is run in pieces: an overflow in the middle of it is no sample.
 * Reference: kernel.md 8.1 (at most 2³¹ − 1 on Intel) and 8.4.
 */
import { chipNamed } from '../../pmu/chips/index.ts';
import { seconds } from '../suite/laws.ts';
import type { TimedScenario } from '../suite/timed-scenario.ts';

export default {
  title: 'periods of thousands of millions',
  command: 'record -e cycles noploop 12',
  vary: { pmu: ['core2', 'nehalem', 'amd64-fam10h'], count: [3_000_000_000, 5_000_000_000] },
  expect: { lost: 0, wakeups: 1 },
  check({ spec, result, expect }) {
    const cycles = chipNamed(spec.pmu)!.khz * 1000 * seconds(spec);
    // Start-up runs for a few hundredths of a second more than was asked, and interrupts that freeze the counters for less.
    expect('samples', result.events[0].samples, Math.floor((0.995 * cycles) / spec.record.period!), Math.floor((1.005 * cycles) / spec.record.period!));
  },
} satisfies TimedScenario;
