/** Reading and writing where the other end may be slow. */

/** How long a full pipe is left alone before the next try. */
const RETRY_MS = 1;

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Does read(2) or write(2) on a pipe that some other process has set to O_NONBLOCK, as often as it takes; 0 at the end. */
export function insist(action: () => number): number {
  for (;;) {
    try {
      return action();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      sleep(RETRY_MS);
    }
  }
}
