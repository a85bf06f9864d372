/** `perfsim explore`: every interleaving of the kernel's steps, for each scenario and kernel. */
import type { Explanation } from '../../sim/explore/explain.ts';
import type { Scenario, Verdict } from '../../kernel/explore/scenario.ts';
import type { KernelClass } from '../../kernel/variant.ts';
import { InputError } from '../../perf/input-error.ts';
import { unknownName } from '../../perf/nearest.ts';
import type { Command } from '../command.ts';
import type { Row } from '../counterexample.ts';
import { HELP } from '../options/option.ts';
import { splitOptions } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';

const OPTIONS = {
  kernel: { alias: 'k', argument: '<names>', describe: 'only these kernels, separated by commas' },
  schedule: { argument: '<word>', describe: 'replay one schedule, step by step' },
  format: { argument: '<text|json>', describe: 'json: one object per line, scenario and kernel', default: 'text' },
  budget: { argument: '<states>', describe: 'give up after so many states of one search', default: 5_000_000 },
  ...HELP,
} as const;

const VIOLATION = 1;

interface Request {
  readonly scenarios: readonly Scenario[];
  readonly kernels: readonly KernelClass[];
  readonly schedule: string | null;
  readonly json: boolean;
  readonly budget: number;
  /** Nothing was chosen: the whole table, judged by what is recorded. */
  readonly all: boolean;
}

export const command: Command = {
  name: 'explore',
  summary: 'Run every interleaving of the kernel, and say what can go wrong',
  async run(argv) {
    const { options, names } = wordsOf(argv);
    if (options.includes('--help')) {
      process.stdout.write(usage(['perfsim explore [<options>] [<scenario>...]'], [{ title: 'Options', options: OPTIONS }]));
      return 0;
    }
    // Before the kernel is loaded: a counterexample shows the lines that were written.
    process.setSourceMapsEnabled(true);
    const request = await requestOf(new Map(options.map((option) => option.slice(2).split(/=(.*)/s) as [string, string])), names);
    return request.schedule === null ? verdicts(request) : replay(request, request.schedule);
  },
};

/** Options may stand before, between and after the scenarios. */
function wordsOf(argv: readonly string[]): { options: string[]; names: string[] } {
  const words = { options: [] as string[], names: [] as string[] };
  let { options, rest } = splitOptions(argv, OPTIONS);
  for (;;) {
    words.options.push(...options);
    const next = rest.findIndex((word) => word.startsWith('-'));
    words.names.push(...rest.slice(0, next < 0 ? rest.length : next));
    if (next < 0) return words;
    ({ options, rest } = splitOptions(rest.slice(next), OPTIONS));
  }
}

async function requestOf(options: ReadonlyMap<string, string>, names: readonly string[]): Promise<Request> {
  const { SCENARIOS } = await import('../../scenarios/index.ts');
  const { KERNELS } = await import('../../kernel/variants/index.ts');
  const wanted = options.get('kernel')?.split(',');
  const budget = Number(options.get('budget') ?? OPTIONS.budget.default);
  const format = options.get('format') ?? OPTIONS.format.default;
  if (!Number.isSafeInteger(budget) || budget < 1) throw new InputError(`invalid --budget value '${options.get('budget')}': give a number of states.`);
  if (format !== 'text' && format !== 'json') throw new InputError(`invalid --format value '${format}': it is 'text' or 'json'.`);
  const request = {
    scenarios: names.length === 0 ? SCENARIOS : names.map((name) => named('scenario', name, SCENARIOS, (scenario) => scenario.name, 'perfsim explore')),
    kernels: wanted === undefined ? KERNELS.filter(({ variant }) => !variant.counting_only) : await Promise.all(wanted.map((name) => kernelOf(name, KERNELS))),
    schedule: options.get('schedule') ?? null,
    json: format === 'json',
    budget,
    all: names.length === 0 && wanted === undefined,
  };
  if (request.schedule !== null && (request.scenarios.length !== 1 || request.kernels.length !== 1)) {
    throw new InputError('--schedule needs one scenario and one kernel: the schedule is theirs.');
  }
  return request;
}

async function kernelOf(name: string, known: readonly KernelClass[]): Promise<KernelClass> {
  const { isKernelFile, loadKernel } = await import('../load-kernel.ts');
  return isKernelFile(name) ? loadKernel(name) : named('kernel', name, known, ({ variant }) => variant.name, 'perfsim list kernels');
}

