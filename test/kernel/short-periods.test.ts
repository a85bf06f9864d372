/** How short a period may be: Nehalem and Westmere lose interrupts when fewer than 32 events are left (v5.3). */
import { describe, expect, test } from '@jest/globals';
import {
  EINVAL, Linux, PERF_EVENT_IOC_PERIOD, PERF_TYPE_HARDWARE, V5_2, V5_3, perf_event_attr, type PerfEventAttr, type Process,
} from '../../kernel/index.ts';
import { Bench } from './bench.ts';

const CYCLES: Partial<PerfEventAttr> = { type: PERF_TYPE_HARDWARE, config: 0n, exclude_kernel: true };

const task = (kernel: string, pmu: string): Process => new Linux({ kernel, pmu, cpus: 1, config: { nmi_watchdog: false } }).spawn('test');
const open = (self: Process, attr: Partial<PerfEventAttr>): number => self.perf_event_open(perf_event_attr({ ...CYCLES, ...attr }), 0, -1, -1, 0);

describe('perf_event_open', () => {
  test.each([
    ['v5.2', 'nehalem', 31n, 0], ['v5.3', 'nehalem', 31n, -EINVAL], ['v5.3', 'nehalem', 32n, 0], ['v6.18', 'westmere', 31n, -EINVAL],
    ['v6.18', 'sandybridge', 31n, 0], ['v6.18', 'core2', 31n, 0], ['v6.18', 'amd64', 31n, 0],
  ])('%s, %s, a period of %d: %i', (kernel, pmu, sample_period, answer) => {
    expect(Math.min(0, open(task(kernel, pmu), { sample_period }))).toBe(answer);
  });

  test.each([['v5.2', 0], ['v5.3', -EINVAL], ['v6.12', -EINVAL], ['v6.16', 0]])('%s takes a frequency of 20 for a period: %i', (kernel, answer) => {
    expect(Math.min(0, open(task(kernel, 'nehalem'), { freq: true, sample_period: 20n }))).toBe(answer);
  });
});

describe('PERF_EVENT_IOC_PERIOD', () => {
  test.each([['v5.2', 0], ['v5.3', -EINVAL], ['v6.18', -EINVAL]])('%s, to 31: %i', (kernel, answer) => {
    const self = task(kernel, 'nehalem');
    expect(self.ioctl(open(self, { sample_period: 1000n }), PERF_EVENT_IOC_PERIOD, 31n)).toBe(answer);
  });

  test.each([['v5.3', -EINVAL], ['v6.12', -EINVAL], ['v6.16', 0]])('%s, to a frequency of 20: %i', (kernel, answer) => {
    const self = task(kernel, 'nehalem');
    expect(self.ioctl(open(self, { freq: true, sample_period: 1000n }), PERF_EVENT_IOC_PERIOD, 20n)).toBe(answer);
  });

  test.each([['v4.15', 0], ['v5.2', -EINVAL]])('%s, to every branch: %i', (kernel, answer) => {
    const self = task(kernel, 'skylake');
    expect(self.ioctl(open(self, { config: 4n, sample_period: 1000n }), PERF_EVENT_IOC_PERIOD, 1n)).toBe(answer);
  });
});

test.each([['v5.2', -2, V5_2], ['v5.3', -32, V5_3]])('on %s the counter of an event whose first period is 1 begins with %i', (_, value, kernel) => {
  const bench = new Bench(kernel);
  const { hw } = bench.event(bench.open({ freq: true, sample_period: 1000n, disabled: false }));
  expect(bench.hardware.pmu.readCounter(hw.idx)).toBe(value);
});
