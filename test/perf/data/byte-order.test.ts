/** The recording of a big-endian machine is read as the same recording. */
import { expect, test } from '@jest/globals';
import { Script } from '../../../perf/report/script.ts';
import { collect } from '../../../perf/report/output.ts';
import { havePerf, noploop, open, realPerf } from './recordings.ts';

/** Reverses the bytes of fields one after another: their sizes are given, 0 for a word of flags, whose bits turn but not its bytes. */
class Swapper {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  swap(...sizes: number[]): void {
    for (const size of sizes) {
      const field = this.bytes.subarray(this.at, this.at + (size || 8));
      if (size > 0) field.reverse();
      else field.forEach((byte, i) => (field[i] = reversedBits(byte)));
      this.at += field.length;
    }
  }
}

function reversedBits(byte: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) reversed |= 0x80 >> bit;
  return reversed;
}

const ATTR = [4, 4, 8, 8, 8, 8, 0, 4, 4, 8, 8];
const TRAILER = [4, 4, 8, 8];
const RECORD_HEADER = [4, 2, 2];
/** Fields by record type: before the string, if any, and behind it. */
const BODIES: Record<number, { before: number[]; behind: number[] }> = {
  1: { before: [4, 4, 8, 8, 8], behind: TRAILER },
  3: { before: [4, 4], behind: TRAILER },
  9: { before: [8, 4, 4, 8, 8, 8], behind: [] },
};

/** What a big-endian machine would have written, without features. */
function bigEndian(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer);
  const dataAt = Number(view.getBigUint64(40, true));
  const dataEnd = dataAt + Number(view.getBigUint64(48, true));
  const swapper = new Swapper(file.slice(0, dataEnd));
  swapper.bytes.fill(0, 72, 104);
  swapper.swap(8, 8, 8, 8, 8, 8, 8, 8, 8);
  swapper.at = 104;
  swapper.swap(8, 8, 8);
  while (swapper.at < dataAt) swapper.swap(...ATTR, 8, 8);
  while (swapper.at < dataEnd) {
    const start = swapper.at;
    const { before, behind } = BODIES[view.getUint32(start, true)];
    swapper.swap(...RECORD_HEADER, ...before);
    swapper.at = start + view.getUint16(start + 6, true) - behind.reduce((sum, size) => sum + size, 0);
    swapper.swap(...behind);
  }
  return swapper.bytes;
}

const little = noploop(20, {});
const big = bigEndian(little);
const script = (bytes: Uint8Array): string => collect((out) => new Script(open(bytes), out).run());

test('its records are those of the little-endian one', () => {
  expect(open(big).events.all.map(({ attr, ids }) => ({ attr, ids }))).toEqual(open(little).events.all.map(({ attr, ids }) => ({ attr, ids })));
  expect([...open(big).records()]).toEqual([...open(little).records()]);
});

(havePerf ? test : test.skip)('real perf agrees (skipped where it is not installed)', () => {
  expect(script(big)).toBe(realPerf(big, 'script').stdout);
});
