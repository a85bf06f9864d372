/** Options to values: yargs' parser applies a table's defaults and conversions to words that are already split. */
import Parser from 'yargs-parser';
import type { Option, OptionTable, Values } from './option.ts';

/** Words are taken as they are: what they mean, `splitOptions` has said. */
const CONFIGURATION = { 'boolean-negation': false, 'camel-case-expansion': false, 'dot-notation': false, 'greedy-arrays': false, 'parse-numbers': false };

export function parseOptions<Table extends OptionTable>(words: readonly string[], table: Table): Values<Table> {
  const options = Object.entries(table);
  const named = (wanted: (option: Option) => boolean): string[] => options.filter(([, option]) => wanted(option)).map(([name]) => name);
  const { argv, error } = Parser.detailed([...words], {
    array: named(({ array }) => array === true),
    boolean: named(({ argument }) => argument === undefined),
    string: named(({ argument }) => argument !== undefined),
    default: Object.fromEntries(options.flatMap(([name, { default: value }]) => (value === undefined ? [] : [[name, value]]))),
    coerce: Object.fromEntries(options.map(([name, option]) => [name, conversionOf(option)])),
    configuration: CONFIGURATION,
  });
  if (error !== null) throw error;
  return argv as unknown as Values<Table>;
}

/** Of an option given twice perf takes the last; the parser would hand over both. */
function conversionOf({ array, coerce = (text) => text }: Option): (given: unknown) => unknown {
  return (given) => coerce((array || !Array.isArray(given) ? given : given.at(-1)) as never);
}
