/** poll(2) and select(2) beside the events that are polled: time and signals. */
import { expect, test } from '@jest/globals';
import { EINTR, Linux } from '../../../kernel/index.ts';

// The alarm comes a moment before the end of the wait, and the task needs longer than that to come onto its CPU.
test.each(['poll', 'select'] as const)('a signal that comes with the end of the time interrupts %s', (name) => {
  const self = new Linux().spawn('test');
  const waiting = self.start(function* interrupted(sys) {
    yield* sys.alarm(0.005);
    if (name === 'poll') return (yield* sys.poll([], 5)).result;
    return (yield* sys.select({ read: [], write: [], except: [] }, 5)).result;
  });
  expect(waiting.wait()).toBe(-EINTR);
  expect(self.signals.length).toBe(1);
});
