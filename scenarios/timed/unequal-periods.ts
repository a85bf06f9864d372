/**
 * With a period, samples follow the rate of what is counted: noploop retires three instructions in a cycle.
 * Reference: kernel.md 8.4 (a full period for each sample).
 */
import { CHIPS } from '../../pmu/chips/index.ts';
import { seconds } from '../suite/laws.ts';
import type { TimedScenario } from '../suite/timed-scenario.ts';

const INSTRUCTIONS_PER_CYCLE = 3;

export default {
  title: 'unequal rates of samples',
  command: 'record -e cycles,instructions noploop 4',
  vary: { pmu: CHIPS.map(({ name }) => name), count: [1_000_003] },
  fails_on: ['v3.1'],
  expect: { lost: 0, records: { LOST: 0, THROTTLE: 0 } },
  check({ spec, result, expect }) {
    const { khz } = CHIPS.find(({ name }) => name === spec.pmu)!;
    const [cycles, instructions] = result.events.map(({ samples }) => samples);
    const full = (khz * 1000 * seconds(spec)) / spec.record.period!;
    // On Intel the counters stand still while an interrupt is served, for up to 2 % of the time here.
    expect('samples of cycles', cycles, 0.98 * full, 1.005 * full);
    expect('samples of instructions for each of cycles', instructions / cycles, 0.98 * INSTRUCTIONS_PER_CYCLE, INSTRUCTIONS_PER_CYCLE);
  },
} satisfies TimedScenario;
