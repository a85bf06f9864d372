/** `perfsim test`: the regression suite of sample counts, in the manner of `perf test`. */
import { updated } from '../../scenarios/suite/baseline.ts';
import { FORMATS } from '../../scenarios/suite/report-formats.ts';
import { closingLine, scenarioLines, type ReportOptions } from '../../scenarios/suite/report.ts';
import { replay, runs, scenarioVerdict, subtests, verdict, type ReadCommand, type ScenarioVerdict, type Subtest, type SubtestVerdict } from '../../scenarios/suite/suite.ts';
import type { Scenario } from '../../scenarios/suite/scenario.ts';
import { override, subjectOf } from '../../scenarios/suite/variation.ts';
import { InputError } from '../../perf/input-error.ts';
import { unknownName } from '../../perf/nearest.ts';
import type { RunResult } from '../../perf/run-spec.ts';
import type { Command } from '../command.ts';
import { loadKernel } from '../load-kernel.ts';
import { isModuleFile } from '../load-module.ts';
import { MACHINE_OPTIONS } from '../options/machine.ts';
import { MANY_RUNS_OPTIONS, recordWords, specOf, type RecordWords } from '../options/many-runs.ts';
import { HELP, type OptionTable } from '../options/option.ts';
import { parseOptions } from '../options/parse-options.ts';
import { splitOperands } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { oneOf } from '../options/values.ts';
import { runAll, type RunAll } from '../pool.ts';
import { printText } from '../print-text.ts';
import { RunProgress } from '../run-progress.ts';
import { SCENARIOS, readScenarios, writeBaseline, type ScenarioFile } from '../scenario-files.ts';
import { shellWord } from '../shell.ts';
import { loadSimulation, type LoadSimulation, type Simulation } from '../simulation.ts';

const FORMAT_NAMES = ['perf', 'ktap', 'junit', 'json'] as const;

const OPTIONS = {
  kernel: { ...MACHINE_OPTIONS.kernel, alias: 'k' },
  format: { argument: '<format>', default: 'perf', describe: 'perf, ktap, junit or json', coerce: (text: string) => oneOf('--format', text, FORMAT_NAMES) },
  list: { describe: 'list the scenarios' },
  update: { describe: 'record the counts, to which later runs are compared' },
  verbose: { alias: 'v', describe: 'show the table of counts' },
  workers: MANY_RUNS_OPTIONS.workers,
  ...HELP,
} as const satisfies OptionTable;

const USAGE = ['perfsim test [<options>] [<scenario> | <file.yaml> | <file.ts> …]', 'perfsim test --kernel ./mine.ts [<options>] [<scenario> …]'];

/** A scenario's subtests, and the same on the parent of a kernel of the user's own. */
interface Plan extends ScenarioFile {
  plan: Subtest[];
  parentPlan: Subtest[];
}

export function testCommand(load: LoadSimulation, run: RunAll): Command {
  return {
    name: 'test',
    summary: 'Run the regression suite of sample counts, on any kernel',
    async run(argv) {
      const { options: words, rest: names } = splitOperands(argv, OPTIONS);
      if (words.includes('--help')) {
        printText(usage(USAGE, [{ title: 'perfsim test', options: OPTIONS }]));
        return 0;
      }
      const options = parseOptions(words, OPTIONS);
      const files = await readScenarios(names);
      if (options.list) {
        printText(files.map(({ number, scenario }) => `${String(number).padStart(3)}: ${scenario.name.padEnd(28)} ${scenario.title}\n`).join(''));
        return 0;
      }
      if (options.update && isModuleFile(options.kernel) && files.some(({ baselinePath }) => baselinePath.startsWith(SCENARIOS))) {
        throw new InputError('--update records kernels of your own beside scenarios of your own: name the files of these.');
      }
      const simulation = await load();
      const parent = await parentOf(options.kernel, simulation);
      const read = reader(simulation);
      // What is to be recorded anew is compared with nothing.
      for (const { scenario } of files) checkKernels(scenario, simulation);
      const scenarios = options.update ? files.map((file) => ({ ...file, baseline: {} })) : files;
      const plans = await Promise.all(scenarios.map((file) => planOf(file, options.kernel, parent, read)));
      const report = { width: Math.max(...scenarios.map(({ scenario }) => scenario.title.length)), verbose: options.verbose ?? false, kernel: options.kernel, parent, replay: replayCommand };
      const verdicts = await judged(plans, report, (all) => run(all, options.workers), (text) => options.format === 'perf' && printText(text));
      if (options.update) files.forEach(({ baseline, baselinePath }, i) => writeBaseline(baselinePath, updated(baseline, verdicts[i].subtests)));
      printText(options.format === 'perf' ? closingLine(verdicts, report) : FORMATS[options.format](verdicts, replayCommand));
      return verdicts.every(({ isOk }) => isOk) ? 0 : 1;
    },
  };
}

