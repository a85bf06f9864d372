/** docs/your-own-kernel.md, executed: its files are written, its commands run, and they print what it shows. */
import { expect, test } from '@jest/globals';
import { exchanges, inFolder } from '../support/session.ts';

const DOCUMENT = 'docs/your-own-kernel.md';

/** Without what changes with every edit of the kernel's files and every reduction of the search: lines and figures. */
function lasting(text: string): string {
  return text.trim()
    .replaceAll(/complete: .* schedules/g, 'complete')
    .replaceAll(/ +(kernel\/\S+\.ts):\d+/g, ' $1')
    .replaceAll(/--schedule \S+/g, '--schedule')
    .replaceAll(/ +$/gm, '');
}

test('a candidate fix fails with its table, is repaired, never fails, and runs in time', () => {
  const all = exchanges(DOCUMENT);
  expect(all.map(({ command }) => command.split(' ').slice(0, 2).join(' '))).toEqual([
    'cat mine.ts', 'perfsim explore', 'cat mine.ts', 'perfsim explore', 'perfsim explore', 'cat question.ts', 'perfsim explore', 'perfsim record', 'perfsim report',
    'cat every-other.ts', 'perfsim explore',
  ]);
  inFolder((execute) => {
    for (const exchange of all) expect(`${exchange.command}\n${lasting(execute(exchange))}`).toBe(`${exchange.command}\n${lasting(exchange.output)}`);
  });
});
