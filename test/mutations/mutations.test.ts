/** The list of mutations fits the kernel text, its table fits the list, and the script that tries them catches what it should. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { MUTATIONS, mutated } from './mutations.ts';

test.each(MUTATIONS.map((mutation) => [mutation.file, mutation.line, mutation] as const))('%s has once: %s', (file, _, mutation) => {
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n');
  const changed = mutated(text, mutation)!.split('\n');
  expect(changed.filter((line, i) => line !== lines[i])).toEqual([mutation.replacement]);
});

test('the table has a row for each mutation, and says how many are noticed', () => {
  const table = readFileSync('docs/mutations.md', 'utf8');
  const rows = table.split('\n').filter((line) => line.startsWith('| `kernel/'));
  expect(rows.map((row) => row.replaceAll('\\|', '|'))).toEqual(MUTATIONS.map(({ file, line, why }) => expect.stringMatching(literally(`| \`${file}\` | \`${line}\` | `, ` | ${why} | `))));
  const survivors = rows.filter((row) => row.includes('**survives**')).length;
  expect(table).toContain(`\n${MUTATIONS.length - survivors} of ${MUTATIONS.length} are noticed.\n`);
  expect(survivors).toBeLessThanOrEqual(2);
});

function literally(...parts: string[]): RegExp {
  return new RegExp(parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*'));
}

describe('the script', () => {
  const tried = (...words: string[]) => spawnSync(process.execPath, ['bench/run.mjs', 'mutations', ...words], { encoding: 'utf8' });

  test('catches a mutant with the scenario that is about it', () => {
    const { status, stdout } = tried('writer.parent ?? writer', 'threads-on-one-cpu');
    expect(stdout).toMatch(/\ncaught .*kernel\/ring_buffer\.ts: const event = writer\.parent \?\? writer; \| threads-on-one-cpu seed \d: samples of cycles #1: \d+, expected 1970\.\.2040\n1 of 1 mutants are caught, 0 survive\.\n$/);
    expect(status).toBe(0);
  });

  test('says that a mutant survives the scenario that is not, and that nothing has changed', () => {
    const { status, stdout } = tried('writer.parent ?? writer', 'exit-records');
    expect(stdout).toContain('\nSURVIVES kernel/ring_buffer.ts: const event = writer.parent ?? writer; | counts changed in no run\n0 of 1 mutants are caught, 1 survive.\n');
    expect(status).toBe(1);
  });
});
