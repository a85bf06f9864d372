/**
 * What a tracepoint's record says, as perf script and trace-cmd print it.
 * Reference: print_event_info(), print_str_arg() and tep_print_field() of libtraceevent 1.7.
 * Not modelled: plugins for single events; formats of bitmaps by CPU; that libtraceevent knows no %c and no %o, takes a field of
 * bytes for numbers for ever once one was no text, and loses parentheses (it reads
 * `a & (b | c)` as `(a & b) | c`, and so says of every timer that it is deferrable and pinned).
 */
import type { TracingData } from '../../data/tracing-data.ts';
import { bytesText, conversionsOf, given, numberText, stringText, type Conversion, type Given } from './conversion.ts';
import type { Expression } from './expression.ts';
import { idOf, parseFormat, type TracepointField, type TracepointFormat } from './format.ts';
import { TracepointRecord } from './record.ts';

/** The kernel's symbol that holds an address, and how far behind its start. */
export type SymbolAt = (address: bigint) => { name: string; offset: bigint } | null;

/** Functions that a format may call. An event that calls others shows its fields as they are. */
const FUNCTIONS = new Set([
  '__print_flags', '__print_symbolic', '__print_hex', '__print_hex_str', '__print_array', '__get_str', '__get_rel_str', '__get_dynamic_array',
  '__get_rel_dynamic_array', '__get_dynamic_array_len', '__get_rel_dynamic_array_len', 'sizeof', '__builtin_expect',
]);

/** How one event is printed: its parts in their order, each with its arguments; null where its fields are. */
interface Recipe {
  readonly format: TracepointFormat;
  readonly parts: readonly (string | Conversion)[] | null;
}

export class TracepointPrinter {
  readonly #formats: ReadonlyMap<number, string>;
  readonly #recipes = new Map<number, Recipe>();
  readonly #little: boolean;
  readonly #texts: ReadonlyMap<bigint, string>;
  readonly #symbolAt: SymbolAt;

  constructor({ formats, little, texts }: TracingData, symbolAt: SymbolAt) {
    this.#formats = new Map(formats.map((text) => [idOf(text), text]));
    this.#little = little;
    this.#texts = texts;
    this.#symbolAt = symbolAt;
  }

  /** The text of a record of the event with this id (attr.config); null if the recording does not say what it is. */
  text(id: number, raw: Uint8Array): string | null {
    const recipe = this.#recipes.get(id) ?? this.#learn(id);
    if (recipe === null) return null;
    const record = new TracepointRecord(recipe.format, raw, this.#little);
    return recipe.parts === null ? fieldsText(record) : this.#printed(record, recipe.parts, recipe.format.print!.arguments);
  }

  #learn(id: number): Recipe | null {
    const text = this.#formats.get(id);
    if (text === undefined) return null;
    const format = parseFormat(text);
    const isKnown = format.print?.arguments.every(callsKnown) ?? false;
    const recipe = { format, parts: isKnown ? conversionsOf(format.print!.text) : null };
    this.#recipes.set(id, recipe);
    return recipe;
  }

  #printed(record: TracepointRecord, parts: readonly (string | Conversion)[], values: readonly Expression[]): string {
    let next = 0;
    const number = (): number => Number(BigInt.asIntN(32, next < values.length ? record.value(values[next++]) : 0n));
    return parts.map((part) => {
      if (typeof part === 'string') return part;
      const width = part.width ?? number();
      const precision = part.precision === null ? number() : part.precision;
      const argument = values[next++];
      return argument === undefined ? '' : this.#converted(record, argument, given(part, width, precision));
    }).join('');
  }

  #converted(record: TracepointRecord, argument: Expression, given: Given): string {
    const { letter } = given;
    if (letter === 's') return stringText(this.#text(record, argument), given);
    if (letter.startsWith('p')) return this.#pointer(record, argument, letter);
    return numberText(record.value(argument), given);
  }

  #pointer(record: TracepointRecord, argument: Expression, letter: string): string {
    if (/^p[FfSs]/.test(letter)) {
      const address = record.value(argument);
      const found = this.#symbolAt(address);
      if (found === null) return `0x${address.toString(16)}`;
      return found.name + (/[FS]/.test(letter) ? `+0x${found.offset.toString(16)}` : '');
    }
    const place = letter === 'p' ? null : record.place(argument);
    const text = place && bytesText(record.bytesAt(place), letter, record.little);
    if (text !== null) return text;
    const address = record.value(argument);
    return address === 0n ? '(nil)' : `0x${address.toString(16)}`;
  }

  /** An argument of %s. */
  #text(record: TracepointRecord, argument: Expression): string {
    switch (argument.kind) {
      case 'string': return argument.text;
      case 'choice': return this.#text(record, record.value(argument.condition) === 0n ? argument.otherwise : argument.chosen);
      case 'field': return this.#fieldString(record, argument.name);
      case 'call': return this.#called(record, argument.name, argument.arguments);
      default: return '';
    }
  }

  #fieldString(record: TracepointRecord, name: string): string {
    const field = record.field(name);
    if (field === undefined) return '';
    if (field.elementSize !== null) return record.textAt(record.placeOf(field));
    const pointer = record.read(field.offset, field.size);
    return this.#texts.get(pointer) ?? pointer.toString(16);
  }

  #called(record: TracepointRecord, name: string, given: readonly Expression[]): string {
    switch (name) {
      case '__get_str': case '__get_rel_str': return record.textAt(record.place(given[0]) ?? { at: 0, length: 0, elementSize: 1 });
      case '__print_flags': return flagsText(record, given);
      case '__print_symbolic': return symbolicText(record, given);
      case '__print_hex': return hexText(record, given, ' ');
      case '__print_hex_str': return hexText(record, given, '');
      case '__print_array': return arrayText(record, given);
      default: return '';
    }
  }
}

