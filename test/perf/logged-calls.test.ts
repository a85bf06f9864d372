/** A system call that cannot wait runs without a log: no byte of a recording may show that. */
import { describe, expect, test } from '@jest/globals';
import { KERNELS, type KernelClass } from '../../kernel/index.ts';
import { run } from '../../perf/index.ts';
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
