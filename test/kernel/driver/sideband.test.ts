/** Records beside the samples that came after v3.2: MMAP2, COMM with its exec mark, and context switches. */
import { expect, test } from '@jest/globals';
import {
  Linux, Mapping, PAGE_SIZE, PERF_RECORD_COMM, PERF_RECORD_MISC_COMM_EXEC, PERF_RECORD_MISC_SWITCH_OUT, PERF_RECORD_MISC_USER,
  PERF_RECORD_MMAP2, PERF_RECORD_SWITCH, PERF_RECORD_SWITCH_CPU_WIDE, perf_event_attr, type PerfEventAttr, type Process,
} from '../../../kernel/index.ts';

const FILE = { start: 0x40_0000, length: 0x1000, offset: 0, filename: '/bin/x', inode: { major: 8, minor: 1, number: 77 } };
const DUMMY: Partial<PerfEventAttr> = { type: 1, config: 9n, sample_id_all: true, sample_type: 2n };

function opened(self: Process, attr: Partial<PerfEventAttr>, pid: number, cpu: number): Mapping {
  const fd = self.perf_event_open(perf_event_attr({ ...DUMMY, ...attr }), pid, cpu, -1, 0);
  const mapping = self.mmap(fd, 9 * PAGE_SIZE);
  if (!(mapping instanceof Mapping)) throw new Error(`errno ${String(mapping)}`);
  return mapping;
}

test('an exec reports its mappings with device, inode and protection', () => {
  const linux = new Linux({ kernel: 'v6.18' });
  const [self, other] = [linux.spawn('test'), linux.spawn('other')];
  // An exec takes away what the process has mapped, so that somebody else has to watch it.
  const mapping = opened(self, { comm: true, mmap: true, mmap2: true }, other.tid, -1);
  other.exec({ comm: 'x', maps: [FILE] });
  const [comm, mmap2] = mapping.read();
  expect([comm.type, comm.misc, comm.comm]).toEqual([PERF_RECORD_COMM, PERF_RECORD_MISC_COMM_EXEC, 'x']);
  const { type, misc, size, body } = mmap2;
  expect([type, misc, size]).toEqual([PERF_RECORD_MMAP2, PERF_RECORD_MISC_USER, 8 + 8 + 24 + 32 + 8 + 8]);
  const [major, minor, inode, protection, flags] = [40, 44, 48, 64, 68].map((at) => body.getUint32(at, true));
  expect({ major, minor, inode, protection, flags }).toEqual({ major: 8, minor: 1, inode: 77, protection: 5, flags: 2 });
});

test('a task is told of its own switches, a CPU of whom it switches to', () => {
  const self = new Linux({ kernel: 'v6.18', cpus: 1 }).spawn('test');
  const task = opened(self, { context_switch: true }, 0, -1);
  const cpu = opened(self, { context_switch: true }, -1, 0);
  self.sleep(1_000_000);
  const [out, back] = [PERF_RECORD_MISC_SWITCH_OUT, 0];
  expect(task.read().map(({ type, misc }) => [type, misc])).toEqual([[PERF_RECORD_SWITCH, out], [PERF_RECORD_SWITCH, back]]);
  // The idle task comes and goes, too: its own pid is 0.
  const { tid } = self;
  expect(cpu.read().map(({ type, misc, body }) => [type, misc, body.getUint32(12, true)])).toEqual([
    [PERF_RECORD_SWITCH_CPU_WIDE, out, 0], [PERF_RECORD_SWITCH_CPU_WIDE, back, tid],
    [PERF_RECORD_SWITCH_CPU_WIDE, out, tid], [PERF_RECORD_SWITCH_CPU_WIDE, back, 0],
  ]);
});