function callsKnown(of: Expression): boolean {
  switch (of.kind) {
    case 'cast': case 'unary': return callsKnown(of.of);
    case 'binary': return callsKnown(of.left) && callsKnown(of.right);
    case 'choice': return callsKnown(of.condition) && callsKnown(of.chosen) && callsKnown(of.otherwise);
    case 'index': return callsKnown(of.of) && callsKnown(of.at);
    case 'call': return FUNCTIONS.has(of.name) && of.arguments.every(callsKnown);
    default: return true;
  }
}

/** A value that is a mere name, which the kernel has not replaced by its number, is nothing that a record can hold. */
const UNKNOWN = -1n;

function pairsOf(record: TracepointRecord, given: readonly Expression[]): { value: bigint; name: string }[] {
  return given.flatMap((pair) => {
    if (pair.kind !== 'pair') return [];
    return [{ value: pair.value.kind === 'name' ? UNKNOWN : record.value(pair.value), name: pair.name.kind === 'string' ? pair.name.text : '' }];
  });
}

/** The names of the bits that are set, and the rest as a number. */
function flagsText(record: TracepointRecord, [flags, delimiter, ...names]: readonly Expression[]): string {
  let rest = record.value(flags);
  const found: string[] = [];
  for (const { value, name } of pairsOf(record, names)) {
    if (rest === 0n && value === UNKNOWN) {
      found.push(name);
      break;
    }
    if (value <= 0n || (rest & value) !== value) continue;
    found.push(name);
    rest &= ~value;
  }
  if (rest !== 0n) found.push(`0x${rest.toString(16)}`);
  return found.join(delimiter.kind === 'string' ? delimiter.text : '');
}

function symbolicText(record: TracepointRecord, [of, ...names]: readonly Expression[]): string {
  const value = record.value(of);
  return pairsOf(record, names).find((pair) => pair.value === value)?.name ?? `0x${value.toString(16)}`;
}

function hexText(record: TracepointRecord, [of, length]: readonly Expression[], separator: string): string {
  const at = record.place(of)?.at ?? 0;
  return Array.from(record.bytes.subarray(at, at + Number(record.value(length))), (byte) => byte.toString(16).padStart(2, '0')).join(separator);
}

function arrayText(record: TracepointRecord, [of, count, elementSize]: readonly Expression[]): string {
  const at = record.place(of)?.at ?? 0;
  const size = Number(record.value(elementSize)) || 1;
  const room = Math.floor((record.bytes.length - at) / size);
  const elements = Array.from({ length: Math.min(room, Number(record.value(count))) }, (_, i) => record.read(at + i * size, size));
  return elements.join(' ');
}

/** All fields as they are: what perf shows of a format that it does not understand. */
function fieldsText(record: TracepointRecord): string {
  const own = [...record.format.fields.values()].filter(({ common }) => !common);
  return `[FAILED TO PARSE]${own.map((field) => ` ${field.name}=${fieldText(record, field)}`).join('')}`;
}

/** A field as it is. */
function fieldText(record: TracepointRecord, field: TracepointField): string {
  if (field.elementSize !== null) {
    const place = record.placeOf(field);
    // What holds bytes may be a text, even an empty one.
    if (/char|[us]8/.test(field.type) && isPrintable(record.textAt(place))) return record.textAt(place);
    return `ARRAY[${Array.from(record.bytesAt(place), (byte) => byte.toString(16).padStart(2, '0')).join(', ')}]`;
  }
  const value = record.read(field.offset, field.size);
  const isLong = /long|64/.test(field.type) && !/long long/.test(field.type);
  if (field.type.includes('*')) return `0x${value.toString(16)}`;
  if (!field.signed) return isLong ? `0x${value.toString(16)}` : String(value);
  const signed = String(BigInt.asIntN(8 * field.size, value));
  return field.size === 2 ? signed.padStart(2) : signed;
}

function isPrintable(text: string): boolean {
  return /^[\x20-\x7e\s]*$/.test(text);
}
