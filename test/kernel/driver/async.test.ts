/** O_ASYNC files: whose signals, of which descriptor, and that a file needs no owner for its overflows to be work. */
import { expect, test } from '@jest/globals';
import {
  ESRCH, F_GETOWN, F_SETFL, F_SETOWN, F_SETSIG, KERNELS, Linux, O_ASYNC, O_NONBLOCK, PAGE_SIZE, PERF_TYPE_SOFTWARE, SIGRTMIN, perf_event_attr,
  type Process,
} from '../../../kernel/index.ts';

const EACH_FAULT = perf_event_attr({ type: PERF_TYPE_SOFTWARE, config: 2n, sample_period: 1n });
const NOBODY = 999_999;
/** Nanoseconds in which the work that an interrupt has left is surely done. */
const SETTLE_NS = 5000;

function task_of(version: string): Process {
  return new Linux({ kernel: KERNELS.find(({ variant }) => variant.name === version)!, config: { nmi_watchdog: false } }).spawn('test');
}

const faulted = (self: Process): void => {
  self.fault();
  self.run(SETTLE_NS);
};

test('without an owner, and without a buffer, the fix as it was committed follows NULL all the same', () => {
  const self = task_of('fix-as-committed');
  const fd = self.perf_event_open(EACH_FAULT, 0, -1, -1, 0);
  self.fcntl(fd, F_SETFL, O_ASYNC);
  expect(() => faulted(self)).toThrow('NULL pointer dereference: event->rb');
});

test('an owner who comes later gets the signals from then on, one who goes none', () => {
  const self = task_of('v3.2');
  const fd = self.perf_event_open(EACH_FAULT, 0, -1, -1, 0);
  self.fcntl(fd, F_SETFL, O_ASYNC);
  const heard = (): number => {
    faulted(self);
    return self.signals.splice(0).length;
  };
  const counts = [heard()];
  for (const owner of [self.tid, 0, self.tid]) {
    self.fcntl(fd, F_SETOWN, owner);
    counts.push(heard());
  }
  self.fcntl(fd, F_SETFL, 0);
  expect([...counts, heard()]).toEqual([0, 1, 0, 1, 0]);
});

test('a signal names the descriptor through which the file became O_ASYNC', () => {
  const self = task_of('v3.2');
  const fd = self.perf_event_open(EACH_FAULT, 0, -1, -1, 0);
  const copy = self.dup(fd);
  self.fcntl(fd, F_SETOWN, self.tid);
  self.fcntl(fd, F_SETSIG, SIGRTMIN);
  self.fcntl(fd, F_SETFL, O_ASYNC);
  self.fcntl(copy, F_SETFL, O_ASYNC | O_NONBLOCK);
  faulted(self);
  expect(self.signals.splice(0).map(({ si_fd }) => si_fd)).toEqual([fd]);
});

test.each([['v3.1', 0], ['v3.2', 0], ['v4.2', 0], ['v4.15', -ESRCH], ['v6.18', -ESRCH]])('%s: a task that is not there as owner', (version, answer) => {
  const self = task_of(version);
  const fd = self.perf_event_open(EACH_FAULT, 0, -1, -1, 0);
  self.fcntl(fd, F_SETOWN, self.tid);
  expect(self.fcntl(fd, F_SETOWN, NOBODY)).toBe(answer);
  expect(self.fcntl(fd, F_GETOWN)).toBe(answer === 0 ? 0 : self.tid);
});

test.each(['v3.2', 'v6.18'])('%s: with a buffer, an overflow of an O_ASYNC file without owner harms nobody', (version) => {
  const self = task_of(version);
  const fd = self.perf_event_open(EACH_FAULT, 0, -1, -1, 0);
  self.mmap(fd, 2 * PAGE_SIZE);
  self.fcntl(fd, F_SETFL, O_ASYNC);
  faulted(self);
  expect(self.signals).toEqual([]);
});
