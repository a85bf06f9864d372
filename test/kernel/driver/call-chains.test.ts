/** How much of a deep call chain a sample holds, which the versions of the kernel count differently. */
import { expect, test } from '@jest/globals';
import {
  KERNELS, Linux, PAGE_SIZE, PERF_RECORD_SAMPLE, PERF_SAMPLE_CALLCHAIN, PERF_TYPE_HARDWARE, PERF_TYPE_SOFTWARE, USER_LOOP, perf_event_attr,
  type PerfEventAttr, type Process,
} from '../../../kernel/index.ts';

const DEEP = { ...USER_LOOP, callers: Array.from({ length: 400 }, (_, i) => USER_LOOP.start + 4 * i) };
const SAMPLING = perf_event_attr({ sample_type: BigInt(PERF_SAMPLE_CALLCHAIN) });

/** The number of entries in each sample of an event with `fields` while `body` runs. */
function entries(version: string, fields: Partial<PerfEventAttr>, body: (self: Process) => void): readonly number[] {
  const kernel = KERNELS.find(({ variant }) => variant.name === version)!;
  const self = new Linux({ kernel, config: { nmi_watchdog: false } }).spawn('test');
  const mapping = self.mmap(self.perf_event_open({ ...SAMPLING, ...fields }, 0, -1, -1, 0), 65 * PAGE_SIZE);
  if (typeof mapping === 'number') throw new Error(`mmap: ${mapping}`);
  body(self);
  return mapping.read().filter(({ type }) => type === PERF_RECORD_SAMPLE).map(({ callchain }) => callchain!.length);
}

// 255 entries of v3.1, 127 since v3.4; and since v4.8 as many addresses, beside their marker.
test.each([['v3.1', 255], ['v3.2', 255], ['v3.4', 127], ['v4.2', 127], ['v4.15', 128], ['v6.18', 128]])('%s: %i of the user', (version, most) => {
  const found = entries(version, { type: PERF_TYPE_SOFTWARE, config: 2n, sample_period: 1n }, (self) => self.fault(2, { code: DEEP }));
  expect(found).toEqual([most, most]);
});

test.each([['v3.1', 255], ['v3.2', 255], ['v3.4', 127], ['v4.2', 127], ['v4.15', 129], ['v6.18', 129]])('%s: %i of the kernel and the user', (version, most) => {
  const found = entries(version, { type: PERF_TYPE_HARDWARE, config: 0n, sample_period: 1000n, exclude_user: true }, (self) => {
    // Ticks come in.
    self.run(20e6, DEEP);
  });
  expect(Math.max(...found)).toBe(most);
});
