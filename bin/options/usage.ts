/**
 * Usage texts in perf's form: a usage line, then the options in aligned columns.
 * Reference: usage_with_options of tools/perf/util/parse-options.c.
 */
import type { Option, OptionGroup } from './option.ts';

/** Descriptions begin here; a longer left column gets a line of its own. */
const DESCRIPTION_COLUMN = 30;

export function usage(usageLines: readonly string[], groups: readonly OptionGroup[]): string {
  const head = usageLines.map((line, index) => `${index === 0 ? ' Usage:' : '    or:'} ${line}\n`).join('');
  const parts = groups.map(({ title, options }) => `\n ${title}\n${Object.entries(options).map(([name, option]) => optionLine(name, option)).join('')}`);
  return `\n${head}${parts.join('')}\n`;
}

function optionLine(name: string, option: Option): string {
  const letter = option.alias === undefined ? '    ' : `-${option.alias}, `;
  const names = option.alias === name ? `-${name}` : `${letter}--${name}`;
  const left = `    ${names}${option.argument === undefined ? '' : ` ${option.argument}`}`;
  const gap = left.length < DESCRIPTION_COLUMN ? ' '.repeat(DESCRIPTION_COLUMN - left.length) : `\n${' '.repeat(DESCRIPTION_COLUMN)}`;
  return `${left}${gap}${option.describe}${defaultNote(option)}\n`;
}

function defaultNote(option: Option): string {
  return option.default === undefined || String(option.default) === '' ? '' : ` (default ${String(option.default)})`;
}
