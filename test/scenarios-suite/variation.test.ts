/** Lists of values, their grid, and how settings replace the words of a command. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { grid, override, title, valueList } from '../../scenarios/suite/variation.ts';
import { forAll } from '../support/property.ts';

describe('a list of values', () => {
  test.each([
    ['v3.1,./mine.ts', ['v3.1', './mine.ts']],
    ['1..4', ['1', '2', '3', '4']],
    ['1..20*2', ['1', '2', '4', '8', '16']],
    ['0..25+10,100', ['0', '10', '20', '100']],
  ])('%s', (text, values) => {
    expect(valueList(text)).toEqual(values);
  });

  test.each(['4..1', '0..8*2', '1..8*1', '1..', '1,,2', ''])('%j is refused', (text) => {
    expect(() => valueList(text)).toThrow(`invalid list '${text}'`);
  });
});

test('a grid has every combination once, the last axis varying fastest', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
  forAll([sizes], (lengths) => {
    const axes = lengths.map((length, axis) => ({ option: `o${axis}`, values: Array.from({ length }, (_, i) => String(i)) }));
    const rows = grid(axes).map((row) => row.map(({ value }) => value).join(''));
    expect(rows).toEqual(rows.toSorted());
    expect(new Set(rows).size).toBe(lengths.reduce((product, length) => product * length, 1));
  });
});

describe('a setting', () => {
  test('replaces what the words say of its option', () => {
    expect(override(['--event=cycles', '--freq=100', '--no-delay'], [{ option: 'event', value: 'a,b' }])).toEqual(['--freq=100', '--no-delay', '--event=a,b']);
  });

  test('takes a flag away or gives it', () => {
    expect([false, true].map((value) => override(['--no-delay'], [{ option: 'no-delay', value }]))).toEqual([[], ['--no-delay']]);
  });

  test('of a frequency replaces a period', () => {
    expect(override(['--count=5'], [{ option: 'freq', value: '100' }])).toEqual(['--freq=100']);
  });

  test('of a latency replaces that latency alone, and the later counts', () => {
    const settings = ['irq=1us', 'write=2ms', 'write=3ms'].map((value) => ({ option: 'latency', value }));
    expect(override(['--latency=irq=5us', '--latency=tick=5us'], settings)).toEqual(['--latency=tick=5us', '--latency=irq=1us', '--latency=write=3ms']);
  });

  test('of one way to be woken replaces another, unless it is not given', () => {
    expect(override(['--no-delay'], [{ option: 'watermark', value: '4096' }])).toEqual(['--watermark=4096']);
    expect(override(['--watermark=1'], [{ option: 'no-delay', value: false }])).toEqual(['--watermark=1']);
  });

  test('is called by its value where that is a name', () => {
    expect([{ option: 'kernel', value: 'v3.1' }, { option: 'mmap-pages', value: '512K' }, { option: 'no-delay', value: false }].map(title)).toEqual(['v3.1', '--mmap-pages 512K', 'without --no-delay']);
  });
});
