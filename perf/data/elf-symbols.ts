/**
 * Symbols and build id of an ELF file, at file offsets as perf looks them up.
 * Reference: dso__load_sym_internal() and dso__synthesize_plt_symbols() of tools/perf/util/symbol-elf.c, v6.1; elf(5).
 * Not modelled: 32-bit and big-endian files, separate debug files named by .gnu_debuglink.
 */
import { ByteReader, align, textOf } from './bytes.ts';
import { PerfDataError } from './error.ts';
import { symbolTable, type Symbol } from './symbols.ts';

interface SectionHeader {
  name: string;
  type: number;
  flags: bigint;
  address: bigint;
  offset: number;
  size: number;
  link: number;
  entrySize: number;
}

interface Segment {
  offset: bigint;
  address: bigint;
  size: bigint;
}

const SHT_SYMTAB = 2;
const SHT_NOTE = 7;
const SHT_DYNSYM = 11;
const SHT_RELA_ENTRY = 24;
const SHF_ALLOC = 2n;
const SHN_UNDEF = 0;
const SHN_ABS = 0xfff1;
const PT_LOAD = 1;
const NT_GNU_BUILD_ID = 3;
const STT = { NOTYPE: 0, OBJECT: 1, FUNC: 2, GNU_IFUNC: 10 } as const;
const STV_DEFAULT = 0;
const STV_PROTECTED = 3;
const BINDINGS = ['local', 'global', 'weak'] as const;
const SYMBOL_SIZE = 24;

