/** The code caches of the built command: this Node takes them, and does without those that are broken or missing. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/source-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'perfsim-code-cache-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Says in a file whether V8 refuses the code that a script is loaded with; undefined if it is loaded with none. */
const OBSERVER = join(folder, 'observer.cjs');
writeFileSync(OBSERVER, `
  const vm = require('node:vm');
  vm.Script = class extends vm.Script {
    constructor(...all) {
      super(...all);
      require('node:fs').writeFileSync('refused', String(this.cachedDataRejected));
    }
  };
`);

/** Whether the code of the command was refused. */
function refused(root: string, words: readonly string[]): string {
  const { status } = spawnSync(process.execPath, ['--require', OBSERVER, join(root, 'dist/bin/perfsim.cjs'), ...words], { cwd: folder });
  expect(status).toBe(0);
  return readFileSync(join(folder, 'refused'), 'utf8');
}

const RECORD = ['record', '-q', '-N', '-e', 'cycles,cycles,cycles', 'noploop', '0.1'];

describe('a command', () => {
  test.each([
    [RECORD], [['report']], [['script']], [['evlist']], [['data', 'convert', '--to-json', '-']], [['stat', 'noploop', '0.1']], [['list']],
    [['explore', 'wake-vs-enqueue', '--kernel', 'v6.18']], [['--help']], [['record', '--help']],
  ])('%j starts from its code cache', (words) => {
    expect(refused(ROOT, words)).toBe('false');
  });
});

describe('a code cache', () => {
  test.each([
    ['moved', () => {}, 'false'],
    ['missing', (path: string) => rmSync(path), 'undefined'],
    ['empty', (path: string) => truncateSync(path), 'true'],
    ['cut short', (path: string) => truncateSync(path, 100_000), 'true'],
    ['something else', (path: string) => writeFileSync(path, 'x'.repeat(100_000)), 'true'],
  ])('that is %s changes nothing of what is recorded', (name, change, isRefused) => {
    const recording = join(folder, 'perf.data');
    refused(ROOT, RECORD);
    const expected = readFileSync(recording);
    const root = join(folder, name);
    for (const part of ['package.json', 'dist/bin', 'dist/code-cache']) cpSync(join(ROOT, part), join(root, part), { recursive: true });
    for (const file of readdirSync(join(root, 'dist/code-cache'))) change(join(root, 'dist/code-cache', file));
    expect(refused(root, RECORD)).toBe(isRefused);
    expect(readFileSync(recording)).toEqual(expected);
  });
});
