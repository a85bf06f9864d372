/**
 * Options to values: yargs applies the table's types, defaults and conversions to words that are already split.
 * It is loaded here and not before, since a usage text or an error in the words must not wait for it.
 */
import type { InferredOptionTypes } from 'yargs';
import { InputError } from '../../perf/input-error.ts';
import type { Option, OptionTable } from './option.ts';

export async function parseOptions<Table extends OptionTable>(words: readonly string[], table: Table): Promise<InferredOptionTypes<Table>> {
  const { default: yargs } = await import('yargs');
  const parser = yargs([...words])
    .options(Object.fromEntries(Object.entries(table).map(([name, option]) => [name, lastCounts(option)])))
    .parserConfiguration({ 'boolean-negation': false, 'camel-case-expansion': false, 'dot-notation': false, 'greedy-arrays': false, 'parse-numbers': false })
    .help(false)
    .version(false)
    .exitProcess(false)
    .fail((message) => {
      throw new InputError(message);
    });
  return parser.parseSync() as InferredOptionTypes<Table>;
}

/** Of an option given twice perf takes the last; yargs would hand over both. */
function lastCounts(option: Option): Option {
  const { coerce } = option;
  if (option.array || coerce === undefined) return option;
  return { ...option, coerce: (value: string | string[]) => coerce(Array.isArray(value) ? value.at(-1) : value) as unknown };
}