/** An ELF file of 64 bits, opened. */
export class ElfFile {
  readonly #bytes: Uint8Array;
  readonly #sections: SectionHeader[];
  readonly #segments: Segment[];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const from = new ByteReader(bytes, 'the ELF file');
    if (from.u32() !== 0x464c457f || from.u8() !== 2 || from.u8() !== 1) throw new PerfDataError('the file is not an ELF file of 64 bits, little-endian');
    from.at = 32;
    const segmentsAt = from.size();
    const sectionsAt = from.size();
    from.at = 54;
    const [segmentSize, segmentCount, sectionSize, sectionCount, nameSection] = Array.from({ length: 5 }, () => from.u16());
    this.#segments = this.#readSegments(segmentsAt, segmentSize, segmentCount);
    this.#sections = this.#readSections(sectionsAt, sectionSize, sectionCount, nameSection);
  }

  /** The id that the linker gave the file, or null. */
  buildId(): Uint8Array | null {
    for (const section of this.#sections) {
      if (section.type !== SHT_NOTE) continue;
      const from = this.#reader(section);
      while (from.remaining >= 12) {
        const [nameSize, size, type] = [from.u32(), from.u32(), from.u32()];
        const name = textOf(from.slice(Math.min(align(nameSize, 4), from.remaining)));
        if (type === NT_GNU_BUILD_ID && name === 'GNU') return from.slice(size).slice();
        from.take(Math.min(align(size, 4), from.remaining));
      }
    }
    return null;
  }

  /** The address at which the file's first byte is, or would be, loaded. */
  get base(): bigint {
    const [{ address, offset } = { address: 0n, offset: 0n }] = this.#segments;
    return address - offset;
  }

  /** Whether the file has its full table of symbols, which is often cut off and kept in a file of its own. */
  get hasSymtab(): boolean {
    return this.#sections.some(({ type }) => type === SHT_SYMTAB);
  }

  /**
   * All functions and objects, and the stubs that call into other files. A file with debugging information only has
   * the names; where they are in the file that was mapped, that file must say.
   */
  symbols(mapped: ElfFile = this): Symbol[] {
    const found = [SHT_SYMTAB, SHT_DYNSYM].flatMap((wanted) =>
      this.#sections.filter(({ type }) => type === wanted).flatMap((section) => this.#table(section, mapped)));
    const table = symbolTable(found);
    return table.length === 0 ? table : [...table, ...mapped.#stubs()].sort((a, b) => (a.start < b.start ? -1 : Number(a.start > b.start)));
  }

  #reader({ offset, size }: Pick<SectionHeader, 'offset' | 'size'>): ByteReader {
    return new ByteReader(this.#bytes.subarray(offset, offset + size), 'the ELF file', offset);
  }

  #readSegments(at: number, size: number, count: number): Segment[] {
    const segments: Segment[] = [];
    for (let index = 0; index < count; index++) {
      const from = this.#reader({ offset: at + index * size, size });
      const type = from.u32();
      from.u32();
      const [offset, address] = [from.u64(), from.u64()];
      from.take(16);
      if (type === PT_LOAD) segments.push({ offset, address, size: from.u64() });
    }
    return segments;
  }

  #readSections(at: number, size: number, count: number, nameSection: number): SectionHeader[] {
    const named = Array.from({ length: count }, (_, index) => {
      const from = this.#reader({ offset: at + index * size, size });
      const [nameAt, type] = [from.u32(), from.u32()];
      const [flags, address] = [from.u64(), from.u64()];
      const [offset, length] = [from.size(), from.size()];
      const link = from.u32();
      from.take(12);
      return { nameAt, name: '', type, flags, address, offset, size: length, link, entrySize: from.size() };
    });
    const names = named[nameSection];
    for (const section of named) if (names !== undefined) section.name = this.#string(names, section.nameAt);
    return named;
  }

  #string(section: SectionHeader, at: number): string {
    return textOf(this.#bytes.subarray(section.offset + at, Math.min(section.offset + section.size, section.offset + at + 4096)));
  }

  #table(section: SectionHeader, mapped: ElfFile): Symbol[] {
    const names = this.#sections[section.link];
    const from = this.#reader(section);
    const found: Symbol[] = [];
    if (names === undefined) return found;
    while (from.remaining >= SYMBOL_SIZE) {
      const nameAt = from.u32();
      const [info, other, index] = [from.u8(), from.u8(), from.u16()];
      const [value, size] = [from.u64(), from.u64()];
      const home = this.#sections[index];
      if (nameAt === 0 || index === SHN_UNDEF || index === SHN_ABS || home === undefined) continue;
      if (!(home.flags & SHF_ALLOC) || !isWanted(info & 15, other & 3, home)) continue;
      const start = mapped.#fileOffset(value, mapped.#sections[index] ?? home);
      found.push({ name: this.#string(names, nameAt), start, end: start + size, binding: BINDINGS[info >> 4] ?? 'local' });
    }
    return found;
  }

  #fileOffset(value: bigint, home: SectionHeader): bigint {
    const segment = this.#segments.find(({ address, size }) => value >= address && value < address + size);
    if (segment === undefined) return value - home.address + BigInt(home.offset);
    return value - segment.address + segment.offset;
  }

  /** The procedure linkage table: one stub for each relocation, in their order. */
  #stubs(): Symbol[] {
    const plt = this.#sections.find(({ name }) => name === '.plt');
    const relocations = this.#sections.find(({ name }) => name === '.rela.plt');
    const dynamic = relocations && this.#sections[relocations.link];
    const names = dynamic && this.#sections[dynamic.link];
    if (plt === undefined || relocations === undefined || dynamic?.type !== SHT_DYNSYM || names === undefined) return [];
    const from = this.#reader(relocations);
    return Array.from({ length: Math.floor(from.remaining / SHT_RELA_ENTRY) }, (_, index) => {
      from.take(12);
      const symbol = from.u32();
      from.take(8);
      const nameAt = this.#reader({ offset: dynamic.offset + SYMBOL_SIZE * symbol, size: 4 }).u32();
      const start = BigInt(plt.offset + (index + 1) * plt.entrySize);
      return { name: `${this.#string(names, nameAt)}@plt`, start, end: start + BigInt(plt.entrySize), binding: 'global' };
    });
  }
}

/** Functions, objects, and of the labels those in code or data that other files may see. */
function isWanted(type: number, visibility: number, home: SectionHeader): boolean {
  if (type === STT.FUNC || type === STT.GNU_IFUNC || type === STT.OBJECT) return true;
  if (type !== STT.NOTYPE || (visibility !== STV_DEFAULT && visibility !== STV_PROTECTED)) return false;
  return home.name.includes('text') || home.name.includes('data');
}
