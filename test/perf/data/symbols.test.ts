/** Symbols come back from the files that we write, and tables are made fit for searching as perf does it. */
import { expect, test } from '@jest/globals';
import { ElfFile } from '../../../perf/data/elf-symbols.ts';
import { elfImage } from '../../../perf/data/elf.ts';
import { parseKallsyms } from '../../../perf/data/kallsyms.ts';
import { PerfDataWriter } from '../../../perf/data/index.ts';
import { symbolTable, type Symbol } from '../../../perf/data/symbols.ts';
import { symbolFiles, type FileAccess } from '../../../perf/report/symbol-files.ts';
import { histogram } from '../../../perf/report/histogram.ts';
import { layoutOf } from '../../../perf/report/columns.ts';
import { MACHINE, MemorySink, cycles, noploop, open } from './recordings.ts';

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

function namesIn(recording: Uint8Array, files: FileAccess): (string | undefined)[] {
  const data = open(recording);
  const { tables } = histogram(data, { layout: layoutOf({ sort: 'symbol' }), graph: null, loadSymbols: symbolFiles(files, data) });
  return tables[0].rows.map(({ values }) => values.location?.found?.name);
}

test('a report finds the symbols beside the mapped path', () => {
  const files = { buildIdDir: '/cache', read: (path: string) => (path === '/opt/noploop' ? image : null) };
  expect(namesIn(noploop(30), files)).toEqual(['main', 'leaf']);
});

/** A sample in the kernel, in a recording without build ids. */
function inKernel(os_release: string, text: bigint): Uint8Array {
  const sink = new MemorySink();
  const events = cycles(1);
  const writer = new PerfDataWriter(sink, events);
  writer.appendRecord({ name: 'MMAP', misc: 1, pid: -1, tid: 0, start: text, len: 0x1000n, pgoff: text, filename: '[kernel.kallsyms]_text' });
  writer.appendRecord({ name: 'SAMPLE', misc: 1, sample: { ip: text + 0x108n, task: { pid: 1, tid: 1 }, time: 1n, id: events[0].ids[0], period: 1n } });
  writer.finish({ ...MACHINE, os_release });
  return sink.bytes();
}

const runningKernel: FileAccess = {
  buildIdDir: '/cache',
  read: (path) => {
    if (path === '/proc/sys/kernel/osrelease') return new TextEncoder().encode('6.18.1\n');
    return path === '/proc/kallsyms' ? new TextEncoder().encode('ffffffff81000000 T _text\nffffffff81000100 t helper\n') : null;
  },
};

test.each([
  ['6.18.1', 0xffffffff81000000n, 'helper'],
  ['6.18.2', 0xffffffff81000000n, undefined],
  ['6.18.1', 0xffffffff82000000n, undefined],
])('without build ids, the kernel of release %s at %i is looked up in the running one, 6.18.1 at 0xffffffff81000000: %s', (release, text, name) => {
  expect(namesIn(inKernel(release, text), runningKernel)).toEqual([name]);
});
