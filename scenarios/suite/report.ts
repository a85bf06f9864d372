/**
 * The suite's outcome in the manner of `perf test`: numbered scenarios, numbered subtests, `Ok` or `FAILED!`; for a kernel
 * of the user's own the outcome on its parent beside it.
 * Reference: tools/perf/tests/builtin-test.c. Not modelled: colours.
 */
import { comparisonTable } from './comparison.ts';
import { failure, type ScenarioVerdict, type SubtestVerdict } from './suite.ts';

export interface ReportOptions {
  /** Width of the titles' column. */
  width: number;
  verbose: boolean;
  kernel: string;
  /** The kernel whose outcomes stand beside, or null. */
  parent: string | null;
  /** The command that does a failing subtest again. */
  replay: (verdict: SubtestVerdict) => string;
}

/** The lines of one scenario, as soon as it is done. */
export function scenarioLines(number: number, found: ScenarioVerdict, options: ReportOptions): string {
  const { scenario, subtests, parentSubtests, isOk, isKnownToFail } = found;
  const known = isKnownToFail ? (isOk ? ' (but known to fail)' : ' (known)') : '';
  const head = `${String(number).padStart(3)}: ${scenario.title.padEnd(options.width)}: ${outcome(isOk)}${known}${beside(found.isParentOk, options)}\n`;
  if (subtests.length === 1) return `${head}${details(subtests[0], parentSubtests[0], options)}`;
  const lefts = subtests.map(({ subtest }, i) => `${String(number).padStart(3)}.${i + 1}: ${subtest.title}`);
  const width = Math.max(options.width + 5, ...lefts.map((left) => left.length));
  const lines = subtests.map((verdict, i) => {
    const parent = parentSubtests[i] as SubtestVerdict | undefined;
    return `${lefts[i].padEnd(width)}: ${outcome(verdict.isOk)}${beside(parent?.isOk ?? null, options)}\n${details(verdict, parent, options)}`;
  });
  return `${head}${lines.join('')}`;
}

function outcome(isOk: boolean): string {
  return isOk ? 'Ok' : 'FAILED!';
}

/** The parent's outcome, in a column of its own. */
function beside(isParentOk: boolean | null, { parent }: ReportOptions): string {
  return isParentOk === null ? '' : `${' '.repeat(4)}${parent}: ${outcome(isParentOk)}`;
}

export function closingLine(verdicts: readonly ScenarioVerdict[], { kernel, parent }: Pick<ReportOptions, 'kernel' | 'parent'>): string {
  const first = verdicts.length === 1 ? closingOfOne(verdicts[0], kernel) : closingOfMany(verdicts, kernel, parent === null);
  return parent === null ? first : `${first}${againstParent(verdicts, kernel, parent)}`;
}

function closingOfOne({ isOk, isKnownToFail }: ScenarioVerdict, kernel: string): string {
  return `The scenario ${isOk ? 'is as expected' : 'failed'} on ${kernel}${!isOk && isKnownToFail ? ', as it is known to' : ''}.\n`;
}

function closingOfMany(verdicts: readonly ScenarioVerdict[], kernel: string, isOfLineage: boolean): string {
  const failed = verdicts.filter(({ isOk }) => !isOk).length;
  if (failed === 0) return `All ${verdicts.length} scenarios are as expected on ${kernel}.\n`;
  return `${failed} of ${verdicts.length} scenarios failed on ${kernel}${isOfLineage ? `, ${knownNote(verdicts, kernel)}` : ''}.\n`;
}

function knownNote(verdicts: readonly ScenarioVerdict[], kernel: string): string {
  const exactly = verdicts.every(({ isOk, isKnownToFail }) => isOk !== isKnownToFail);
  return exactly ? `exactly those that ${kernel} is known to break` : `${verdicts.filter(({ isOk, isKnownToFail }) => !isOk && isKnownToFail).length} of them known`;
}

/** What the change repairs, and what it breaks. */
function againstParent(verdicts: readonly ScenarioVerdict[], kernel: string, parent: string): string {
  const names = (chosen: readonly ScenarioVerdict[]): string => (chosen.length === 0 ? 'none' : chosen.map(({ scenario }) => scenario.name).join(', '));
  const repaired = verdicts.filter(({ isOk, isParentOk }) => isOk && isParentOk === false);
  const broken = verdicts.filter(({ isOk, isParentOk }) => !isOk && isParentOk === true);
  return `Against its parent ${parent}, ${kernel} repairs ${repaired.length} (${names(repaired)}) and breaks ${broken.length} (${names(broken)}).\n`;
}

function details(verdict: SubtestVerdict, parent: SubtestVerdict | undefined, { verbose, kernel, parent: name, replay }: ReportOptions): string {
  const columns = [{ title: parent === undefined ? 'counts' : kernel, results: verdict.seeds.map(({ result }) => result) }];
  if (parent !== undefined) columns.push({ title: name!, results: parent.seeds.map(({ result }) => result) });
  const counts = verbose ? comparisonTable(columns).split('\n').slice(0, -1) : [];
  return [...counts, ...(verdict.isOk ? [] : failure(verdict, replay))].map((line) => `       ${line}\n`).join('');
}
