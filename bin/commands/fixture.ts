/** `perfsim fixture`: a recording made to order, and a JSON file of its exact contents beside it. */
import type { Command } from '../command.ts';
import { HELP, type OptionTable } from '../options/option.ts';
import { parseOptions } from '../options/parse-options.ts';
import { optionsOnly } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { oneOf } from '../options/values.ts';
import { printText } from '../print-text.ts';

const ATTR_SIZES = ['64', '72', '80', '96', '104', '112', '120', '128', '136'] as const;

const OPTIONS = {
  records: { alias: 'r', argument: '<list>', default: 'MMAP,COMM,SAMPLE*30', describe: 'the records in order, each TYPE[*COUNT][@SIZE]' },
  event: { alias: 'e', array: true, argument: '<event>', default: ['cycles'], describe: 'the events, which take turns' },
  'sample-type': { argument: '<list>', default: 'ip,tid,time,id,period', describe: 'the fields of a sample' },
  'read-format': { argument: '<list>', default: 'enabled,running,id', describe: 'what READ and the read field hold' },
  'no-sample-id-all': { describe: 'no trailer on records other than samples' },
  'attr-size': { argument: '<bytes>', default: '72', describe: `size of the event attributes: ${ATTR_SIZES.join(', ')}`, coerce: (text: string) => Number(oneOf('--attr-size', text, ATTR_SIZES)) },
  'perf-version': { argument: '<version>', default: '6.1.0', describe: 'the version that the recording names' },
  pipe: { describe: 'in pipe format' },
  damage: { argument: '<name>', describe: 'broken in this way, see --list' },
  seed: { argument: '<text>', default: '1', describe: 'same seed, same bytes' },
  output: { alias: 'o', argument: '<file>', default: 'perf.data', describe: "output file name; its contents go into <file>.json; '-' for standard output, in pipe format and without them" },
  list: { describe: 'show record types, sample fields and kinds of damage' },
  ...HELP,
} as const satisfies OptionTable;

export const command: Command = {
  name: 'fixture',
  summary: 'Make a recording to order, sound or damaged, with its exact contents as JSON',
  async run(argv) {
    const words = optionsOnly(argv, OPTIONS);
    if (words.includes('--help')) {
      printText(usage(['perfsim fixture [<options>]'], [{ title: 'Options', options: OPTIONS }]));
      return 0;
    }
    const { listFixtures, writeFixture } = await import('../fixture.ts');
    const options = parseOptions(words, OPTIONS);
    if (options.list) printText(listFixtures());
    else writeFixture(options);
    return 0;
  },
};
