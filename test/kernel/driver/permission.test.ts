/** When perf_event_open(2) asks whether the caller may look into a task: which of two errors is told, version by version. */
import { describe, expect, test } from '@jest/globals';
import {
  EACCES, EINVAL, ENOENT, Linux, PERF_COUNT_SW_PAGE_FAULTS, PERF_TYPE_SOFTWARE, perf_event_attr, type PerfEventAttr,
} from '../../../kernel/index.ts';

const FAULTS: Partial<PerfEventAttr> = { type: PERF_TYPE_SOFTWARE, config: BigInt(PERF_COUNT_SW_PAGE_FAULTS), exclude_kernel: true };

/** What an ordinary user is told who asks for `attr` of another user's task, beside a leader of the own one. */
function refusal(kernel: string, attr: Partial<PerfEventAttr>, in_group: boolean): number {
  const linux = new Linux({ kernel });
  const [self, other] = [linux.spawn('self', { capable: false }), linux.spawn('root’s')];
  const leader = in_group ? self.perf_event_open(perf_event_attr(FAULTS), 0, -1, -1, 0) : -1;
  return self.perf_event_open(perf_event_attr({ ...FAULTS, ...attr }), other.tid, -1, leader, 0);
}

describe.each([
  ['v3.18', EACCES, EACCES, EACCES],
  ['v4.2', EACCES, EACCES, EACCES],
  ['v4.15', EACCES, EINVAL, EACCES],
  ['v5.10', EACCES, EINVAL, EACCES],
  ['v5.13', ENOENT, EINVAL, EINVAL],
  ['v5.19', ENOENT, EINVAL, EINVAL],
  ['v6.12', ENOENT, EINVAL, EACCES],
])('%s tells of another user’s task', (kernel, unknown, inherits, group) => {
  test('that there is no such event, or before that EACCES', () => {
    expect(refusal(kernel, { type: 999 }, false)).toBe(-unknown);
  });

  test('that the leader does not inherit, or before that EACCES', () => {
    expect(refusal(kernel, { inherit: true }, true)).toBe(-inherits);
  });

  test('that the leader counts another task, or before that EACCES', () => {
    expect(refusal(kernel, {}, true)).toBe(-group);
  });
});
