/** The table of `perfsim explore` on terminals: no line is wider than they are. */
import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a terminal of so many columns is sent (script of util-linux), without what progress has written over. */
function onTerminal(columns: number, ...args: string[]): string[] {
  const command = `stty cols ${columns}; ${process.execPath} ${join(process.cwd(), 'dist/bin/perfsim.cjs')} ${args.join(' ')}`;
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8' });
  return stdout.split('\n').map((line) => line.split('\u001b[K').at(-1)).join('\n').replaceAll('\r', '').split('\n');
}

test('a table that is wider than the terminal goes on below, with the names of the questions', () => {
  const lines = onTerminal(100, 'explore');
  const blocks = lines.join('\n').trimEnd().split('\n\n');
  expect(blocks.length).toBeGreaterThan(2);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
  for (const block of blocks) expect(block.split('\n')[1]).toMatch(/^three-events {2,}(lost wakeup|never)/);
  const wide = onTerminal(1000, 'explore');
  expect(wide.filter((line) => line.startsWith('three-events'))).toHaveLength(1);
  expect(blocks.flatMap((block) => block.split('\n')[0].trim().split(/ +/))).toEqual(wide[0].trim().split(/ +/));
}, 60_000);
