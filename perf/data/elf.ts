/**
 * The smallest ELF file from which perf, elfutils and others resolve symbols: one loaded segment, a build id, symbols.
 *
 * Reference: elf(5); NT_GNU_BUILD_ID as the GNU linker writes it. The one segment begins at file offset 0, without which
 * elfutils refuses the file.
 * Not modelled: instructions: functions are filled with nops and end in a ret.
 */
import { ByteWriter, align } from './bytes.ts';

/** A function of the image; `start` is its address in memory. */
export interface ImageSymbol {
  readonly name: string;
  readonly start: number;
  readonly length: number;
}

export interface Image {
  /** Address of the segment, which holds the file from its first byte. */
  readonly base: number;
  readonly build_id: Uint8Array;
  readonly symbols: readonly ImageSymbol[];
}

const EHDR = 64;
const PHDR = 56;
const SHDR = 64;
const SYM = 24;
const NOTE_AT = EHDR + 2 * PHDR;
const NOTE_HEADER = 16;
const NOP = 0x90;
const RET = 0xc3;
const SHT = { PROGBITS: 1, SYMTAB: 2, STRTAB: 3, NOTE: 7 } as const;
const ALLOC = 2;
const EXECINSTR = 4;
/** STB_GLOBAL and STT_FUNC. */
const GLOBAL_FUNCTION = 0x12;

interface SectionHeader {
  name: string;
  type: number;
  flags?: number;
  address?: number;
  offset: number;
  size: number;
  link?: number;
  info?: number;
  entry?: number;
}

/** The bytes of an ET_EXEC file for x86-64. */
export function elfImage({ base, build_id, symbols }: Image): Uint8Array {
  const noteSize = NOTE_HEADER + build_id.length;
  const textAt = Math.min(...symbols.map(({ start }) => start - base));
  const textEnd = Math.max(...symbols.map(({ start, length }) => start - base + length));
  if (textAt < NOTE_AT + noteSize) throw new RangeError(`code at offset ${textAt} would lie in the headers`);

  const strings = ['', ...symbols.map(({ name }) => name)].join('\0') + '\0';
  const symtabAt = align(textEnd, 8);
  const strtabAt = symtabAt + SYM * (symbols.length + 1);
  const sections: SectionHeader[] = [
    { name: '', type: 0, offset: 0, size: 0 },
    { name: '.note.gnu.build-id', type: SHT.NOTE, flags: ALLOC, address: base + NOTE_AT, offset: NOTE_AT, size: noteSize },
    { name: '.text', type: SHT.PROGBITS, flags: ALLOC | EXECINSTR, address: base + textAt, offset: textAt, size: textEnd - textAt },
    { name: '.symtab', type: SHT.SYMTAB, offset: symtabAt, size: strtabAt - symtabAt, link: 4, info: 1, entry: SYM },
    { name: '.strtab', type: SHT.STRTAB, offset: strtabAt, size: strings.length },
  ];
  const names = [...sections.map(({ name }) => name), '.shstrtab'].join('\0') + '\0';
  const namesAt = strtabAt + strings.length;
  sections.push({ name: '.shstrtab', type: SHT.STRTAB, offset: namesAt, size: names.length });
  const headersAt = align(namesAt + names.length, 8);

  const to = new ByteWriter(headersAt + SHDR * sections.length);
  fileHeader(to, base + textAt, headersAt, sections.length);
  programHeader(to, 1, 5, 0, base, textEnd, 0x1000);
  programHeader(to, 4, 4, NOTE_AT, base + NOTE_AT, noteSize, 4);
  note(to, build_id);
  to.zeros(symtabAt - to.at);
  fillCode(to, base, symbols);
  symbolTable(to, symbols);
  text(to, strings);
  text(to, names);
  to.zeros(headersAt - to.at);
  for (const section of sections) sectionHeader(to, section, names);
  return to.written.slice();
}

function fileHeader(to: ByteWriter, entry: number, sectionHeaders: number, sections: number): void {
  to.put(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  to.u16(2);
  to.u16(62);
  to.u32(1);
  to.u64(BigInt(entry));
  to.u64(BigInt(EHDR));
  to.u64(BigInt(sectionHeaders));
  to.u32(0);
  for (const half of [EHDR, PHDR, 2, SHDR, sections, sections - 1]) to.u16(half);
}

function programHeader(
  to: ByteWriter, type: number, flags: number, offset: number, address: number, size: number, alignment: number,
): void {
  to.u32(type);
  to.u32(flags);
  for (const word of [offset, address, address, size, size, alignment]) to.u64(BigInt(word));
}

function note(to: ByteWriter, build_id: Uint8Array): void {
  to.u32(4);
  to.u32(build_id.length);
  to.u32(3);
  text(to, 'GNU\0');
  to.put(build_id);
}

function fillCode(to: ByteWriter, base: number, symbols: readonly ImageSymbol[]): void {
  const end = to.at;
  for (const { start, length } of symbols) {
    to.at = start - base;
    to.put(new Uint8Array(length - 1).fill(NOP));
    to.put(Uint8Array.of(RET));
  }
  to.at = end;
}

function symbolTable(to: ByteWriter, symbols: readonly ImageSymbol[]): void {
  to.zeros(SYM);
  let name = 1;
  for (const symbol of symbols) {
    to.u32(name);
    to.u8(GLOBAL_FUNCTION);
    to.u8(0);
    to.u16(2);
    to.u64(BigInt(symbol.start));
    to.u64(BigInt(symbol.length));
    name += symbol.name.length + 1;
  }
}

function sectionHeader(to: ByteWriter, section: SectionHeader, names: string): void {
  to.u32(section.name === '' ? 0 : names.indexOf(`\0${section.name}\0`) + 1);
  to.u32(section.type);
  for (const word of [section.flags ?? 0, section.address ?? 0, section.offset, section.size]) to.u64(BigInt(word));
  to.u32(section.link ?? 0);
  to.u32(section.info ?? 0);
  to.u64(section.type === SHT.SYMTAB ? 8n : 1n);
  to.u64(BigInt(section.entry ?? 0));
}

function text(to: ByteWriter, ascii: string): void {
  to.put(Uint8Array.from(ascii, (character) => character.charCodeAt(0)));
}
