/** A group behind a software event of which only half finds counters: until v3.14 the driver lost count of what it had just added. */
import { expect, test } from '@jest/globals';
import { Linux, PERF_EVENT_IOC_ENABLE, PERF_TYPE_HARDWARE, PERF_TYPE_SOFTWARE, perf_event_attr, type PerfEventAttr } from '../../../kernel/index.ts';

const CYCLES: Partial<PerfEventAttr> = { type: PERF_TYPE_HARDWARE, config: 0n };
const INSTRUCTIONS: Partial<PerfEventAttr> = { ...CYCLES, config: 1n };
const FAULTS: Partial<PerfEventAttr> = { type: PERF_TYPE_SOFTWARE, config: 2n };

/** What a CPU's instructions event says, in millions, of 1 ms, when a group of three cycles events is opened beside it and another. */
function counted(kernel: string): number {
  const self = new Linux({ kernel, pmu: 'amd64-fam15h', cpus: 1, config: { nmi_watchdog: false } }).spawn('test');
  const open = (attr: Partial<PerfEventAttr>, pid: number, cpu: number, leader = -1): number => self.perf_event_open(perf_event_attr(attr), pid, cpu, leader, 0);
  const instructions = open(INSTRUCTIONS, -1, 0);
  open(CYCLES, -1, 0);
  const leader = open({ ...FAULTS, disabled: true }, 0, -1);
  for (let i = 0; i < 3; i++) open(CYCLES, 0, -1, leader);
  self.ioctl(leader, PERF_EVENT_IOC_ENABLE);
  self.run(1e6);
  return (self.read(instructions) as number[])[0] / 1e6;
}

test.each(['v3.1', 'v3.11'])('on %s an event that ran before is looked for on another counter, and has counted what cannot be', (kernel) => {
  expect(counted(kernel)).toBeGreaterThan(1e6);
});

test.each(['v3.15', 'v6.18'])('on %s it goes on where it is', (kernel) => {
  expect(counted(kernel)).toBeGreaterThan(1);
  expect(counted(kernel)).toBeLessThan(10);
});
