/** The options that `compare`, `sweep` and `test` share: what varies, over which seeds, on how many workers. */
import { InputError } from '../../perf/input-error.ts';
import { unknownName } from '../../perf/nearest.ts';
import type { RunSpec } from '../../perf/run-spec.ts';
import { excluded, override, subjectOf, valueList, type Axis, type Setting } from '../../scenarios/suite/variation.ts';
import { defaultWorkers } from '../pool.ts';
import type { Simulation } from '../simulation.ts';
import { MACHINE_OPTIONS } from './machine.ts';
import type { Option, OptionTable } from './option.ts';
import { parseOptions } from './parse-options.ts';
import { RECORD_OPTIONS } from './record.ts';
import { RUN_OPTIONS, runSpec } from './run-spec.ts';
import { splitOptions } from './split-options.ts';
import { wholeNumber } from './values.ts';

const MAX_WORKERS = 256;

/** Where a recording goes and what is printed of it makes no other run. */
const NOT_VARIED = ['output', 'quiet', 'verbose', 'no-buildid-cache', 'seed'];

/** -k is the kernel here, and no option of record's. */
const { alias: KERNEL, ...clockid } = RECORD_OPTIONS.clockid;

/** Every option that changes a run, without defaults: what is not varied is as the command after `--` says. */
export const VARIED_OPTIONS: OptionTable = Object.fromEntries(
  Object.entries<Option>({ ...RECORD_OPTIONS, clockid, ...MACHINE_OPTIONS, kernel: { ...MACHINE_OPTIONS.kernel, alias: KERNEL } })
    .filter(([name]) => !NOT_VARIED.includes(name))
    .map(([name, option]) => [name, { ...option, default: undefined }]),
);

/** Options whose values contain commas are given once per value. */
const REPEATED = ['event', 'cpu'];

export const MANY_RUNS_OPTIONS = {
  seeds: { argument: '<list>', default: '1..20', describe: 'seeds of the runs, such as 1..100', coerce: valueList },
  workers: { argument: '<n>', default: String(defaultWorkers), describe: 'worker threads', coerce: (text: string) => wholeNumber('--workers', text, 1, MAX_WORKERS, 'a number of threads') },
} as const satisfies OptionTable;

/** The axes that the option words describe, in the order of their first mention. */
export function axesOf(words: readonly string[]): Axis[] {
  const axes = new Map<string, Axis>();
  for (const word of words) {
    const [, option, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word)!;
    if (!Object.hasOwn(VARIED_OPTIONS, option)) continue;
    const subject = subjectOf(word);
    const values = value === undefined ? [false, true] : REPEATED.includes(option) ? [...(axes.get(subject)?.values ?? []), value] : valueList(value);
    axes.set(subject, { option, values });
  }
  return [...axes.values()];
}

/** The words that are about the options of `table`, and not about what varies. */
export function wordsOf(words: readonly string[], table: OptionTable): string[] {
  return words.filter((word) => Object.hasOwn(table, /^--([^=]+)/.exec(word)![1]));
}

/** The words of one `perfsim record`. */
export interface RecordWords {
  options: string[];
  workload: string[];
}

export function recordWords([command, ...words]: readonly string[]): RecordWords {
  if (command !== 'record') throw new InputError("what is to be run is missing: end with '-- record -e cycles,cycles,cycles noploop 10' or the like.");
  const { options, rest } = splitOptions(words, RUN_OPTIONS);
  return { options, workload: rest };
}

/** The file that describes the workload, if one does. */
export function workloadFiles({ options }: RecordWords): string[] {
  return options.flatMap((word) => /^--workload=(.*)/.exec(word)?.[1] ?? []);
}

/** The run that the words describe once the settings have replaced theirs. */
export async function specOf({ options, workload }: RecordWords, settings: readonly Setting[], simulation: Simulation): Promise<RunSpec> {
  for (const setting of settings) checkSetting(setting);
  const both = excluded(settings.filter(({ value }) => value !== false).map(({ option }) => option));
  if (both !== null) throw new InputError(`--${both.join(' and --')} exclude each other: vary one of them.`);
  // What varies are kernels, not the tool that each of them came with.
  const tool = options.some((word) => word.startsWith('--tool=')) ? [] : ['--tool=3.2'];
  return runSpec(parseOptions(override([...tool, ...options], settings), RUN_OPTIONS), workload, simulation);
}

/** A file may name any option with any value; a command line has had them checked when it was split. */
function checkSetting({ option, value }: Setting): void {
  const given = Object.hasOwn(VARIED_OPTIONS, option) ? VARIED_OPTIONS[option] : undefined;
  if (given === undefined) throw unknownName('option', option, Object.keys(VARIED_OPTIONS), 'perfsim sweep -h');
  const isFlag = given.argument === undefined;
  if (isFlag !== (typeof value === 'boolean')) throw new InputError(`option '${option}' ${isFlag ? `is true or false, not '${value}'` : 'requires a value'}.`);
}
