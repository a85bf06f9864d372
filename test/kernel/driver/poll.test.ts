/** poll(2) and select(2) beside the events that are polled: time and signals. */
import { expect, test } from '@jest/globals';
import { EBADF, EINTR, EINVAL, ENODEV, ENOTTY, Linux, PAGE_SIZE, PERF_EVENT_IOC_ENABLE, POLLIN } from '../../../kernel/index.ts';

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

test('more descriptors than a process may have cannot be polled', () => {
  const self = new Linux().spawn('test');
  self.setrlimit_nofile(4);
  const polled = (n: number): number => self.poll(Array.from({ length: n }, () => ({ fd: -1, events: POLLIN })), 0).result;
  expect([polled(4), polled(5)]).toEqual([0, -EINVAL]);
});

test('what an event file can do, an epoll cannot', () => {
  const self = new Linux().spawn('test');
  const fd = self.epoll_create();
  expect(self.ioctl(fd, PERF_EVENT_IOC_ENABLE)).toBe(-ENOTTY);
  expect(self.read(fd)).toBe(-EINVAL);
  expect(self.mmap(fd, PAGE_SIZE)).toBe(-ENODEV);
  const nothing = 1000;
  expect(self.ioctl(nothing, PERF_EVENT_IOC_ENABLE)).toBe(-EBADF);
  expect(self.read(nothing)).toBe(-EBADF);
  expect(self.mmap(nothing, PAGE_SIZE)).toBe(-EBADF);
});
