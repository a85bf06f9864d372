/** The options that each command's help shows. */
import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

function perfsim(...args: string[]): { stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(process.cwd(), 'dist/bin/perfsim.cjs'), ...args], { encoding: 'utf8' });
}

const COMMANDS = readdirSync('bin/commands').map((file) => file.replace(/\.ts$/, ''));

test.each(COMMANDS)('no two options of %s have the same letter, or the same name', (command) => {
  const { stdout } = perfsim(command, '--help');
  const shown = [...stdout.matchAll(/^ +(?:(-\w), )?(-[\w-]+)/gm)].flatMap(([, letter, name]) => (letter === undefined ? [name] : [letter, name]));
  expect(shown).toContain('--help');
  expect(shown.filter((name, i) => shown.indexOf(name) !== i)).toEqual([]);
});

test('view explains what a page of a counterexample takes', () => {
  const { stdout } = perfsim('view', 'explore', '--help');
  expect(stdout).toMatch(/^ +-o, --output <file> +the page \(default perf\.html\)$/m);
  expect(stdout).toMatch(/^ +-k, --kernel <names> /m);
  expect(stdout).not.toContain('--format');
});

test('-k names kernels where kernels vary', () => {
  const { stdout } = perfsim('compare', '-k', 'v3.1,v3.2', '--seeds', '1..2', '--', 'record', 'noploop', '0.1');
  expect(stdout).toMatch(/\n +v3\.1 +v3\.2\n/);
});
