/** `perfsim explore`: every interleaving of the kernel's steps, for each scenario and kernel. */
import { InputError } from '../../perf/input-error.ts';
import { unknownName } from '../../perf/nearest.ts';
import type { Command } from '../command.ts';
import { isNew } from '../explore/against-parent.ts';
import type { CellAnswer, CellBounds, CellJob } from '../explore/cell.ts';
import { HELP } from '../options/option.ts';
import { splitOperands } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { oneOf, wholeNumber } from '../options/values.ts';
import { checkReadable, isModuleFile } from '../load-module.ts';
import { printText } from '../print-text.ts';

export const EXPLORE_OPTIONS = {
  kernel: { alias: 'k', argument: '<names>', describe: 'only these kernels, separated by commas; a file is a kernel of your own' },
  list: { describe: 'list the questions, by the names of their scenarios' },
  schedule: { argument: '<word>', describe: 'replay one schedule, step by step' },
  format: { argument: '<text|json>', describe: 'json: one object per line, scenario and kernel', default: 'text' },
  chooser: { argument: '<name>', describe: 'exhaustive; random or pct draw schedules of what is too large', default: 'exhaustive' },
  schedules: { argument: '<n>', describe: 'how many schedules are drawn', default: 10_000 },
  seed: { argument: '<word>', describe: 'from which they are drawn', default: '1' },
  depth: { argument: '<n>', describe: 'ordering constraints that pct aims at', default: 3 },
  preemptions: { argument: '<n>', describe: 'only schedules with at most so many preemptions' },
  budget: { argument: '<states>', describe: 'give up after so many states of one search', default: 5_000_000 },
  time: { argument: '<seconds>', describe: 'give up after so long a search' },
  workers: { argument: '<n>', describe: 'worker threads (default: one per core)' },
  timeline: { argument: '<file>', describe: 'also write the counterexample as trace-event JSON, a track for each thread' },
  ...HELP,
} as const;

const USAGE = ['perfsim explore [<options>] [<scenario> | <file.ts> …]', 'perfsim explore --kernel ./mine.ts [<options>]'];

const VIOLATION = 1;

/** What the shell expects of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

const MOST_STATES = 1_000_000_000;
const MOST_WORKERS = 256;
const LONGEST_SECONDS = 1_000_000;
const MOST_CONSTRAINTS = 100;

type Options = ReadonlyMap<string, string>;

interface Request {
  readonly jobs: readonly CellJob[];
  readonly schedule: string | null;
  readonly json: boolean;
  readonly workers: number;
  readonly timeline: string | null;
  /** What is printed, and when the answer is bad: any violation, any deviation from the record, or any that the parents do not have. */
  readonly form: 'described' | 'table' | 'comparison';
}

export const command: Command = {
  name: 'explore',
  summary: 'Run every interleaving of the kernel, and say what can go wrong',
  async run(argv) {
    const { options, rest: names } = splitOperands(argv, EXPLORE_OPTIONS);
    if (options.includes('--help')) {
      printText(usage(USAGE, [{ title: 'Options', options: EXPLORE_OPTIONS }]));
      return 0;
    }
    if (options.includes('--list')) return listQuestions();
    const request = await requestOf(valuesOf(options), names);
    return request.schedule === null ? verdicts(request) : replayOne(request, request.schedule);
  },
};

async function listQuestions(): Promise<number> {
  const { SCENARIOS } = await import('../../scenarios/index.ts');
  const width = Math.max(...SCENARIOS.map(({ name }) => name.length));
  printText(SCENARIOS.map(({ name, question }) => `${name.padEnd(width)}  ${question}\n`).join(''));
  return 0;
}

/** The values of option words, by name; of one given twice the last. */
export function valuesOf(words: readonly string[]): Options {
  return new Map(words.map((word) => word.slice(2).split(/=(.*)/s) as [string, string]));
}

export async function requestOf(options: Options, names: readonly string[]): Promise<Request> {
  const { SCENARIOS } = await import('../../scenarios/index.ts');
  const { KERNELS } = await import('../../kernel/variants/index.ts');
  const wanted = options.has('kernel') ? [...new Set(options.get('kernel')!.split(','))] : undefined;
  const bounds = boundsOf(options);
  const nameOf = ({ variant }: (typeof KERNELS)[number]): string => variant.name;
  const scenarios = names.length === 0 ? SCENARIOS.map(({ name }) => name) : known('scenario', names, SCENARIOS.map(({ name }) => name), 'perfsim explore --list');
  const kernels = wanted === undefined ? KERNELS.filter(({ variant }) => !variant.counting_only).map(nameOf) : known('kernel', wanted, KERNELS.map(nameOf), 'perfsim list kernels');
  const schedule = options.get('schedule') ?? null;
  if (schedule !== null && (scenarios.length !== 1 || kernels.length !== 1)) {
    throw new InputError('--schedule needs one scenario and one kernel: the schedule is theirs.');
  }
  const timeline = options.get('timeline') ?? null;
  if (timeline !== null && (scenarios.length !== 1 || kernels.length !== 1)) {
    throw new InputError('--timeline needs one scenario and one kernel: it shows their counterexample.');
  }
  if (timeline === '-') throw new InputError('the counterexample itself goes to standard output; name a file for its --timeline.');
  const json = oneOf('--format', options.get('format') ?? EXPLORE_OPTIONS.format.default, ['text', 'json']) === 'json';
  const form = names.length > 0 ? 'described' : wanted === undefined ? 'table' : wanted.some(isModuleFile) ? 'comparison' : 'described';
  const stepsOf = (kernel: string): boolean => json || form === 'described' || (form === 'comparison' && isModuleFile(kernel));
  return {
    jobs: scenarios.flatMap((scenario) => kernels.map((kernel) => ({ scenario, kernel, bounds, steps: stepsOf(kernel) }))),
    schedule, json, form, timeline,
    workers: number(options, 'workers', MOST_WORKERS, 'a number of threads') ?? (await import('../pool.ts')).defaultWorkers,
  };
}

