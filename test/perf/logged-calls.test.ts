/** A system call that cannot wait runs without a log: no byte of a recording may show that. */
import { describe, expect, test } from '@jest/globals';
import { KERNELS, PERF_FLAG_FD_CLOEXEC, Sys, TimedSystem, type KernelClass, type Program, type VmArea } from '../../kernel/index.ts';
import { run } from '../../perf/index.ts';
import { config_attrs } from '../../perf/tool/attr.ts';
import { nehalem } from '../../pmu/chips/nehalem.ts';
import { location } from '../../pmu/location.ts';
import { Bytes, recorded, specOf, type Job } from './job.ts';

/** What the kernel records when it is not known where it waits, so that all of its calls are logged. */
function recordedWithLogs(job: Job, kernel: KernelClass): Uint8Array {
  const bytes = new Bytes();
  // A class of one's own, with the text of the other.
  run(specOf(job), bytes, { kernel: class extends kernel {} });
  return bytes.all;
}

describe('a recording', () => {
  test.each(KERNELS.map((kernel) => [kernel.variant.name, kernel] as const))('is the same on %s with all calls logged', (name, kernel) => {
    for (const pmu of ['nehalem', 'amd64']) {
      const job = { kernel: name, pmu, seconds: 0.05, mmap_pages: 2, freq: 8000 };
      expect(recordedWithLogs(job, kernel)).toEqual(recorded(job));
    }
  });
});

const WORK = location('user', 'work', 0x40_0000, 0x100, {});

/** A program that takes a sample, with a wakeup, every 11 µs; its exec ends the event, whose last wakeup may be on its way. */
function* execsWithEvents(sys: Sys, kernel: KernelClass): Program {
  const [attr] = config_attrs({ ...specOf({ events: 1, freq: null, period: 30_000 }).record, inherit: false });
  const sampled = { ...attr, disabled: false, enable_on_exec: false, watermark: false, wakeup_events: 1 };
  const knowsFlag = kernel.variant.name.startsWith('v6');
  const fd = yield* sys.perf_event_open(sampled, 0, -1, -1, knowsFlag ? PERF_FLAG_FD_CLOEXEC : 0);
  yield* sys.mmap(fd, { pages: 9, writable: true, shared: true, page_offset: 0 });
  if (!knowsFlag) yield* sys.close(fd);
  yield* sys.run(WORK, 100_000);
  yield* sys.execve({ comm: 'other', maps: [] });
  yield* sys.exit();
}

test.each(['v3.1', 'v3.2', 'v6.18'])('an exec that ends events waits for their last interrupts, on %s', (name) => {
  const kernel = KERNELS.find(({ variant }) => variant.name === name)!;
  for (let seed = 1; seed <= 100; seed++) {
    const system = new TimedSystem({ chip: nehalem, cpus: 1, seed: String(seed), kernel, logged_calls: 'waiting' });
    const { task } = system.spawn('program', (own) => execsWithEvents(new Sys(system, own), kernel));
    system.runUntilExit(task);
    expect({ alive: system.isAlive(task), comm: task.comm }).toEqual({ alive: false, comm: 'other' });
  }
});

/** A thread goes on changing the address space while another unmaps: that one holds mmap_sem when it waits for a wakeup's end. */
function* unmapsBesideAThread(sys: Sys): Program {
  const [attr] = config_attrs({ ...specOf({ events: 1, freq: null, period: 30_000 }).record, inherit: false });
  const request = { pages: 9, writable: true, shared: true, page_offset: 0 };
  const sampled = { ...attr, disabled: false, enable_on_exec: false, watermark: false, wakeup_events: 1 };
  const other = (yield* sys.mmap(yield* sys.perf_event_open(attr, 0, -1, -1, 0), request)) as VmArea;
  const thread = yield* sys.clone(function* changes(own) {
    for (let i = 0; i < 200; i++) {
      yield* own.run(WORK, 1000);
      expect(yield* own.mprotect(other)).toBe(0);
    }
    yield* own.exit();
  });
  for (let i = 0; i < 10; i++) {
    const fd = yield* sys.perf_event_open(sampled, 0, -1, -1, 0);
    const vma = (yield* sys.mmap(fd, request)) as VmArea;
    yield* sys.close(fd);
    yield* sys.run(WORK, 20_000);
    expect(yield* sys.munmap(vma)).toBe(0);
  }
  yield* sys.wait(thread);
  yield* sys.exit();
}

test('a call waits for the lock that a call holds which waits, or has not gone on since', () => {
  const kernel = KERNELS.find(({ variant }) => variant.name === 'v3.2')!;
  for (let seed = 1; seed <= 60; seed++) {
    const system = new TimedSystem({ chip: nehalem, cpus: 2, seed: String(seed), kernel, logged_calls: 'waiting' });
    const { task } = system.spawn('program', (own) => unmapsBesideAThread(new Sys(system, own)));
    system.runUntilExit(task);
    expect(system.isAlive(task)).toBe(false);
  }
});
