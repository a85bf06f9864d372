/**
 * Random programs in which things go wrong: allocations fail, signals end waits, files are closed under those who poll them,
 * programs exec. What holds of every kernel holds then, too: all samples are accounted for, and nothing is left.
 */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  EPOLL_CTL_ADD, PERF_EVENT_IOC_PAUSE_OUTPUT, POLLIN, READ_ONCE, type PerfEvent, type RingBuffer,
} from '../../../kernel/index.ts';
import { forAll } from '../../support/property.ts';
import { programs, type ProgramStep } from './program-steps.ts';
import { Execution } from './programs.ts';

const slot = fc.nat(3);
const mishap = fc.oneof(
  fc.record({ wrong: fc.constant('fail' as const), n: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ wrong: fc.constantFrom('close under poll' as const, 'epoll' as const, 'dup' as const, 'exec' as const), slot }),
  fc.record({ wrong: fc.constant('pause' as const), slot, n: fc.nat(1) }),
);
type Mishap = typeof mishap extends fc.Arbitrary<infer M> ? M : never;
/** A program in pieces, something going wrong between each two. */
const stories = fc.tuple(programs, fc.array(fc.tuple(mishap, programs), { minLength: 1, maxLength: 4 }));
type Story = [readonly ProgramStep[], readonly (readonly [Mishap, readonly ProgramStep[]])[]];

class Troubled extends Execution {
  #epfd = -1;

  tell([beginning, rest]: Story): this {
    this.run(beginning);
    for (const [trouble, program] of rest) {
      this.#goWrong(trouble);
      this.run(program);
    }
    return this;
  }

  #goWrong(trouble: Mishap): void {
    const { self, linux } = this;
    switch (trouble.wrong) {
      case 'fail':
        return linux.fail_allocations(trouble.n);
      case 'pause':
        return void self.ioctl(this.fd(trouble.slot), PERF_EVENT_IOC_PAUSE_OUTPUT, trouble.n);
      case 'dup': {
        const copy = self.dup(this.fd(trouble.slot));
        return void self.close(copy);
      }
      case 'epoll':
        if (this.#epfd < 0) this.#epfd = self.epoll_create();
        self.epoll_ctl(this.#epfd, EPOLL_CTL_ADD, this.fd(trouble.slot), POLLIN);
        return void self.epoll_wait(this.#epfd, 4, 1);
      case 'exec':
        self.exec({ comm: 'next', maps: [] });
        return this.unmapped();
      case 'close under poll': {
        const fds = [0, 1, 2, 3].map((each) => ({ fd: this.fd(each), events: POLLIN }));
        self.clone().start(function* waits(sys) {
          yield* sys.poll(fds, 2);
          yield* sys.exit();
        });
        return void this.run([{ do: 'close', slot: trouble.slot }]);
      }
    }
  }

  override end(): this {
    this.linux.fail_allocations(0);
    super.end();
    if (this.#epfd >= 0) this.self.close(this.#epfd);
    return this;
  }
}

const freed = ({ freed: cell }: PerfEvent | RingBuffer): boolean => READ_ONCE(cell);

describe.each(['v3.2', 'v3.10', 'v4.2', 'v5.19', 'v6.12', 'v6.18'])('on %s, whatever goes wrong', (kernel) => {
  test('all samples are accounted for, data_head keeps its distance from the tail, and at the end nothing is left', () => {
    forAll([stories], (story) => {
      const run = new Troubled(kernel).tell(story);
      for (const rb of run.buffers) {
        const told = (run.delivered.get(rb) ?? 0) + run.unread(rb);
        expect(told).toBe(run.account.produced.get(rb) ?? 0);
        const unread = READ_ONCE(rb.user_page.data_head) - READ_ONCE(rb.user_page.data_tail);
        if (rb.size > 0) expect(unread).toBeLessThanOrEqual(rb.size - 8);
      }
      run.end();
      const left = [...run.events, ...run.buffers].filter((object) => !freed(object)).length;
      expect({ left, locked: READ_ONCE(run.linux.system.root.locked_vm) }).toEqual({ left: 0, locked: 0 });
    }, 120);
  });
});
