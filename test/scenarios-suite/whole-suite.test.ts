/** The whole suite as it is shipped, and docs/scenarios.md, whose commands print what it says. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';

const PERFSIM = join(process.cwd(), 'dist/bin/perfsim.cjs');
const folder = mkdtempSync(join(tmpdir(), 'perfsim-suite-'));
afterAll(() => rmSync(folder, { recursive: true }));

const perfsim = (...words: string[]) => spawnSync(process.execPath, [PERFSIM, ...words], { cwd: folder, encoding: 'utf8' });

describe('the whole suite', () => {
  test('is as expected and as recorded on v3.2', () => {
    const { status, stdout } = perfsim('test');
    expect({ status, failed: stdout.split('\n').filter((line) => line.includes('FAILED!')), last: stdout.trim().split('\n').at(-1) })
      .toEqual({ status: 0, failed: [], last: expect.stringMatching(/^All \d+ scenarios are as expected on v3\.2\.$/) });
  }, 180_000);

  test('fails on v3.1 exactly where its bug is', () => {
    const { status, stdout } = perfsim('test', '-k', 'v3.1');
    expect(status).toBe(1);
    expect(stdout).toMatch(/\n\d+ of \d+ scenarios failed on v3\.1, exactly those that v3\.1 is known to break\.\n$/);
  }, 180_000);
});

describe('docs/scenarios.md', () => {
  const text = readFileSync('docs/scenarios.md', 'utf8');
  const blocks = [...text.matchAll(/^ {4}\$ (.+)\n((?: {4}(?!\$).*\n|\n(?= {4}))*)/gm)].map(([, command, output]) => ({ command, output: output.replaceAll(/^ {4}/gm, '').trimEnd() }));

  test('has commands and files', () => {
    expect(blocks.map(({ command }) => command.split(' ')[0])).toEqual(['cat', 'perfsim', 'cat', 'perfsim', 'cat', 'perfsim']);
  });

  test('they print what it says', () => {
    for (const { command, output } of blocks) {
      const [program, ...words] = command.split(' ');
      if (program === 'cat') writeFileSync(join(folder, words[0]), `${output}\n`);
      else expect({ command, output: perfsim(...words).stdout.trimEnd() }).toEqual({ command, output });
    }
  });
});
