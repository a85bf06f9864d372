/** `perfsim view`: a run, several beside each other, or a recording as one HTML file that needs nothing else. */
import { InputError } from '../../perf/input-error.ts';
import type { RunTrace } from '../../perf/trace/run-trace.ts';
import type { RunsPage, RunView } from '../../perf/view/page-data.ts';
import { grid, title, type Setting } from '../../scenarios/suite/variation.ts';
import type { Command } from '../command.ts';
import { loadKernel } from '../load-kernel.ts';
import { isModuleFile, moduleFailure } from '../load-module.ts';
import { VARIED_OPTIONS, axesOf, recordWords, specOf, wordsOf, type RecordWords } from '../options/many-runs.ts';
import { HELP, type Option, type OptionGroup, type OptionTable } from '../options/option.ts';
import { parseOptions } from '../options/parse-options.ts';
import { splitOperands, splitOptions, type SplitArguments } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { pageHtml } from '../page.ts';
import { printText } from '../print-text.ts';
import { withRecording } from '../recording.ts';
import { loadSimulation, type Simulation } from '../simulation.ts';
import { writeText } from '../text-file.ts';

const OWN_OPTIONS = {
  output: { alias: 'o', argument: '<file>', default: 'perf.html', describe: 'the page' },
  ...HELP,
} as const satisfies OptionTable;

const USAGE = [
  'perfsim view [-o page.html] [perf.data]',
  'perfsim view [-o page.html] -- record [<options>] <workload>',
  'perfsim view [-o page.html] -k v3.1,v3.2 -- record [<options>] <workload>',
  'perfsim view explore <scenario> --kernel <name> [-o page.html]',
];

/** What explore may print or write instead. */
const NO_PAGE = ['list', 'format', 'timeline'];

/** Runs on one page: more cannot be compared by eye. */
const MOST_RUNS = 8;

const INTRO = 'A counter in the processor counts, for example, cycles. Whenever it has counted enough, the kernel notes in a buffer what the processor was doing: a sample. '
  + 'The reader, perf, sleeps; once the buffer is half full the kernel wakes it, and it takes the samples out. What comes while the buffer is full is lost.';

export const command: Command = {
  name: 'view',
  summary: 'Show a run, several runs or a recording as one HTML page',
  async run(argv) {
    if (argv[0] === 'explore') return viewOfExploration(argv.slice(1));
    // compare's words are understood as they are: what varies, then the command.
    const given = argv[0] === 'compare' ? argv.slice(1) : argv;
    const { options: words, rest } = split(given, { ...VARIED_OPTIONS, ...OWN_OPTIONS });
    if (words.includes('--help')) return help({ title: 'Options that vary: several values each, a run for each', options: VARIED_OPTIONS });
    const { output } = parseOptions(wordsOf(words, OWN_OPTIONS), OWN_OPTIONS);
    const axes = axesOf(words);
    const settings = grid(axes);
    const isRun = rest[0] === 'record';
    if (!isRun && axes.length > 0) throw new InputError("options of a run need a command to run: end with '-- record -e cycles,cycles,cycles noploop 10' or the like.");
    if (!isRun && rest.length > 1) throw new InputError(`view shows one recording, or a run that begins with 'record'; it was given ${rest.length}: ${rest.join(', ')}.`);
    await writeText(output, async () => pageHtml(isRun ? await pageOfRuns(settings, rest, argv) : await pageOfRecording(rest[0] ?? 'perf.data')));
    return 0;
  },
};

function help(further: OptionGroup): number {
  printText(usage(USAGE, [{ title: 'perfsim view', options: OWN_OPTIONS }, further]));
  return 0;
}

/** A command to run keeps its own options; behind a recording there may be some of ours. */
function split(argv: readonly string[], table: OptionTable): SplitArguments {
  const found = splitOptions(argv, table);
  return found.rest[0] === 'record' ? found : splitOperands(argv, table);
}

