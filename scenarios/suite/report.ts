/**
 * The suite's outcome in the manner of `perf test`: numbered scenarios, numbered subtests, `Ok` or `FAILED!`.
 * Reference: tools/perf/tests/builtin-test.c. Not modelled: colours.
 */
import { comparisonTable } from './comparison.ts';
import { summaries, type ScenarioVerdict, type SubtestVerdict } from './suite.ts';

export interface ReportOptions {
  /** Width of the titles' column. */
  width: number;
  verbose: boolean;
  /** The command that does a failing subtest again. */
  replay: (verdict: SubtestVerdict) => string;
}

/** The lines of one scenario, as soon as it is done. */
export function scenarioLines(number: number, { scenario, subtests, isOk, isKnownToFail }: ScenarioVerdict, options: ReportOptions): string {
  const head = `${String(number).padStart(3)}: ${scenario.title.padEnd(options.width)}:`;
  const known = isKnownToFail ? ' (known)' : '';
  const status = isOk ? `Ok${isKnownToFail ? ' (but known to fail)' : ''}` : `FAILED!${known}`;
  const [only] = subtests;
  if (subtests.length === 1) return `${head} ${status}\n${details(only, options)}`;
  const lines = subtests.map((verdict, i) => {
    const left = `${String(number).padStart(3)}.${i + 1}: ${verdict.subtest.title}`;
    return `${left.padEnd(options.width + 5)}: ${verdict.isOk ? 'Ok' : 'FAILED!'}\n${details(verdict, options)}`;
  });
  return `${head} ${status}\n${lines.join('')}`;
}

export function closingLine(verdicts: readonly ScenarioVerdict[], kernel: string): string {
  const failed = verdicts.filter(({ isOk }) => !isOk);
  if (failed.length === 0) return `All ${verdicts.length} scenarios are as expected on ${kernel}.\n`;
  const known = failed.filter(({ isKnownToFail }) => isKnownToFail).length;
  const exactly = verdicts.every(({ isOk, isKnownToFail }) => isOk !== isKnownToFail);
  const note = exactly ? `exactly those that ${kernel} is known to break` : `${known} of them known`;
  return `${failed.length} of ${verdicts.length} scenarios failed on ${kernel}, ${note}.\n`;
}

function details(verdict: SubtestVerdict, { verbose, replay }: ReportOptions): string {
  const counts = verbose ? comparisonTable([{ title: 'counts', results: verdict.seeds.map(({ result }) => result) }]).split('\n').slice(0, -1) : [];
  const failure = verdict.isOk ? [] : [...summaries(verdict), `replay: ${replay(verdict)}`];
  return [...counts, ...failure].map((line) => `       ${line}\n`).join('');
}
