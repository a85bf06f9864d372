/**
 * Reads an argument vector by getopt's rules, as perf does: `-ecycles`, `-e cycles`, `-qa`, `--event=cycles`, `--`.
 * `--no-` takes a flag back, and the beginning of a long name is enough if there is only one.
 * Reference: tools/perf/util/parse-options.c of v3.2.
 *
 * The first word that is no option begins the workload, whose own options are its own.
 */
import { InputError } from '../../perf/input-error.ts';
import { nearest } from '../../perf/nearest.ts';
import type { NotModelled } from './not-modelled.ts';
import type { OptionTable } from './option.ts';

export interface SplitArguments {
  /** Each option as `--name` or `--name=value`, in the order given. */
  options: string[];
  /** What follows the options: the workload with its arguments, or a command's operands. */
  rest: string[];
}

interface OptionWord {
  name: string;
  /** As typed, for messages. */
  typed: string;
  /** The value within the same word, if any. */
  attached: string | null;
  /** `--no-`: a flag that is taken back. */
  negated?: boolean;
}

/** `missing`: what perf has beside the table, to be refused in other words than what nobody knows. */
export function splitOptions(argv: readonly string[], table: OptionTable, missing: NotModelled = {}): SplitArguments {
  const { options, rest } = leadingOptions(argv, table, missing);
  return { options, rest };
}

/** For commands without a workload: options may stand before, between and after the operands, unless '--' ends them. */
export function splitOperands(argv: readonly string[], table: OptionTable, missing: NotModelled = {}): SplitArguments {
  const found: SplitArguments = { options: [], rest: [] };
  for (let words = argv; ; ) {
    const { options, rest, ended } = leadingOptions(words, table, missing);
    found.options.push(...options);
    const next = ended ? -1 : rest.findIndex(isOption);
    found.rest.push(...rest.slice(0, next < 0 ? rest.length : next));
    if (next < 0) return found;
    words = rest.slice(next);
  }
}

/** For commands without operands: the options alone. Who asks for help gets it, whatever else is there. */
export function optionsOnly(argv: readonly string[], table: OptionTable, missing: NotModelled = {}): string[] {
  const { options, rest: [stray] } = splitOperands(argv, table, missing);
  if (stray === undefined || options.includes('--help')) return options;
  throw new InputError(`unexpected argument '${stray}'; ${Object.hasOwn(table, 'input') ? `a recording is named with '-i ${stray}'` : "'-h' shows the options"}.`);
}

function isOption(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}

/** `ended` says that '--' did. */
function leadingOptions(argv: readonly string[], table: OptionTable, missing: NotModelled): SplitArguments & { ended: boolean } {
  const options: string[] = [];
  let next = 0;
  while (next < argv.length && isOption(argv[next])) {
    const word = argv[next++];
    if (word === '--') return { options, rest: argv.slice(next), ended: true };
    const found = word.startsWith('--') ? [longOption(word, table, missing)] : shortOptions(word, table, missing);
    for (const { name, typed, attached, negated } of found) {
      const { optional } = table[name];
      if (optional !== undefined && attached === null && !optional.form.test(argv[next] ?? '')) {
        options.push(`--${optional.without}`);
      } else if (table[name].argument === undefined) {
        if (attached !== null) throw new InputError(`option '${typed}' takes no value, but was given '${attached}'.`);
        options.push(negated ? `--${name}=false` : `--${name}`);
      } else {
        const value = attached ?? argv[next++];
        if (value === undefined || value === '') throw new InputError(`option '${typed}' requires a value.`);
        options.push(`--${name}=${value}`);
      }
    }
  }
  return { options, rest: argv.slice(next), ended: false };
}

function longOption(word: string, table: OptionTable, missing: NotModelled): OptionWord {
  const equals = word.indexOf('=');
  const typed = equals < 0 ? word : word.slice(0, equals);
  const attached = equals < 0 ? null : word.slice(equals + 1);
  const asked = typed.slice(2);
  if (Object.hasOwn(table, asked)) return { name: asked, typed, attached };
  const positive = asked.replace(/^no-/, '');
  if (asked !== positive && Object.hasOwn(table, positive) && table[positive].argument === undefined) {
    return { name: positive, typed, attached, negated: true };
  }
  for (const name of [asked, positive]) if (Object.hasOwn(missing, name)) throw notModelled(name, typed, missing);
  const meant = [...Object.keys(table), ...Object.keys(missing)].filter((name) => name.startsWith(asked));
  if (meant.length > 1 && asked !== '') throw new InputError(`ambiguous option '${typed}': it may be ${meant.map((name) => `--${name}`).join(' or ')}.`);
  if (meant.length === 0 || asked === '') throw unknownOption(typed, table);
  if (!Object.hasOwn(table, meant[0])) throw notModelled(meant[0], typed, missing);
  return { name: meant[0], typed, attached };
}

function unknownOption(typed: string, table: OptionTable): InputError {
  const meant = nearest(typed.slice(2), Object.keys(table));
  return new InputError(`unknown option '${typed}'; ${meant === null ? "'-h' shows the options." : `did you mean '--${meant}'?`}`);
}

function notModelled(name: string, typed: string, missing: NotModelled): InputError {
  return new InputError(`option '${typed}'${typed === `--${name}` ? '' : ` (--${name})`} is not modelled: ${missing[name][1]}.`);
}

/** `-qaecycles` is `-q -a -e cycles`: an option with an argument takes the rest of the word. */
function shortOptions(word: string, table: OptionTable, missing: NotModelled): OptionWord[] {
  const found: OptionWord[] = [];
  for (let at = 1; at < word.length; at++) {
    const letter = word[at];
    const typed = `-${letter}`;
    const name = Object.keys(table).find((long) => table[long].alias === letter);
    const absent = Object.keys(missing).find((long) => missing[long][0] === letter);
    if (name === undefined && absent !== undefined) throw notModelled(absent, typed, missing);
    if (name === undefined) throw new InputError(`unknown option '${typed}'${word === typed ? '' : ` in '${word}'`}; '-h' shows the options.`);
    const takesRest = table[name].argument !== undefined;
    const rest = word.slice(at + 1);
    found.push({ name, typed, attached: takesRest && rest !== '' ? rest : null });
    if (takesRest) break;
  }
  return found;
}