export const command = testCommand(loadSimulation, runAll);

/** The kernel that the user's own extends: its results stand beside. Null for a kernel of the lineage. */
async function parentOf(kernel: string, { KERNELS }: Simulation): Promise<string | null> {
  const names = KERNELS.map(({ variant }) => variant.name);
  if (!isModuleFile(kernel)) {
    if (!names.includes(kernel)) throw unknownName('kernel', kernel, names, 'perfsim list kernels');
    return null;
  }
  const { parent } = (await loadKernel(kernel)).variant;
  return parent !== null && names.includes(parent) ? parent : null;
}

/** A misspelt kernel would never be known to fail. */
function checkKernels(scenario: Scenario, { KERNELS }: Simulation): void {
  const names = KERNELS.map(({ variant }) => variant.name);
  scenario.fails_on.forEach((name, i) => {
    if (!isModuleFile(name) && !names.includes(name)) throw scenario.error(['fails_on', i], unknownName('kernel', name, names, 'perfsim list kernels').message.replace(/\.$/, ''));
  });
}

/** A scenario that is about one kernel says nothing of any other: it has no second run on the parent. */
async function planOf(file: ScenarioFile, kernel: string, parent: string | null, read: ReadCommand): Promise<Plan> {
  const plan = await subtests(file.scenario, kernel, read);
  return { ...file, plan, parentPlan: parent === null || file.scenario.kernel !== null ? [] : await subtests(file.scenario, parent, read) };
}

/** Scenarios name their command line as one would type it, without quotes. */
function wordsOf(command: string): string[] {
  return command.trim().split(/\s+/);
}

/** What the file says elsewhere, and so not in the command. */
const OWN_KEYS: Readonly<Record<string, string>> = { seed: 'seeds', kernel: 'kernel', tool: 'tool' };

function reader(simulation: Simulation): ReadCommand {
  return async (command, settings) => {
    const words = commandWords(command);
    for (const word of words.options) {
      const option = subjectOf(word);
      if (Object.hasOwn(OWN_KEYS, option)) throw new InputError(`--${option} is not for the command: a scenario says it with its key '${OWN_KEYS[option]}'.`);
    }
    return specOf(words, settings, simulation);
  };
}

function commandWords(command: string): RecordWords {
  const [first, ...others] = wordsOf(command);
  if (first !== 'record') throw new InputError(`expected the words of 'perfsim record', such as 'record -e cycles,cycles noploop 10', not '${first}'.`);
  return recordWords([first, ...others]);
}

function replayCommand(failed: SubtestVerdict): string {
  const { options, workload } = commandWords(failed.subtest.scenario.command);
  return replay(failed, (settings) => ['record', ...override(options, settings), ...workload].map(shellWord).join(' '));
}

/** Runs all plans in one go and prints each scenario once its last run is done. */
async function judged(
  plans: readonly Plan[], report: ReportOptions,
  run: (specs: ReturnType<typeof runs>) => AsyncIterable<RunResult>, print: (text: string) => void,
): Promise<ScenarioVerdict[]> {
  const all = runs(plans.flatMap(({ plan, parentPlan }) => [...plan, ...parentPlan]));
  const progress = new RunProgress(process.stderr, 'test', all.length);
  const results = run(all)[Symbol.asyncIterator]();
  const verdictsOf = async (plan: readonly Subtest[], { baseline }: Plan): Promise<SubtestVerdict[]> => {
    const found: SubtestVerdict[] = [];
    for (const subtest of plan) found.push(verdict(subtest, await take(results, subtest.scenario.seeds.length, progress), baseline));
    return found;
  };
  const verdicts: ScenarioVerdict[] = [];
  try {
    for (const each of plans) {
      const found = scenarioVerdict(each.scenario, report.kernel, await verdictsOf(each.plan, each), await verdictsOf(each.parentPlan, each));
      verdicts.push(found);
      progress.end();
      print(scenarioLines(each.number, found, report));
    }
  } finally {
    progress.end();
    await results.return?.();
  }
  return verdicts;
}

async function take(results: AsyncIterator<RunResult>, count: number, progress: RunProgress): Promise<RunResult[]> {
  const taken: RunResult[] = [];
  while (taken.length < count) {
    const { value } = (await results.next()) as { value: RunResult };
    taken.push(value);
    progress.step();
  }
  return taken;
}
