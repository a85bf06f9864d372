/** docs/defects.md, executed: every defect is found where it is said to be, and never where it is said to be repaired. */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { explore, type Verdict } from '../../kernel/explore/scenario.ts';
import { KERNELS } from '../../kernel/index.ts';
import { SCENARIOS } from '../../scenarios/index.ts';

const text = readFileSync('docs/defects.md', 'utf8');
const rows = [...text.matchAll(/^\| (.+) \| ([\w-]+) \| ([\w -]+) \| ([\w.-]+) \| ([\w.-]+) \|$/gm)].map(([, ...cells]) => cells).filter(([, name]) => name !== '---');

function answer(question: string, kernel: string): Verdict {
  const scenario = SCENARIOS.find(({ name }) => name === question);
  const found = KERNELS.find(({ variant }) => variant.name === kernel);
  if (scenario === undefined || found === undefined) throw new Error(`the table names ${question} on ${kernel}`);
  return explore(scenario, found);
}

test('the table has all the defects of section 5.9', () => {
  const named = new Set(rows.flatMap(([defect]) => defect.match(/\bD-[a-j]\b/g) ?? []));
  expect([...named].sort().join(' ')).toBe('D-a D-b D-c D-d D-e D-f D-g D-h D-i D-j');
});

describe.each(rows)('%s', (_, question, kind, on, repaired) => {
  test(`is found on ${on}`, () => {
    expect(answer(question, on)).toMatchObject({ verdict: 'sometimes', kind });
  });

  test(`never happens on ${repaired}`, () => {
    expect(answer(question, repaired)).toMatchObject({ verdict: 'never', complete: true });
  });
});

test('the questions without a repair are answered alike on every kernel of upstream', () => {
  const paragraph = /^Named by the kernel's history[^]*?\n\n/m.exec(text)![0];
  const questions = paragraph.match(/[a-z]+-[a-z]+(-[a-z]+)*(?=[),])/g)!.filter((word) => SCENARIOS.some(({ name }) => name === word));
  expect(questions).toEqual(['both-pollers', 'nmi-in-lost', 'signal-window', 'stamp-drift']);
  for (const question of questions) for (const kernel of ['v3.1', 'v6.18']) expect(answer(question, kernel).verdict).toBe('sometimes');
});