function boundsOf(options: Options): CellBounds {
  const name = oneOf('--chooser', options.get('chooser') ?? EXPLORE_OPTIONS.chooser.default, ['exhaustive', 'random', 'pct']);
  const ofDrawing = name === 'exhaustive' ? ['schedules', 'seed', 'depth'] : name === 'random' ? ['depth'] : [];
  for (const option of ofDrawing) {
    if (options.has(option)) throw new InputError(`--${option} goes with --chooser ${option === 'depth' ? 'pct' : 'random or pct'}.`);
  }
  for (const option of ['preemptions', 'budget']) {
    if (name !== 'exhaustive' && options.has(option)) throw new InputError(`--${option} goes with the exhaustive search, not with --chooser ${name}.`);
  }
  return {
    budget: number(options, 'budget', MOST_STATES, 'a number of states') ?? EXPLORE_OPTIONS.budget.default,
    time: number(options, 'time', LONGEST_SECONDS, 'a time in seconds'),
    preemptions: number(options, 'preemptions', MOST_CONSTRAINTS, 'a number of preemptions', 0),
    chooser: name === 'exhaustive' ? null : {
      name,
      seed: options.get('seed') ?? EXPLORE_OPTIONS.seed.default,
      schedules: number(options, 'schedules', MOST_STATES, 'a number of schedules') ?? EXPLORE_OPTIONS.schedules.default,
      depth: number(options, 'depth', MOST_CONSTRAINTS, 'a number of constraints') ?? EXPLORE_OPTIONS.depth.default,
    },
  };
}

function number(options: Options, name: string, max: number, what: string, min = 1): number | null {
  const text = options.get(name);
  return text === undefined ? null : wholeNumber(`--${name}`, text, min, max, what);
}

/** The names that were asked for, if there are such. Files stand for themselves. */
function known(kind: 'scenario' | 'kernel', names: readonly string[], all: readonly string[], list: string): readonly string[] {
  for (const name of names) {
    if (isModuleFile(name)) checkReadable(kind, name);
    else if (!all.includes(name)) throw unknownName(kind, name, all, list);
  }
  return names;
}

async function verdicts({ jobs, json, workers, form, timeline }: Request): Promise<number> {
  const [print, { exploreCells, needsThreads }, { RunProgress }] = await Promise.all([import('../explore/print.ts'), import('../explore/run.ts'), import('../run-progress.ts')]);
  const progress = new RunProgress(process.stderr, 'explore', jobs.length, 'searches');
  const found: CellAnswer[] = [];
  const interrupt = (): void => {
    progress.end();
    process.stderr.write(`[ perfsim explore: interrupted after ${found.length} of ${jobs.length} searches ]\n`);
    process.exit(INTERRUPTED);
  };
  if (needsThreads(jobs)) process.once('SIGINT', interrupt);
  try {
    for await (const answer of exploreCells(jobs, workers, (states) => progress.note(`${states} ${jobs[0].bounds.chooser === null ? 'states' : 'schedules'}`))) {
      const job = jobs[found.push(answer) - 1];
      progress.end();
      if (json) printText(print.json(answer, job));
      else if (form === 'described') printText((job.scenario === jobs[found.length - 2]?.scenario ? '' : print.question(answer)) + print.described(answer, job));
      progress.step();
    }
  } finally {
    process.removeListener('SIGINT', interrupt);
    progress.end();
  }
  if (!json && form !== 'described') printText(print.verdictTable(found, process.stdout.columns ?? Infinity));
  if (!json && form === 'comparison') printText(print.comparisons(found, jobs));
  if (timeline !== null) await writeTimeline(timeline, jobs[0], found[0].verdict.schedule);
  return found.some(IS_BAD[form]) ? VIOLATION : 0;
}

const IS_BAD: Readonly<Record<Request['form'], (answer: CellAnswer) => boolean>> = {
  described: ({ verdict }) => verdict.verdict === 'sometimes',
  table: ({ verdict, expected }) => (verdict.kind ?? verdict.verdict) !== expected,
  comparison: isNew,
};

async function writeTimeline(path: string, job: CellJob, schedule: string | null): Promise<void> {
  if (schedule === null) {
    process.stderr.write(`[ timeline: not written, for there is no counterexample ]\n`);
    return;
  }
  const [{ stepsPage, stepsTimeline }, { writeText }] = await Promise.all([import('../explore/steps-page.ts'), import('../text-file.ts')]);
  await writeText(path, async () => `${JSON.stringify(stepsTimeline(await stepsPage(job, schedule)))}\n`);
}

/** Shows every step, not only those that matter. */
async function replayOne({ jobs: [job], json, timeline }: Request, word: string): Promise<number> {
  const [print, { replay }] = await Promise.all([import('../explore/print.ts'), import('../explore/run.ts')]);
  const replayed = await replay(job, word);
  printText(json ? print.replayJson(replayed) : print.replayed(replayed));
  if (timeline !== null) await writeTimeline(timeline, job, word);
  return replayed.kind === null ? 0 : VIOLATION;
}
