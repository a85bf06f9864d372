/** What holds for v3.2 whatever a program asks of it, with signals and children, and files closed under those who wait. */
import { describe, expect, test } from '@jest/globals';
import { KernelOops, Linux, PAGE_SIZE, PERF_EVENT_IOC_SET_OUTPUT, PERF_TYPE_SOFTWARE, READ_ONCE, perf_event_attr, type Mapping } from '../../../kernel/index.ts';
import { forAll } from '../../support/property.ts';
import { programs } from './program-steps.ts';
import { Execution } from './programs.ts';

const RUNS = 700;

describe('whatever is asked of the kernel', () => {
  test('every sample is delivered, unread, reported lost or counted as lost', () => {
    forAll([programs], (program) => {
      const run = new Execution().run(program);
      for (const rb of run.buffers) {
        const told = (run.delivered.get(rb) ?? 0) + run.unread(rb);
        expect(told).toBe(run.account.produced.get(rb) ?? 0);
      }
    }, RUNS);
  });

  test('the same seed gives the same answers, at the same time', () => {
    forAll([programs], (program) => {
      const [first, second] = [0, 1].map(() => {
        const { linux, delivered, self } = new Execution().run(program);
        return [linux.now, [...delivered.values()], self.signals];
      });
      expect(first).toEqual(second);
    }, RUNS / 10);
  });

  test('unread bytes leave eight free, and data_head never goes back', () => {
    forAll([programs], (program) => {
      const heads = new Map<object, number>();
      const run = new Execution();
      run.watch = ({ buffers }) => {
        for (const rb of buffers) {
          const head = READ_ONCE(rb.user_page.data_head);
          if (rb.size > 0) expect(head - READ_ONCE(rb.user_page.data_tail)).toBeLessThanOrEqual(rb.size - 8);
          expect(head).toBeGreaterThanOrEqual(heads.get(rb) ?? 0);
          heads.set(rb, head);
        }
      };
      run.run(program);
    }, RUNS);
  });

  test.each(['v3.2', 'v3.11', 'v6.18'])('on %s a buffer has as many references as there are events that have it', (kernel) => {
    forAll([programs], (program) => {
      const run = new Execution(kernel);
      run.watch = ({ buffers, events }) => {
        for (const rb of buffers) {
          const holders = [...events].filter((event) => READ_ONCE(event.rb) === rb);
          expect(READ_ONCE(rb.refcount)).toBe(holders.length);
        }
      };
      run.run(program);
    }, RUNS / 10);
  });

  test('nothing is left when all is closed', () => {
    forAll([programs], (program) => {
      const { events, buffers, linux } = new Execution().run(program).end();
      const left = [...events, ...buffers].filter(({ freed }) => !READ_ONCE(freed));
      expect({ left: left.length, locked: READ_ONCE(linux.system.root.locked_vm) }).toEqual({ left: 0, locked: 0 });
    }, RUNS);
  });
});

describe('the programs leave out what v3.2 is known to get wrong', () => {
  const attr = perf_event_attr({ type: PERF_TYPE_SOFTWARE, config: 2n, sample_period: 1n });

  test('a buffer that is mapped twice is never freed', () => {
    const self = new Linux().spawn('test');
    const fd = self.perf_event_open(attr, 0, -1, -1, 0);
    const maps = [self.mmap(fd, 2 * PAGE_SIZE), self.mmap(fd, 2 * PAGE_SIZE)] as Mapping[];
    for (const map of maps) self.munmap(map);
    self.close(fd);
    self.sleep(50e6);
    expect([READ_ONCE(maps[0].vma.event.freed), READ_ONCE(maps[0].vma.rb.freed)]).toEqual([true, false]);
  });

  test('unmapping an event that was redirected before it was mapped is an oops', () => {
    const self = new Linux().spawn('test');
    const [a, b] = [0, 1].map(() => self.perf_event_open(attr, 0, -1, -1, 0));
    self.mmap(a, 2 * PAGE_SIZE);
    self.ioctl(b, PERF_EVENT_IOC_SET_OUTPUT, a);
    const map = self.mmap(b, 2 * PAGE_SIZE) as Mapping;
    expect(() => self.munmap(map)).toThrow(KernelOops);
  });
});
