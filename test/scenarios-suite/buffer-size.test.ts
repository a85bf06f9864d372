/** docs/buffer-size.md: its commands print what it says they print. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { sweepCommand } from '../../bin/commands/sweep.ts';
import { loadSimulation } from '../../bin/simulation.ts';
import { run } from '../../perf/index.ts';

const TEXT = readFileSync(new URL('../../docs/buffer-size.md', import.meta.url), 'utf8');
const EXAMPLES = [...TEXT.matchAll(/^ {4}\$ perfsim sweep (.+)\n((?: {4}(?!\$).+\n)+)/gm)].map(([, words, output]) => [words, output.replaceAll(/^ {4}/gm, '')]);

let folder: string;
let stdout: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweep-'));
  stdout = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

test.each(EXAMPLES)('perfsim sweep %s', async (words, output) => {
  const command = sweepCommand(loadSimulation, async function* runAll(specs) {
    for (const spec of specs) yield await Promise.resolve(run(spec, null));
  });
  await command.run(['-o', join(folder, 'sweep.csv'), ...words.split(' ')]);
  expect(stdout).toBe(output);
});

test('the document has examples', () => {
  expect(EXAMPLES.length).toBe(3);
});
