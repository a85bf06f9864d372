/** How a command declares its options: what a usage text in perf's form needs, and how words become values. */

export interface Option {
  /** The short name, one letter. */
  alias?: string;
  describe: string;
  /** The placeholder of the option's argument in the usage text; a flag has none. */
  argument?: string;
  /** The argument may be missing: a next word of this form is one, and without it the option stands for another. */
  optional?: { form: RegExp; without: string };
  /** Several arguments are all meant; otherwise the last is. */
  array?: boolean;
  /** The argument of an option that is not given. */
  default?: string | number | readonly string[];
  /** From the argument to the value, or from all arguments; throws a sentence for what it refuses. */
  coerce?: (text: never) => unknown;
}

/** Options by their long names, in the order of the usage text. */
export type OptionTable = Readonly<Record<string, Option>>;

type Value<Of> = Of extends { coerce: (text: never) => infer Made } ? Made
  : Of extends { argument: string } ? (Of extends { array: true } ? string[] : string)
    : boolean;

/** What the options of a table amount to. */
export type Values<Table extends OptionTable> = {
  [Name in keyof Table]: Table[Name] extends { default: unknown } ? Value<Table[Name]> : Value<Table[Name]> | undefined;
};

/** A titled part of a usage text. */
export interface OptionGroup {
  title: string;
  options: OptionTable;
}

/** Every command answers these words with its usage. */
export const HELP = {
  help: { alias: 'h', describe: 'show this text' },
} as const satisfies OptionTable;
