/** `perfsim data`: a recording in another form. */
import type { Command } from '../command.ts';
import { HELP, type OptionTable } from '../options/option.ts';
import { parseOptions } from '../options/parse-options.ts';
import { optionsOnly } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { printText } from '../print-text.ts';

const OPTIONS = {
  'to-json': { argument: '<file>', describe: "convert to JSON format, '-' for standard output" },
  input: { alias: 'i', argument: '<file>', default: 'perf.data', describe: "input file name, '-' for standard input" },
  force: { alias: 'f', describe: 'overwrite an existing output file' },
  ...HELP,
} as const satisfies OptionTable;

/** perf has only this one subcommand, and so does without it here. */
const CONVERT = 'convert';

export const command: Command = {
  name: 'data',
  summary: 'Convert perf.data to JSON',
  async run(argv) {
    const words = optionsOnly(argv[0] === CONVERT ? argv.slice(1) : argv, OPTIONS);
    if (words.includes('--help')) {
      printText(usage(['perfsim data [convert] --to-json <file> [<options>]'], [{ title: "perf's options", options: OPTIONS }]));
      return 0;
    }
    const [{ convertToJson }, { InputError }] = await Promise.all([import('../convert.ts'), import('../../perf/input-error.ts')]);
    const { 'to-json': output, input, force } = parseOptions(words, OPTIONS);
    if (output === undefined) throw new InputError("no conversion was asked for; name the output with '--to-json FILE'.");
    return convertToJson(input, output, force ?? false);
  },
};
