/** An NMI that comes in while the PMU is disabled: until v4.5 its handler left the counters on. */
import { expect, test } from '@jest/globals';
import { V3_1, V4_15, V4_2, V6_18, type KernelClass } from '../../kernel/index.ts';
import { Bench, LOOP } from './bench.ts';

const CYCLES = 1000;

/** What a counter counts of so many cycles between the interrupt and the end of the section. */
function counted(kernel: KernelClass): number {
  const bench = new Bench(kernel);
  const { hw } = bench.event(bench.open({ disabled: false }));
  const { pmu, machine: { cpus: [cpu] } } = bench.hardware;
  pmu.enter(LOOP);
  bench.kernel.x86_pmu.pmu_disable();
  const before = pmu.readCounter(hw.idx);
  bench.kernel.x86_pmu.handle_irq(LOOP);
  cpu.clock += CYCLES;
  return pmu.readCounter(hw.idx) - before;
}

test.each([['v3.1', V3_1, CYCLES], ['v4.2', V4_2, CYCLES], ['v4.15', V4_15, 0], ['v6.18', V6_18, 0]])('on %s', (_, kernel, expected) => {
  expect(counted(kernel)).toBe(expected);
});
