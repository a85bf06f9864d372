/** `perfsim test` from end to end, on scenarios that are quick: what it prints, and its exit status. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { testCommand } from '../../bin/commands/test.ts';
import { readScenarios } from '../../bin/scenario-files.ts';
import { loadSimulation } from '../../bin/simulation.ts';
import { run } from '../../perf/index.ts';

const all = await readScenarios([]);
let stdout: string;

beforeEach(() => {
  stdout = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
});
afterEach(() => {
  jest.restoreAllMocks();
});

const perfsimTest = async (...words: string[]): Promise<number> =>
  testCommand(loadSimulation, async function* runAll(specs) {
    for (const spec of specs) yield await Promise.resolve(run(spec, null));
  }).run(words);

/** The scenario's number as it is printed: its place in the list of all. */
function numbered(name: string): string {
  return String(all.findIndex(({ scenario }) => scenario.name === name) + 1).padStart(3);
}

describe('on the kernel with the fix', () => {
  test('the suite is green, number by number', async () => {
    expect(await perfsimTest('threads-on-one-cpu', 'report-of-2011')).toBe(0);
    expect(stdout).toBe(`${numbered('threads-on-one-cpu')}: two threads on one CPU: Ok\n${numbered('report-of-2011')}: the report of 2011    : Ok\nAll 2 scenarios are as expected on v3.2.\n`);
  });

  test('-v shows the counts', async () => {
    await perfsimTest('-v', 'report-of-2011');
    expect(stdout).toMatch(/\n {7}samples of cycles #1 +36\d\d\n/);
  });
});

describe('on the kernel with the bug', () => {
  test('what it breaks is reported with its counts and the command that does it again', async () => {
    expect(await perfsimTest('-k', 'v3.1', 'threads-on-one-cpu')).toBe(1);
    expect(stdout).toContain(`${numbered('threads-on-one-cpu')}: two threads on one CPU: FAILED! (known)\n`);
    expect(stdout).toMatch(/\n {7}samples of cycles #2: \d+\.\.\d+, expected 1970\.\.2040 \(2 of 2 seeds, such as 1\)\n/);
    expect(stdout).toContain('\n       replay: perfsim record --mmap-pages=16 --event=cycles,cycles,cycles --cpus=1 --tool=3.2 --kernel=v3.1 --seed=1 thloop 2\n');
    expect(stdout).toMatch(/\nThe scenario failed on v3\.1, as it is known to\.\n$/);
  });

  test.each([
    ['ktap', /^KTAP version 1\n1\.\.1\n {4}KTAP version 1\n {4}1\.\.1\n {4}# samples of cycles #1: .*\n(?: {4}# .*\n)+ {4}# replay: perfsim record .* thloop 2\n {4}not ok 1 two threads on one CPU\nnot ok 1 threads-on-one-cpu\n$/],
    ['junit', /<testsuite name="threads-on-one-cpu" tests="1" failures="1">\n {4}<testcase classname="threads-on-one-cpu" name="two threads on one CPU">\n {6}<failure type="known" message="samples of cycles #1: [^"]*">samples of cycles #1: .*\n(?:.*\n)*replay: perfsim record .* thloop 2<\/failure>\n/],
    ['json', /"isOk": false,\n {4}"isKnownToFail": true/],
  ])('%s says so too', async (format, expected) => {
    expect(await perfsimTest('-k', 'v3.1', '--format', format, 'threads-on-one-cpu')).toBe(1);
    expect(stdout).toMatch(expected);
  });
});

test('--list shows every scenario with its number', async () => {
  expect(await perfsimTest('--list')).toBe(0);
  expect(stdout.split('\n').length - 1).toBe(all.length);
});

test('a name that is not in the suite is refused', async () => {
  await expect(perfsimTest('tree-events')).rejects.toThrow("unknown scenario 'tree-events'; did you mean 'three-events'?");
});
