/** How large the values of a group may be, of which a sample must have room: E2BIG, version by version. */
import { expect, test } from '@jest/globals';
import {
  E2BIG, Linux, PERF_COUNT_SW_PAGE_FAULTS, PERF_FORMAT_GROUP, PERF_FORMAT_ID, PERF_SAMPLE_IP, PERF_SAMPLE_TID, PERF_TYPE_SOFTWARE, perf_event_attr,
  type PerfEventAttr,
} from '../../../kernel/index.ts';

/** A value and an id in each entry, behind the number of the entries. */
const ENTRY_SIZE = 16;
const LIMIT = 16 * 1024;
/** So many entries have 8 bytes less than the limit, one more has 8 more. */
const FITTING = Math.floor((LIMIT - 8) / ENTRY_SIZE);

const FAULTS: Partial<PerfEventAttr> = { type: PERF_TYPE_SOFTWARE, config: BigInt(PERF_COUNT_SW_PAGE_FAULTS) };
const GROUP: Partial<PerfEventAttr> = { ...FAULTS, read_format: BigInt(PERF_FORMAT_GROUP | PERF_FORMAT_ID) };

/** Opens events of one group until one is refused; how many there are, and why. */
function grow(kernel: string, leader: Partial<PerfEventAttr>, sibling: Partial<PerfEventAttr>): readonly [members: number, error: number] {
  const self = new Linux({ kernel }).spawn('test');
  self.setrlimit_nofile(2 * LIMIT);
  const first = self.perf_event_open(perf_event_attr(leader), 0, -1, -1, 0);
  for (let members = 1; members <= FITTING + 10; members++) {
    const result = self.perf_event_open(perf_event_attr(sibling), 0, -1, first, 0);
    if (result < 0) return [members, result];
  }
  return [FITTING + 11, 0];
}

test('v5.19 asks whether a sample of the new event has room for what it reads: 8 bytes each of header, IP and TID cost two members', () => {
  expect(grow('v5.19', GROUP, { ...GROUP, sample_type: BigInt(PERF_SAMPLE_IP | PERF_SAMPLE_TID) })).toEqual([FITTING - 2, -E2BIG]);
});

test('v6.12 asks what each member of the group has to read then, and nothing else (382c27f4ed28, v6.7)', () => {
  expect(grow('v6.12', { ...GROUP, sample_type: BigInt(PERF_SAMPLE_IP | PERF_SAMPLE_TID) }, FAULTS)).toEqual([FITTING, -E2BIG]);
});
