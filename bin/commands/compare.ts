/** `perfsim compare`: the same runs on several kernels, or with any other option varied, and which differences count. */
import { comparisonTable, statement, type Variant } from '../../scenarios/suite/comparison.ts';
import { grid, title, type Setting } from '../../scenarios/suite/variation.ts';
import { InputError } from '../../perf/input-error.ts';
import type { RunResult, RunSpec } from '../../perf/run-spec.ts';
import type { Command } from '../command.ts';
import { MANY_RUNS_OPTIONS, VARIED_OPTIONS, axesOf, recordWords, specOf, wordsOf } from '../options/many-runs.ts';
import { HELP } from '../options/option.ts';
import { parseOptions } from '../options/parse-options.ts';
import { splitOptions } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { runAll, type RunAll } from '../pool.ts';
import { printText } from '../print-text.ts';
import { RunProgress } from '../run-progress.ts';
import { loadSimulation, type LoadSimulation } from '../simulation.ts';

const OWN_OPTIONS = { ...MANY_RUNS_OPTIONS, ...HELP };
const USAGE = ['perfsim compare -k v3.1,v3.2 [<options>] -- record [<options>] <workload> [<arguments>]', 'perfsim compare -m 1..512*2 [<options>] -- record …'];

export function compareCommand(load: LoadSimulation, run: RunAll): Command {
  return {
    name: 'compare',
    summary: 'Run the same on several kernels, or with any option varied, and tell which differences are significant',
    async run(argv) {
      const { options: words, rest } = splitOptions(argv, { ...VARIED_OPTIONS, ...OWN_OPTIONS });
      if (words.includes('--help')) {
        printText(usage(USAGE, [{ title: 'perfsim compare', options: OWN_OPTIONS }, { title: 'Options that vary: several values each', options: VARIED_OPTIONS }]));
        return 0;
      }
      const { seeds, workers } = parseOptions(wordsOf(words, OWN_OPTIONS), OWN_OPTIONS);
      const settings = grid(axesOf(words));
      if (settings.length < 2) throw new InputError("nothing varies: give an option several values, such as '-k v3.1,v3.2'.");
      const simulation = await load();
      const command = recordWords(rest);
      const specs = await Promise.all(settings.map((setting) => specOf(command, setting, simulation)));
      const variants = await runVariants(settings, specs, seeds, (all) => run(all, workers));
      printText(`perfsim ${rest.join(' ')}, seeds ${seeds[0]} to ${seeds.at(-1)}: mean ± standard deviation (least..most)\n\n${comparisonTable(variants)}\n${statement(variants)}`);
      return 0;
    },
  };
}

export const command = compareCommand(loadSimulation, runAll);

async function runVariants(
  settings: readonly Setting[][], specs: readonly RunSpec[], seeds: readonly string[], run: (specs: RunSpec[]) => AsyncIterable<RunResult>,
): Promise<Variant[]> {
  const all = specs.flatMap((spec) => seeds.map((seed) => ({ ...spec, seed })));
  const progress = new RunProgress(process.stderr, 'compare', all.length);
  const results: RunResult[] = [];
  for await (const result of run(all)) {
    results.push(result);
    progress.step();
  }
  progress.end();
  return settings.map((setting, index) => ({ title: setting.map(title).join(' '), results: results.slice(index * seeds.length, (index + 1) * seeds.length) }));
}
