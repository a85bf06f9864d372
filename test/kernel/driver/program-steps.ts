/** Random programs of system calls on a few slots, each an event and its buffer. */
import * as fc from 'fast-check';
import {
  PERF_EVENT_IOC_DISABLE, PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_RESET, PERF_TYPE_HARDWARE, PERF_TYPE_SOFTWARE, type PerfEventAttr,
} from '../../../kernel/index.ts';

export const SLOTS = 4;
/** Page faults, each; a task clock every 50 µs; cycles every million: nothing here is throttled. */
export const KINDS: readonly Partial<PerfEventAttr>[] = [
  { type: PERF_TYPE_SOFTWARE, config: 2n, sample_period: 1n, inherit: false },
  { type: PERF_TYPE_SOFTWARE, config: 5n, sample_period: 3n, sample_id_all: true },
  { type: PERF_TYPE_SOFTWARE, config: 1n, sample_period: 50_000n },
  { type: PERF_TYPE_HARDWARE, config: 0n, sample_period: 1_000_000n },
];
const COMMANDS = [PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_DISABLE, PERF_EVENT_IOC_RESET];

const slot = fc.nat(SLOTS - 1);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('open' as const), slot, kind: fc.nat(KINDS.length - 1), disabled: fc.boolean(), wakeup_events: fc.nat(5), inherit: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('mmap' as const), slot, pages: fc.constantFrom(0, 1, 1, 2, 3) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('fault' as const), n: fc.constantFrom(1, 10, 50, 200) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('munmap' as const, 'drain' as const, 'drain' as const, 'close' as const, 'read' as const), slot }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('set_output' as const), slot, to: fc.integer({ min: -1, max: SLOTS - 1 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('ioctl' as const), slot, command: fc.constantFrom(...COMMANDS), flags: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('refresh' as const, 'period' as const), slot, n: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('run' as const), us: fc.integer({ min: 1, max: 3000 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('poll' as const, 'thread polls' as const, 'poll until a signal' as const), ms: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('child' as const), n: fc.integer({ min: 1, max: 20 }) }) },
);
export type ProgramStep = typeof step extends fc.Arbitrary<infer S> ? S : never;
/** How programs begin, so that few of their calls are in vain: an event in each slot, one of them with a buffer. */
const PREAMBLE: readonly ProgramStep[] = [
  ...KINDS.map((_, kind) => ({ do: 'open' as const, slot: kind, kind, disabled: false, wakeup_events: kind, inherit: false })),
  { do: 'mmap', slot: 0, pages: 1 },
];
export const programs = fc
  .tuple(fc.nat(PREAMBLE.length), fc.array(step, { maxLength: 40, size: 'max' }))
  .map(([length, rest]) => [...PREAMBLE.slice(0, length), ...rest]);
