/** One line on a terminal, none elsewhere. */
import { expect, test } from '@jest/globals';
import { Progress } from '../../bin/progress.ts';

/** Reports every 50 ms for a second and a half, and returns what was written. */
function run(isTTY: boolean): string[] {
  const written: string[] = [];
  let now = 0;
  const progress = new Progress(() => ({ isTTY, write: (text) => written.push(text) }), () => now);
  for (; now <= 1500; now += 50) progress.update(now * 1e7, 15e9);
  progress.end();
  return written;
}

test('a terminal sees how far the run is, at most every 100 ms, and no trace at the end', () => {
  const written = run(true);
  expect(written[0]).toBe('\r\u001b[K[ perf record: simulated 3.0 s of 15.0 s ]');
  expect(written).toHaveLength(14);
  expect(written.at(-1)).toBe('\r\u001b[K');
});

test('a file or a pipe sees nothing', () => {
  expect(run(false)).toEqual([]);
});
