/**
 * The suite's outcome for machines: KTAP for kernel developers, JUnit for CI, JSON for everything else.
 * Reference: Documentation/dev-tools/ktap.rst; the JUnit schema of Jenkins. Not modelled: times, as a run has none.
 */
import { failure, type ScenarioVerdict, type SubtestVerdict } from './suite.ts';

/** `replay` is the command that does a failing subtest again. */
export type Format = (verdicts: readonly ScenarioVerdict[], replay: (failed: SubtestVerdict) => string) => string;

const nameOf = ({ subtest }: SubtestVerdict): string => subtest.title || subtest.scenario.title;

const ktap: Format = (verdicts, replay) => {
  const lines = verdicts.flatMap(({ scenario, subtests, isOk }, i) => [
    '    KTAP version 1',
    `    1..${subtests.length}`,
    ...subtests.flatMap((verdict, j) => [
      ...(verdict.isOk ? [] : failure(verdict, replay).map((line) => `    # ${line}`)),
      `    ${verdict.isOk ? 'ok' : 'not ok'} ${j + 1} ${nameOf(verdict)}`,
    ]),
    `${isOk ? 'ok' : 'not ok'} ${i + 1} ${scenario.name}`,
  ]);
  return `KTAP version 1\n1..${verdicts.length}\n${lines.join('\n')}\n`;
};

const junit: Format = (verdicts, replay) => {
  const suites = verdicts.map(({ scenario, subtests, isKnownToFail }) => {
    const type = isKnownToFail ? ' type="known"' : '';
    const cases = subtests.map((verdict) => {
      const head = `    <testcase classname="${escaped(scenario.name)}" name="${escaped(nameOf(verdict))}"`;
      if (verdict.isOk) return `${head}/>\n`;
      const lines = failure(verdict, replay);
      return `${head}>\n      <failure${type} message="${escaped(lines[0])}">${escaped(lines.join('\n'))}</failure>\n    </testcase>\n`;
    });
    const failures = subtests.filter(({ isOk }) => !isOk).length;
    return `  <testsuite name="${escaped(scenario.name)}" tests="${subtests.length}" failures="${failures}">\n${cases.join('')}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`;
};

const json: Format = (verdicts) => {
  const scenarios = verdicts.map(({ scenario, subtests, isOk, isParentOk, isKnownToFail }) => ({
    name: scenario.name,
    title: scenario.title,
    isOk,
    isKnownToFail,
    ...(isParentOk === null ? {} : { isParentOk }),
    subtests: subtests.map(({ subtest, isOk, seeds, changes }) => ({ title: subtest.title, isOk, changes, seeds })),
  }));
  return `${JSON.stringify(scenarios, null, 2)}\n`;
};

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

export const FORMATS: Readonly<Record<'ktap' | 'junit' | 'json', Format>> = { ktap, junit, json };
