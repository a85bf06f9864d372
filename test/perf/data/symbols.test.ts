/** Symbols come back from the files that we write, and tables are made fit for searching as perf does it. */
import { expect, test } from '@jest/globals';
import { ElfFile } from '../../../perf/data/elf-symbols.ts';
import { elfImage } from '../../../perf/data/elf.ts';
import { parseKallsyms } from '../../../perf/data/kallsyms.ts';
import { symbolTable, type Symbol } from '../../../perf/data/symbols.ts';
import { symbolFiles } from '../../../perf/report/symbol-files.ts';
import { histogram } from '../../../perf/report/histogram.ts';
import { parseSortKeys } from '../../../perf/report/sort-keys.ts';
import { noploop, open } from './recordings.ts';

const build_id = Uint8Array.from({ length: 20 }, (_, i) => i + 1);
const base = 0x400000;
const image = elfImage({ base, build_id, symbols: [{ name: 'main', start: base + 0x100, length: 3 }, { name: 'leaf', start: base + 0x103, length: 2 }] });

test('an ELF file gives its build id and its symbols at file offsets', () => {
  const elf = new ElfFile(image);
  expect(elf.buildId()).toEqual(build_id);
  expect(elf.symbols().map(({ name, start, end }) => [name, start, end])).toEqual([['main', 0x100n, 0x103n], ['leaf', 0x103n, 0x105n]]);
});

test('a file that is none is refused, and so is one that is cut', () => {
  expect(() => new ElfFile(new Uint8Array(100))).toThrow('not an ELF file');
  expect(() => new ElfFile(image.subarray(0, 40))).toThrow('the ELF file is cut short');
});

test('of several names for one address the sized, strong, global one is kept, and gaps are filled', () => {
  const symbol = (name: string, start: bigint, end: bigint, binding: Symbol['binding']): Symbol => ({ name, start, end, binding });
  const table = symbolTable([
    symbol('later', 0x20n, 0x20n, 'local'), symbol('weak', 0x10n, 0x18n, 'weak'), symbol('global', 0x10n, 0x18n, 'global'),
    symbol('__global', 0x10n, 0x18n, 'global'), symbol('unsized', 0x18n, 0x18n, 'local'),
  ]);
  expect(table.map(({ name, start, end }) => [name, start, end])).toEqual([['global', 0x10n, 0x18n], ['unsized', 0x18n, 0x20n], ['later', 0x20n, 0x2000n]]);
});

test('kallsyms gives the kernel’s symbols and those of each module', () => {
  const table = parseKallsyms('ffffffff81000000 T _text\nffffffff81000100 t helper\nffffffff81000200 A absolute\nffffffffc0000000 t probe\t[joydev]\n');
  expect([...table.keys()]).toEqual(['', '[joydev]']);
  expect(table.get('')?.map(({ name, end }) => [name, end])).toEqual([['_text', 0xffffffff81000100n], ['helper', 0xffffffff81002000n]]);
});

test('a report finds the symbols beside the mapped path', () => {
  const files = { buildIdDir: '/cache', read: (path: string) => (path === '/opt/noploop' ? image : null) };
  const { tables } = histogram(open(noploop(30)), { keys: parseSortKeys('symbol'), graph: null, loadSymbols: symbolFiles(files) });
  expect(tables[0].rows.map(({ values }) => values.location?.found?.name)).toEqual(['main', 'leaf']);
});
