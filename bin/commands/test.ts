/** `perfsim test`: the regression suite of sample counts, in the manner of `perf test`. */
import { updated } from '../../scenarios/suite/baseline.ts';
import { FORMATS } from '../../scenarios/suite/report-formats.ts';
import { closingLine, scenarioLines } from '../../scenarios/suite/report.ts';
import { replay, runs, scenarioVerdict, subtests, verdict, type ReadCommand, type ScenarioVerdict, type Subtest, type SubtestVerdict } from '../../scenarios/suite/suite.ts';
import { override } from '../../scenarios/suite/variation.ts';
import type { RunResult } from '../../perf/run-spec.ts';
import type { Command } from '../command.ts';
import { MACHINE_OPTIONS } from '../options/machine.ts';
import { MANY_RUNS_OPTIONS, recordWords, specOf } from '../options/many-runs.ts';
import { HELP, type OptionTable } from '../options/option.ts';
import { parseOptions } from '../options/parse-options.ts';
import { splitOptions } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { oneOf } from '../options/values.ts';
import { runAll, type RunAll } from '../pool.ts';
import { RunProgress } from '../run-progress.ts';
import { readScenarios, writeBaseline, type ScenarioFile } from '../scenario-files.ts';
import { loadSimulation, type LoadSimulation, type Simulation } from '../simulation.ts';

const OPTIONS = {
  kernel: { ...MACHINE_OPTIONS.kernel, alias: 'k' },
  format: { type: 'string', argument: '<format>', default: 'perf', describe: 'perf, ktap, junit or json', coerce: (text: string) => oneOf('--format', text, ['perf', 'ktap', 'junit', 'json']) },
  list: { type: 'boolean', describe: 'list the scenarios' },
  update: { type: 'boolean', describe: 'record the counts, to which later runs are compared' },
  verbose: { alias: 'v', type: 'boolean', describe: 'show the table of counts' },
  workers: MANY_RUNS_OPTIONS.workers,
  ...HELP,
} as const satisfies OptionTable;

const USAGE = ['perfsim test [<options>] [<scenario> | <file.yaml> …]'];

interface Plan extends ScenarioFile {
  plan: Subtest[];
}

export function testCommand(load: LoadSimulation, run: RunAll): Command {
  return {
    name: 'test',
    summary: 'Run the regression suite of sample counts, on any kernel',
    async run(argv) {
      const { options: words, rest: names } = splitOptions(argv, OPTIONS);
      if (words.includes('--help')) {
        process.stdout.write(usage(USAGE, [{ title: 'perfsim test', options: OPTIONS }]));
        return 0;
      }
      const options = await parseOptions(words, OPTIONS);
      const files = readScenarios(names);
      if (options.list) {
        process.stdout.write(files.map(({ number, scenario }) => `${String(number).padStart(3)}: ${scenario.name.padEnd(28)} ${scenario.title}\n`).join(''));
        return 0;
      }
      const read = reader(await load());
      // What is to be recorded anew is compared with nothing.
      const scenarios = options.update ? files.map((file) => ({ ...file, baseline: {} })) : files;
      const plans = await Promise.all(scenarios.map(async (file) => ({ ...file, plan: await subtests(file.scenario, options.kernel, read) })));
      const width = Math.max(...scenarios.map(({ scenario }) => scenario.title.length));
      const print = (number: number, found: ScenarioVerdict): void => {
        if (options.format === 'perf') process.stdout.write(scenarioLines(number, found, { width, verbose: options.verbose ?? false, replay: replayCommand }));
      };
      const verdicts = await judged(plans, options.kernel, (all) => run(all, options.workers), print);
      if (options.update) files.forEach(({ baseline, baselinePath }, i) => writeBaseline(baselinePath, updated(baseline, verdicts[i].subtests)));
      process.stdout.write(options.format === 'perf' ? closingLine(verdicts, options.kernel) : FORMATS[options.format](verdicts));
      return verdicts.every(({ isOk }) => isOk) ? 0 : 1;
    },
  };
}

export const command = testCommand(loadSimulation, runAll);

/** Scenarios name their command line as one would type it, without quotes. */
function wordsOf(command: string): string[] {
  return command.trim().split(/\s+/);
}

function reader(simulation: Simulation): ReadCommand {
  return (command, settings) => specOf(recordWords(wordsOf(command)), settings, simulation);
}

function replayCommand(failed: SubtestVerdict): string {
  const { options, workload } = recordWords(wordsOf(failed.subtest.scenario.command));
  return replay(failed, (settings) => ['record', ...override(options, settings), ...workload].join(' '));
}

/** Runs all plans in one go and prints each scenario once its last run is done. */
async function judged(
  plans: readonly Plan[], kernel: string,
  run: (specs: ReturnType<typeof runs>) => AsyncIterable<RunResult>, print: (number: number, found: ScenarioVerdict) => void,
): Promise<ScenarioVerdict[]> {
  const all = runs(plans.flatMap(({ plan }) => plan));
  const progress = new RunProgress(process.stderr, 'test', all.length);
  const results = run(all)[Symbol.asyncIterator]();
  const verdicts: ScenarioVerdict[] = [];
  try {
    for (const { number, scenario, baseline, plan } of plans) {
      const found: SubtestVerdict[] = [];
      for (const subtest of plan) found.push(verdict(subtest, await take(results, scenario.seeds.length, progress), baseline));
      verdicts.push(scenarioVerdict(scenario, kernel, found));
      progress.end();
      print(number, verdicts.at(-1)!);
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
