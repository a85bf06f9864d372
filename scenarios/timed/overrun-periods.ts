/**
 * Where counters run on while their interrupt is served, what they count then belongs to the next period: short periods
 * lose nothing by it.
 * Reference: kernel.md 8.4 (set_period) and 8.5 (AMD).
 */
import { chipNamed } from '../../pmu/chips/index.ts';
import { seconds } from '../suite/laws.ts';
import type { TimedScenario } from '../suite/timed-scenario.ts';

export default {
  title: 'short periods where counters are not frozen',
  command: 'record -e cycles noploop 1',
  vary: { pmu: ['amd-k8', 'amd64-fam10h', 'amd64-fam15h', 'amd-zen'], count: [100_003] },
  expect: { lost: 0, records: { THROTTLE: 0 } },
  check({ spec, result, expect }) {
    const full = (chipNamed(spec.pmu)!.khz * 1000 * seconds(spec)) / spec.record.period!;
    // A counter stands still from its reading to its writing, and while a tick re-programs it.
    expect('samples', result.events[0].samples, 0.995 * full, 1.001 * full);
  },
} satisfies TimedScenario;
