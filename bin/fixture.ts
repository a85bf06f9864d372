/** The work of `perfsim fixture`, apart from its command line so that only the command's start loads it. */
import { PerfData } from '../perf/data/index.ts';
import { bytesSource } from '../perf/data/source.ts';
import { contentsJson } from '../perf/fixture/contents.ts';
import { DAMAGES, damage } from '../perf/fixture/damage.ts';
import { makeFixture } from '../perf/fixture/make.ts';
import { READ_FORMAT_NAMES, SAMPLE_FIELD_NAMES, readFormat, recordOrders, sampleType, type FixtureOrder } from '../perf/fixture/order.ts';
import { RECIPES } from '../perf/fixture/recipes.ts';
import { unknownName } from '../perf/nearest.ts';
import { parse_events } from '../perf/parse-events.ts';
import type { ByteSink } from '../perf/run-spec.ts';
import { STANDARD_OUTPUT } from './options/run-spec.ts';
import { commitTogether, OutputFile } from './output-file.ts';
import { OutputPipe } from './output-pipe.ts';

export interface FixtureOptions {
  records: string;
  event: readonly string[];
  'sample-type': string;
  'read-format': string;
  'no-sample-id-all'?: boolean | undefined;
  'attr-size': number;
  'perf-version': string;
  pipe?: boolean | undefined;
  damage?: string | undefined;
  seed: string;
  output: string;
}

/** The sound recording is kept whole: it is read once for its contents, and once more to be damaged. */
class Memory implements ByteSink {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  write(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.#length + bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  patch(position: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, position);
  }

  get bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

function orderOf(options: FixtureOptions): FixtureOrder {
  return {
    events: options.event.flatMap(parse_events),
    records: recordOrders(options.records),
    sample_type: sampleType(options['sample-type']),
    sample_id_all: !options['no-sample-id-all'],
    read_format: readFormat(options['read-format']),
    attr_size: options['attr-size'],
    pipe: options.pipe ?? options.output === STANDARD_OUTPUT,
    version: options['perf-version'],
    seed: options.seed,
  };
}

export function writeFixture(options: FixtureOptions): void {
  if (options.damage !== undefined && !Object.hasOwn(DAMAGES, options.damage)) {
    throw unknownName('damage', options.damage, Object.keys(DAMAGES), 'perfsim fixture --list');
  }
  const memory = new Memory();
  makeFixture(orderOf(options), memory);
  const sound = memory.bytes;
  const damaged = options.damage === undefined ? null : damage(sound.slice(), options.damage);
  const json = contentsJson(PerfData.open(bytesSource(sound)), damaged?.report ?? null);
  save(options.output, damaged?.bytes ?? sound, json);
}

/** The contents go beside a recording that is a file. */
function save(path: string, recording: Uint8Array, json: Iterable<string>): void {
  if (path === STANDARD_OUTPUT) return new OutputPipe().write(recording);
  const files = [new OutputFile(path)];
  try {
    files[0].write(recording);
    if (!files[0].special) {
      files.push(new OutputFile(`${path}.json`));
      const encoder = new TextEncoder();
      for (const text of json) files[1].write(encoder.encode(text));
    }
    commitTogether(files);
  } finally {
    for (const file of files) file.close();
  }
}

export function listFixtures(): string {
  const damages = Object.entries(DAMAGES).map(([name, { what }]) => `  ${name.padEnd(22)} ${what}\n`).join('');
  return `Record types:\n  ${wrapped(Object.keys(RECIPES))}\n\nSample fields:\n  ${wrapped(SAMPLE_FIELD_NAMES)}\n\n` +
    `Read formats:\n  ${wrapped(READ_FORMAT_NAMES)}\n\nDamage:\n${damages}`;
}

const LINE = 96;

function wrapped(words: readonly string[]): string {
  let column = 0;
  return words.map((word) => {
    const breaks = column + word.length > LINE;
    column = breaks ? word.length + 1 : column + word.length + 1;
    return `${breaks ? '\n  ' : ''}${word}`;
  }).join(' ').replaceAll(' \n', '\n');
}
