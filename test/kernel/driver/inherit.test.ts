/** Inherited events: who gets them, and what a read of the event that has a descriptor says of those that are still alive. */
import { expect, test } from '@jest/globals';
import { Linux, PERF_FORMAT_TOTAL_TIME_ENABLED, perf_event_attr, type Process } from '../../../kernel/index.ts';

const FAULTS = { type: 1, config: 2n, inherit: true } as const;
const TASK_CLOCK = { type: 1, config: 1n, inherit: true } as const;
const KERNELS = ['v3.2', 'v4.2', 'v6.18'];

function machine(kernel: string): Process {
  return new Linux({ kernel, cpus: 2 }).spawn('test');
}

test.each(KERNELS)('on %s a read counts what living children have done, and their time', (kernel) => {
  const self = machine(kernel);
  const fd = self.perf_event_open(perf_event_attr({ ...TASK_CLOCK, read_format: BigInt(PERF_FORMAT_TOTAL_TIME_ENABLED) }), 0, -1, -1, 0);
  const child = self.fork();
  child.run(20e6);
  const [alive, enabledAlive] = self.read(fd) as readonly number[];
  child.exit();
  const [ended, enabledEnded] = self.read(fd) as readonly number[];
  for (const value of [alive, enabledAlive]) expect(value).toBeGreaterThan(20e6);
  // The child's exit costs a little more, and takes nothing away.
  expect(ended).toBeGreaterThanOrEqual(alive);
  expect(enabledEnded).toBeGreaterThanOrEqual(enabledAlive);
});

test('inherit_thread keeps an event from new processes', () => {
  const self = machine('v6.18');
  const fd = self.perf_event_open(perf_event_attr({ ...FAULTS, inherit_thread: true }), 0, -1, -1, 0);
  const [process, thread] = [self.fork(), self.clone()];
  process.fault(100);
  thread.fault(5);
  expect(self.read(fd)).toEqual([5]);
});

test('all members of a group that has been inherited write whole samples', () => {
  const self = machine('v6.18');
  const attr = perf_event_attr({ ...FAULTS, sample_period: 1n, sample_type: 3n });
  const leader = self.perf_event_open(attr, 0, 0, -1, 0);
  const sibling = self.perf_event_open(attr, 0, 0, leader, 0);
  const buffer = self.mmap(sibling, 9 * 4096);
  if (typeof buffer === 'number') throw new Error(`errno ${buffer}`);
  const child = self.fork();
  child.sched_setaffinity([0]);
  child.fault(3);
  expect(new Set(buffer.read().map(({ size }) => size))).toEqual(new Set([24]));
});
