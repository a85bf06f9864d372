/** How a command declares its options: as yargs has it, plus what a usage text in perf's form needs. */
import type { Options } from 'yargs';

export interface Option extends Options {
  /** The short name, one letter. */
  alias?: string;
  describe: string;
  /** The placeholder of the option's argument in the usage text; a flag has none. */
  argument?: string;
  /** The argument may be missing: a next word of this form is one, and without it the option stands for another. */
  optional?: { form: RegExp; without: string };
}

/** Options by their long names, in the order of the usage text. */
export type OptionTable = Readonly<Record<string, Option>>;

/** A titled part of a usage text. */
export interface OptionGroup {
  title: string;
  options: OptionTable;
}

/** Every command answers these words with its usage. */
export const HELP = {
  help: { alias: 'h', type: 'boolean', describe: 'show this text' },
} as const satisfies OptionTable;
