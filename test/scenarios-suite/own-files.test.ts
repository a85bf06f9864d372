/** What a user brings: a kernel, with its parent's results beside it, and scenarios in YAML and TypeScript. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { typedScenario } from '../../scenarios/suite/load.ts';
import { TIMED } from '../../scenarios/timed/index.ts';

const ROOT = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'perfsim-own-'));
afterAll(() => rmSync(folder, { recursive: true }));

function perfsimTest(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(ROOT, 'dist/bin/perfsim.cjs'), 'test', '--workers', '1', ...words], { cwd: folder, encoding: 'utf8' });
}

const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);

describe("a kernel of one's own", () => {
  test('stands beside its parent, and what it repairs is said', () => {
    write('mine.ts', `
      import { V3_1, list_for_each, type PerfEvent } from 'perfsim/kernel';
      export default class Mine extends V3_1 {
        override perf_event_wakeup(event: PerfEvent): void {
          super.perf_event_wakeup(event);
          list_for_each(event.ctx!.event_list, (other: PerfEvent) => this.wake_up_all(other.waitq, other));
        }
      }
    `);
    const { status, stdout } = perfsimTest('--kernel', './mine.ts', '-v', 'threads-on-one-cpu');
    expect(stdout).toMatch(/: two threads on one CPU: Ok {4}v3\.1: FAILED!\n +\.\/mine\.ts +v3\.1\n/);
    expect(stdout).toMatch(/\nAgainst its parent v3\.1, \.\/mine\.ts repairs 1 \(threads-on-one-cpu\) and breaks 0 \(none\)\.\n$/);
    expect(status).toBe(0);
  });

  test('records no counts in the suite', () => {
    const { status, stderr } = perfsimTest('--kernel', './mine.ts', '--update', 'threads-on-one-cpu');
    expect({ status, stderr }).toEqual({ status: 2, stderr: 'perfsim: --update records kernels of your own beside scenarios of your own: name the files of these.\n' });
  });

  test('that breaks what its parent has right fails', () => {
    write('worse.ts', "import { V3_2 } from 'perfsim/kernel';\nexport default class Worse extends V3_2 { override ring_buffer_wakeup(): void {} }\n");
    const { status, stdout } = perfsimTest('--kernel', './worse.ts', 'threads-on-one-cpu');
    expect(stdout).toContain('breaks 1 (threads-on-one-cpu).\n');
    expect(status).toBe(1);
  });
});

test('the outcomes of subtests stand below each other, however long the titles', () => {
  write('many.yaml', `title: many events\ncommand: record noploop 0.01\nvary:\n  event: ['cycles', '${Array(8).fill('cycles').join(',')}']\nexpect:\n  lost: 0\n`);
  const { stdout } = perfsimTest('./many.yaml');
  const columns = [...stdout.matchAll(/^ +\d+\.\d: .*(?=: Ok$)/gm)].map(([title]) => title.length);
  expect(columns).toEqual([columns[0], columns[0]]);
});

describe('a scenario in TypeScript', () => {
  const scenario = (check: string): string => `export default { title: 'mine', command: 'record -e cycles noploop 0.1', expect: {}, ${check} };\n`;

  test.each([
    ["check({ result, expect }) { expect('samples', result.events[0].samples, 80, 120); }", /: mine: Ok\n/],
    ["check({ buffer, expect }) { expect('bytes of a sample', buffer.sample, 48); }", /: mine: FAILED!\n {7}bytes of a sample: 40, expected 48 \(1 of 1 seeds, such as 1\)\n/],
    ["check({ expect }) { expect('a share', 2.9394, 2.94, 3); }", / {7}a share: 2\.939, expected 2\.94\.\.3 /],
    ['check() {}', /: mine: FAILED!\n {7}statements of the check: 0, expected at least 1 /],
  ])('%s', (check, expected) => {
    write('mine-scenario.ts', scenario(check));
    const { stdout } = perfsimTest('./mine-scenario.ts');
    expect(stdout).toMatch(expected);
  });

  test.each([
    ['await new Promise(() => {});', "'./bad.ts' waits for ever when it is loaded."],
    ["export default { title: 'x', command: 'record noploop 1', expect: { lots: 0 } };", /^\.\/bad\.ts: expect: unknown key 'lots', did you mean 'lost'\?; expected one of samples, /],
    ["export default { title: 'x', command: 'record noploop 1', expect: {}, async check() {} };", "the check of 'bad' fails: it is asynchronous, and what it states after an await comes too late; write it without async."],
    ["export default { title: 'x', command: 'record noploop 1', expect: {}, check({ expect }) { expect('x', '1', 2); } };", "the check of 'bad' fails: expect('x', …) takes numbers: what was found, the least and the most, not '1'."],
    ["export default { title: 'x', command: 'record noploop 1', expect: { lost: 0 }, fails_on: ['v3.l'] };", "./bad.ts: fails_on: 0: unknown kernel 'v3.l'; did you mean 'v3.1'?"],
    ["export default { title: 'x', command: 'record --seed 3 noploop 1', expect: { lost: 0 } };", "./bad.ts: command: --seed is not for the command: a scenario says it with its key 'seeds'."],
    ["export default { title: 'x', command: 'noploop 1', expect: { lost: 0 } };", "./bad.ts: command: expected the words of 'perfsim record', such as 'record -e cycles,cycles noploop 10', not 'noploop'."],
    ['export const x = 1;', "'./bad.ts' exports no scenario: write 'export default { title: …, command: …, expect: { … } }'."],
    ["export default { title: 'x', command: 'record noploop 1', expect: {} };", './bad.ts: expect: expected at least one expectation: without any, nothing can fail.'],
    ["export default { title: 'x', command: 'record noploop 1', expect: { lost: '5K' } };", './bad.ts: expect: lost: expected a count such as 0, 9990..10010, 10.. (at least) or ..5 (at most), without a unit.'],
    ["export default { title: 'x', command: 'record noploop 1', expect: {}, check() { throw new Error('oh'); } };", "the check of 'bad' fails: oh."],
  ])('%s is refused', (text, sentence) => {
    write('bad.ts', text);
    const { status, stderr } = perfsimTest('./bad.ts');
    expect({ status, sentence: stderr.replace(/^perfsim: |\n$/g, '') }).toEqual({ status: 2, sentence: typeof sentence === 'string' ? sentence : expect.stringMatching(sentence) });
  });

  test('of the suite is in its index, and under the name of its file', () => {
    const files = readdirSync(join(ROOT, 'scenarios/timed')).filter((file) => file.endsWith('.ts') && file !== 'index.ts').map((file) => file.replace(/\.ts$/, ''));
    expect(Object.keys(TIMED)).toEqual(files.sort());
    for (const [name, exported] of Object.entries(TIMED)) expect(typedScenario(`${name}.ts`, exported).name).toBe(name);
  });
});

test('a scenario in YAML is run on any kernel', () => {
  write('mine.yaml', 'title: a short run\ncommand: record -e cycles noploop 0.1\nexpect: { samples: 1 }\n');
  const { status, stdout } = perfsimTest('-k', 'v3.1', './mine.yaml');
  expect(stdout).toMatch(/: a short run: FAILED!\n {7}samples of cycles: \d+, expected 1 \(1 of 1 seeds, such as 1\)\n {7}replay: perfsim record --event=cycles --tool=3\.2 --kernel=v3\.1 --seed=1 noploop 0\.1\n/);
  expect(status).toBe(1);
});

test('what does a run again is quoted for the shell', () => {
  write('group.yaml', "title: a group\ncommand: record -e {cycles,instructions}:S noploop 0.1\nexpect: { samples: 1 }\n");
  expect(perfsimTest('./group.yaml').stdout).toContain("replay: perfsim record '--event={cycles,instructions}:S' --tool=3.2");
});
