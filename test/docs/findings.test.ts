/** docs/findings.md, executed: each command gives the answers that stand behind it, one for each kernel. */
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { explainWord, explore, worldsOf } from '../../kernel/explore/scenario.ts';
import { KERNELS } from '../../kernel/index.ts';
import { SCENARIOS } from '../../scenarios/index.ts';

const text = readFileSync('docs/findings.md', 'utf8');
const commands = [...text.matchAll(/^ {4}perfsim explore ([\w-]+) --kernel ([\w.,-]+) +# (.+)$/gm)].map(([, question, kernels, answers]) => [question, kernels, answers] as const);

test('every finding has a command, and every command its answers', () => {
  const sections = text.split(/^## /m).slice(1);
  expect(sections.filter((section) => !/^ {4}perfsim explore .* # /m.test(section)).map((section) => section.split('\n')[0])).toEqual([]);
  expect(commands.length).toBe(text.match(/^ {4}perfsim explore/gm)!.length);
});

test.each(commands)('%s on %s: %s', (question, kernels, answers) => {
  const scenario = SCENARIOS.find(({ name }) => name === question)!;
  const found = kernels.split(',').map((name) => {
    const kernel = KERNELS.find(({ variant }) => variant.name === name)!;
    const worlds = worldsOf(scenario, kernel);
    const { kind, verdict, schedule } = explore(scenario, kernel, {}, worlds);
    if (schedule !== null) expect(explainWord(worlds, schedule)?.violation?.kind).toBe(kind);
    return kind ?? verdict;
  });
  expect(found.join(', ')).toBe(answers);
});
