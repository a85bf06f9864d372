/**
 * Finds the symbols of mapped files where perf finds them: in its build-id cache, among debug files, at the path itself.
 * Reference: dso__load() and dso__load_kernel_sym() of tools/perf/util/symbol.c, v6.1.
 * Not modelled: debuginfod; the running kernel's symbols for a recording of another one that has no build ids: perf shows
 * them, and so wrong names.
 */
import { ElfFile } from '../data/elf-symbols.ts';
import { PerfDataError, type PerfData } from '../data/index.ts';
import { parseKallsyms } from '../data/kallsyms.ts';
import { symbolTable, type Symbol } from '../data/symbols.ts';
import { isMangled } from './demangle.ts';
import type { Dso, FoundSymbol, SymbolLoader } from './dso.ts';

/** The files that the symbols may be in. A page has none, Node has those of the machine. */
export interface FileAccess {
  /** The whole file, or null if there is none that can be read. */
  read(path: string): Uint8Array | null;
  /** Perf's build-id cache, such as /home/me/.debug. */
  readonly buildIdDir: string;
  /** The name in which a C++ or Rust function was written; absent: names are shown as they are in the file. */
  readonly demangle?: (name: string) => string;
}

const hexId = (id: Uint8Array): string => Array.from(id, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** .build-id/ab/cdef… */
function linkName(id: string): string {
  return `.build-id/${id.slice(0, 2)}/${id.slice(2)}`;
}

/** The id of the running kernel is in a note of this file. */
const RUNNING_KERNEL_NOTES = '/sys/kernel/notes';
const RUNNING_KERNEL_RELEASE = '/proc/sys/kernel/osrelease';
const RUNNING_KERNEL_SYMBOLS = '/proc/kallsyms';

/** What `recording` tells of its kernel may come only with its records: it is asked when a symbol is. */
export function symbolFiles(files: FileAccess, recording: Pick<PerfData, 'features'>): SymbolLoader {
  let kernel: Map<string, Symbol[]> | null = null;
  let kernelId: string | null = null;
  return (dso) => {
    if (dso.kernel) {
      // Modules are in the kernel's table, under the id of the kernel.
      if (dso.build_id !== null && dso.short_name.startsWith('[kernel.')) kernelId = hexId(dso.build_id);
      kernel ??= kernelId === null ? runningKernelSymbols(files, recording, dso) : kernelSymbols(files, kernelId);
      return kernelPart(kernel, dso);
    }
    if (dso.long_name.startsWith('/tmp/perf-')) return perfMap(files.read(dso.long_name));
    const symbols = dso.long_name.startsWith('/') || dso.build_id !== null ? programSymbols(files, dso) : null;
    return symbols?.map((symbol) => (files.demangle && isMangled(symbol.name) ? new MangledSymbol(symbol, files.demangle) : symbol)) ?? null;
  };
}

/** Most symbols of a program are never looked up: its name is made out when it is asked for. */
class MangledSymbol implements FoundSymbol {
  readonly start: bigint;
  readonly end: bigint;
  readonly #mangled: string;
  readonly #demangle: (name: string) => string;
  #name: string | null = null;

  constructor({ name, start, end }: Symbol, demangle: (name: string) => string) {
    this.start = start;
    this.end = end;
    this.#mangled = name;
    this.#demangle = demangle;
  }

  get name(): string {
    return (this.#name ??= this.#demangle(this.#mangled));
  }
}

function kernelPart(kernel: Map<string, Symbol[]>, dso: Dso): Symbol[] | null {
  if (dso.short_name.startsWith('[kernel.')) return kernel.get('') ?? null;
  const symbols = kernel.get(dso.short_name);
  return symbols?.map((symbol) => ({ ...symbol, start: symbol.start - dso.base, end: symbol.end - dso.base })) ?? null;
}

/** The symbols of the running kernel, if the recording is of its release, and of a boot that put it at the same address. */
function runningKernelSymbols(files: FileAccess, { features }: Pick<PerfData, 'features'>, { landmark }: Dso): Map<string, Symbol[]> {
  const release = files.read(RUNNING_KERNEL_RELEASE);
  if (landmark === null || release === null || new TextDecoder().decode(release).trim() !== features.os_release) return new Map();
  const symbols = parseKallsyms(new TextDecoder().decode(files.read(RUNNING_KERNEL_SYMBOLS) ?? new Uint8Array()));
  const isThere = symbols.get('')?.some(({ start }) => start === landmark) ?? false;
  return isThere ? symbols : new Map<string, Symbol[]>();
}

function kernelSymbols(files: FileAccess, id: string): Map<string, Symbol[]> {
  const image = openElf(files.read(`${files.buildIdDir}/${linkName(id)}/elf`), id);
  if (image !== null) return new Map([['', atAddresses(image)]]);
  const isRunning = hexId(files.read(RUNNING_KERNEL_NOTES) ?? new Uint8Array()).includes(id);
  const table = files.read(isRunning ? RUNNING_KERNEL_SYMBOLS : `${files.buildIdDir}/${linkName(id)}/kallsyms`)
    ?? files.read(`${files.buildIdDir}/[kernel.kallsyms]/${id}/kallsyms`);
  return table === null ? new Map<string, Symbol[]>() : parseKallsyms(new TextDecoder().decode(table));
}

/** A kernel image lies in memory as in its file, and is looked up by address. */
function atAddresses(image: ElfFile): Symbol[] {
  return image.symbols().map((symbol) => ({ ...symbol, start: symbol.start + image.base, end: symbol.end + image.base }));
}

/** Names come from the first file with a full table of symbols, places from the first that can have been mapped. */
function programSymbols(files: FileAccess, dso: Dso): Symbol[] | null {
  const { long_name } = dso;
  const build_id = dso.build_id ?? openElf(files.read(long_name), null)?.buildId() ?? null;
  const id = build_id === null ? null : hexId(build_id);
  const mappedPaths = id === null ? [long_name] : [...['elf', 'vdso', ''].map((name) => `${files.buildIdDir}/${linkName(id)}/${name}`), long_name];
  const debugPaths = id === null ? [] : [
    `${files.buildIdDir}/${linkName(id)}/debug`, `/usr/lib/debug/${linkName(id)}.debug`, `/usr/lib/debug${long_name}.debug`,
  ];
  const open = (path: string): ElfFile | null => openElf(files.read(path), id);
  const mapped = firstOf(mappedPaths, open);
  if (mapped?.hasSymtab) return mapped.symbols();
  const debug = firstOf(debugPaths, open);
  return (debug ?? mapped)?.symbols(mapped ?? undefined) ?? null;
}

function firstOf(paths: string[], open: (path: string) => ElfFile | null): ElfFile | null {
  for (const path of paths) {
    const file = open(path);
    if (file !== null) return file;
  }
  return null;
}

/** The file if it is the one that was mapped. A damaged file is none. */
function openElf(bytes: Uint8Array | null, id: string | null): ElfFile | null {
  if (bytes === null) return null;
  try {
    const elf = new ElfFile(bytes);
    const own = elf.buildId();
    return id !== null && own !== null && hexId(own) !== id ? null : elf;
  } catch (error) {
    if (error instanceof PerfDataError) return null;
    throw error;
  }
}

/** What a compiler at run time says of its code: "start size name" in each line. */
function perfMap(bytes: Uint8Array | null): Symbol[] | null {
  if (bytes === null) return null;
  const symbols: Symbol[] = [];
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    const match = /^([0-9a-f]+) ([0-9a-f]+) (.+)$/.exec(line);
    if (match === null) continue;
    const start = BigInt(`0x${match[1]}`);
    symbols.push({ name: match[3], start, end: start + BigInt(`0x${match[2]}`), binding: 'global' });
  }
  return symbolTable(symbols);
}
