/** `perfsim sweep`: a run for each combination of option values, into a table, and how large the buffer must be. */
import { answer, drawn, outcome, type Outcome, type Point } from '../../scenarios/suite/sweep.ts';
import { grid } from '../../scenarios/suite/variation.ts';
import { InputError } from '../../perf/input-error.ts';
import type { RunResult, RunSpec } from '../../perf/run-spec.ts';
import type { Command } from '../command.ts';
import { MANY_RUNS_OPTIONS, VARIED_OPTIONS, axesOf, recordWords, specOf, wordsOf, workloadFiles } from '../options/many-runs.ts';
import { HELP, type OptionTable } from '../options/option.ts';
import { parseOptions } from '../options/parse-options.ts';
import { splitOptions } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { wholeNumber } from '../options/values.ts';
import { isModuleFile } from '../load-module.ts';
import { runAll, type RunAll } from '../pool.ts';
import { printText } from '../print-text.ts';
import { RunProgress } from '../run-progress.ts';
import { loadSimulation, type LoadSimulation } from '../simulation.ts';
import { SweepFile } from '../sweep-file.ts';

const MAX_COMBINATIONS = 1_000_000;

const OWN_OPTIONS = {
  ...MANY_RUNS_OPTIONS,
  output: { alias: 'o', argument: '<file>', default: 'sweep.csv', describe: 'results, as CSV or JSON lines (.jsonl); a sweep that was stopped goes on from there' },
  sample: { argument: '<n>', describe: 'so many combinations, drawn at random, instead of all', coerce: (text: string) => wholeNumber('--sample', text, 1, MAX_COMBINATIONS, 'a number of combinations') },
  ...HELP,
} as const satisfies OptionTable;

const USAGE = ['perfsim sweep -m 1..512*2 -F 100,1000,4000 [<options>] -- record [<options>] <workload> [<arguments>]'];

/** What the shell expects of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/** A run with all that describes it. */
interface Job extends Point {
  spec: RunSpec;
}

export function sweepCommand(load: LoadSimulation, run: RunAll): Command {
  return {
    name: 'sweep',
    summary: 'Run every combination of option values, and tell how large the buffer must be',
    async run(argv) {
      const { options: words, rest } = splitOptions(argv, { ...VARIED_OPTIONS, ...OWN_OPTIONS });
      if (words.includes('--help')) {
        printText(usage(USAGE, [{ title: 'perfsim sweep', options: OWN_OPTIONS }, { title: 'Options that vary: several values each', options: VARIED_OPTIONS }]));
        return 0;
      }
      const { seeds, workers, output, sample } = parseOptions(wordsOf(words, OWN_OPTIONS), OWN_OPTIONS);
      const axes = axesOf(words);
      if (axes.length === 0) throw new InputError("nothing varies: give an option several values, such as '-m 1..512*2'.");
      const simulation = await load();
      const command = recordWords(rest);
      const all = grid(axes);
      const rows = sample === undefined ? all : drawn(all, sample);
      const specs = await Promise.all(rows.map((settings) => specOf(command, settings, simulation)));
      const jobs = rows.flatMap((settings, row) => {
        const { mmap_pages, overwrite = false } = specs[row].record;
        return seeds.map((seed) => ({ settings, seed, mmap_pages, overwrite, spec: { ...specs[row], seed } }));
      });
      const sources = [...new Set([...specs.map(({ kernel }) => kernel).filter(isModuleFile), ...workloadFiles(command)])];
      const outcomes = await sweep(jobs, new SweepFile(output, rest.join(' '), jobs, sources), (missing) => run(missing, workers));
      if (outcomes.length < jobs.length) {
        process.stderr.write(`[ perfsim sweep: ${outcomes.length} of ${jobs.length} runs are in ${output}; the same command goes on from there ]\n`);
        return INTERRUPTED;
      }
      printText(answer(jobs, outcomes));
      return 0;
    },
  };
}

export const command = sweepCommand(loadSimulation, runAll);

/** The outcomes of all jobs, in their order; fewer after Ctrl-C. */
async function sweep(jobs: readonly Job[], file: SweepFile, run: (specs: Iterable<RunSpec>) => AsyncIterable<RunResult>): Promise<Outcome[]> {
  const outcomes = [...file.finished];
  const missing = jobs.slice(outcomes.length);
  const progress = new RunProgress(process.stderr, 'sweep', missing.length);
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
  };
  process.once('SIGINT', interrupt);
  try {
    for await (const result of run(missing.map(({ spec }) => spec))) {
      file.append(jobs[outcomes.length], outcome(result));
      outcomes.push(outcome(result));
      progress.step();
      if (isInterrupted) break;
    }
  } finally {
    process.removeListener('SIGINT', interrupt);
    progress.end();
    file.close();
  }
  return outcomes;
}