/** A counterexample: that of a schedule, or the simplest one that there is. */
async function viewOfExploration(argv: readonly string[]): Promise<number> {
  const { EXPLORE_OPTIONS, requestOf, valuesOf } = await import('./explore.ts');
  const further = Object.fromEntries(Object.entries<Option>(EXPLORE_OPTIONS).filter(([name]) => !Object.hasOwn(OWN_OPTIONS, name) && !NO_PAGE.includes(name)));
  const { options, rest: names } = splitOperands(argv, { ...further, ...OWN_OPTIONS });
  if (options.includes('--help')) return help({ title: 'Options of explore', options: further });
  const values = valuesOf(options);
  const { jobs, schedule } = await requestOf(values, names);
  if (jobs.length !== 1) throw new InputError("a page shows one counterexample: name one scenario and one kernel, such as 'explore poll-vs-set-output --kernel no-mmap-mutex'.");
  const { scheduleOf, stepsPage } = await import('../explore/steps-page.ts');
  await writeText(values.get('output') ?? OWN_OPTIONS.output.default, async () => pageHtml(await stepsPage(jobs[0], schedule ?? await scheduleOf(jobs[0]))));
  return 0;
}

async function pageOfRuns(settings: readonly Setting[][], words: readonly string[], argv: readonly string[]): Promise<RunsPage> {
  if (settings.length > MOST_RUNS) throw new InputError(`these options make ${settings.length} runs; a page shows at most ${MOST_RUNS}.`);
  const simulation = await loadSimulation();
  const command = recordWords(words);
  const runs: { view: RunView; end: number }[] = [];
  for (const setting of settings) runs.push(await viewOfRun(command, setting, simulation));
  const varied = settings.length > 1 ? `, on ${new Intl.ListFormat('en').format(runs.map(({ view }) => view.title))}` : '';
  return {
    kind: 'runs', title: `perf ${withoutMachine(words)}${varied}`, command: `perfsim view ${argv.join(' ')}`, intro: INTRO,
    end: Math.max(...runs.map(({ end }) => end)), runs: runs.map(({ view }) => view),
  };
}

/** perf's own words: where and by which chance it ran is not among them. */
function withoutMachine(words: readonly string[]): string {
  return words.join(' ').replace(/ --(seed|kernel|pmu|cpus|hz|tool)(=| )\S+/g, '').replace(/ --no-watchdog/, '');
}

async function viewOfRun(command: RecordWords, setting: readonly Setting[], simulation: Simulation): Promise<{ view: RunView; end: number }> {
  const { runView } = await import('../../perf/view/run-view.ts');
  const spec = await specOf(command, setting, simulation);
  const kernel = isModuleFile(spec.kernel) ? await loadKernel(spec.kernel) : undefined;
  let trace!: RunTrace;
  try {
    simulation.run(spec, null, { kernel, trace: (found) => (trace = found) });
  } catch (error) {
    throw kernel === undefined ? error : moduleFailure('kernel', spec.kernel, error);
  }
  const name = setting.map(title).join(' ').replace(/^v(?=\d)/, 'Linux ');
  return { view: runView(name === '' ? spec.kernel.replace(/^v(?=\d)/, 'Linux ') : name, trace, spec), end: trace.end };
}

async function pageOfRecording(path: string): Promise<RunsPage> {
  const { recordingView } = await import('../../perf/view/recording-view.ts');
  let page!: RunsPage;
  await withRecording(path, ({ data }) => {
    const { view, end } = recordingView(path, data);
    const { cmdline, hostname, os_release, version } = data.features;
    const host = [os_release && `Linux ${os_release}`, hostname && `on ${hostname}`, version && `by perf ${version}`].filter(Boolean).join(' ');
    page = { kind: 'runs', title: cmdline?.join(' ') ?? path, command: host === '' ? path : `${path}: ${host}`, intro: INTRO, end, runs: [view] };
    return 0;
  });
  return page;
}