function named<T>(kind: string, name: string, all: readonly T[], nameOf: (item: T) => string, list: string): T {
  const found = all.find((item) => nameOf(item) === name);
  if (found === undefined) throw unknownName(kind, name, all.map(nameOf), list);
  return found;
}

async function verdicts(request: Request): Promise<number> {
  const { expectedOn, explore } = await import('../../kernel/explore/scenario.ts');
  const found: Verdict[] = [];
  let asRecorded = true;
  for (const scenario of request.scenarios) {
    for (const kernel of request.kernels) {
      const verdict = explore(scenario, kernel, { budget: request.budget });
      found.push(verdict);
      asRecorded &&= (verdict.kind ?? verdict.verdict) === (expectedOn(scenario, kernel) ?? 'never');
      if (request.json) process.stdout.write(`${JSON.stringify({ ...verdict, steps: await rowsOf(scenario, kernel, verdict) })}\n`);
    }
    if (!request.json && !request.all) await describe(request, scenario, found.slice(-request.kernels.length));
  }
  if (!request.json && request.all) process.stdout.write(verdictTable(request, found));
  if (request.all) return asRecorded ? 0 : VIOLATION;
  return found.some(({ verdict }) => verdict === 'sometimes') ? VIOLATION : 0;
}

/** Scenarios down, kernels across. */
function verdictTable({ scenarios, kernels }: Request, found: readonly Verdict[]): string {
  const lines = scenarios.map(({ name }) => [name, ...found.filter(({ scenario }) => scenario === name).map(({ kind, verdict }) => kind ?? verdict)]);
  const head = ['', ...kernels.map(({ variant }) => variant.name)];
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column].length)));
  return [head, ...lines].map((line) => `${line.map((text, column) => text.padEnd(widths[column])).join('  ').trimEnd()}\n`).join('');
}

async function describe(request: Request, scenario: Scenario, found: readonly Verdict[]): Promise<void> {
  process.stdout.write(`\n${scenario.name}: ${scenario.question}\n`);
  for (const [i, verdict] of found.entries()) {
    process.stdout.write(`\n  ${verdict.kernel}: ${summary(verdict)}\n`);
    if (verdict.schedule === null) continue;
    const { table } = await import('../counterexample.ts');
    process.stdout.write(`\n${table(await rowsOf(scenario, request.kernels[i], verdict) ?? [])}`);
    process.stdout.write(`    ${verdict.kind}: ${verdict.message}\n    replay: ${replayCommand(verdict)}\n`);
  }
}

function summary({ kind, verdict, states, schedules }: Verdict): string {
  if (kind !== null) return `Sometimes: ${kind}`;
  if (verdict === 'unknown') return `unknown: no violation in ${states} states, then the budget was spent`;
  return `Never (complete: ${states} states, ${schedules} schedules)`;
}

function replayCommand({ scenario, kernel, schedule }: Verdict): string {
  return `perfsim explore ${scenario} --kernel ${kernel} --schedule ${schedule}`;
}

async function explanationOf(scenario: Scenario, kernel: KernelClass, word: string): Promise<Explanation> {
  const { explain } = await import('../../sim/explore/explain.ts');
  const { decodeSchedule } = await import('../../sim/explore/schedule.ts');
  const { modelOf } = await import('../../kernel/explore/scenario.ts');
  const schedule = decodeSchedule(word);
  const explanation = schedule === null ? null : explain(modelOf(scenario, kernel), schedule);
  if (explanation === null) throw new InputError(`the schedule '${word}' does not fit ${scenario.name} on ${kernel.variant.name}.`);
  return explanation;
}

async function rowsOf(scenario: Scenario, kernel: KernelClass, { schedule }: Verdict): Promise<Row[] | null> {
  if (schedule === null) return null;
  const { rows } = await import('../counterexample.ts');
  return rows(await explanationOf(scenario, kernel, schedule));
}

/** Shows every step, not only those that matter. */
async function replay({ scenarios, kernels, json }: Request, word: string): Promise<number> {
  const { rows, table } = await import('../counterexample.ts');
  const explanation = await explanationOf(scenarios[0], kernels[0], word);
  const shown = rows(explanation, true);
  const { violation } = explanation;
  if (json) process.stdout.write(`${JSON.stringify({ steps: shown, kind: violation?.kind ?? null, message: violation?.message ?? null })}\n`);
  else process.stdout.write(`${table(shown)}    ${violation === null ? 'nothing wrong at the end of this schedule' : `${violation.kind}: ${violation.message}`}\n`);
  return violation === null ? 0 : VIOLATION;
}
