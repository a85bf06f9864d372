/** A kernel that the probe can make its system calls on: the one that runs here, or one in a virtual machine. */
import { spawnSync } from 'node:child_process';
import { release } from 'node:os';

/** The program in C (probe.c), as it has been built. */
export const PROBE = 'dist/bench/real-kernel-probe';
/** Milliseconds after which the kernel is believed to hang. */
const PATIENCE_MS = 300_000;

export interface RealKernel {
  /** `uname -r`; empty as long as it has not run. */
  readonly release: string;
  /** Gives the probe its input; returns its output. */
  run(programs: string): string;
}

export const THIS_KERNEL: RealKernel = {
  release: release(),
  run(programs) {
    const { stdout, error } = spawnSync(PROBE, {
      input: programs, encoding: 'utf8', maxBuffer: 2 ** 30, timeout: PATIENCE_MS, killSignal: 'SIGKILL',
    });
    if (error !== undefined) throw error;
    return stdout;
  },
};
