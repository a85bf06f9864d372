/** Options to values: words that are already split, by the table's defaults and conversions. */
import type { Option, OptionTable, Values } from './option.ts';

export function parseOptions<Table extends OptionTable>(words: readonly string[], table: Table): Values<Table> {
  const given = new Map<string, string[]>();
  for (const word of words) {
    const [, name, text = ''] = /^--([^=]+)(?:=(.*))?$/s.exec(word)!;
    given.set(name, [...(given.get(name) ?? []), text]);
  }
  const values = Object.entries(table).map(([name, option]) => [name, valueOf(option, given.get(name))]);
  return Object.fromEntries(values) as Values<Table>;
}

/** Of an option given twice perf takes the last. */
function valueOf({ argument, array, default: standard, coerce = (text) => text }: Option, texts: readonly string[] | undefined): unknown {
  const given = array ? texts : texts?.at(-1);
  if (argument === undefined) return given === undefined ? undefined : true;
  const text = given ?? standard;
  return text === undefined ? undefined : coerce(text as never);
}
