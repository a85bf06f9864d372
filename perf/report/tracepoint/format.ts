/**
 * A tracepoint's format, as the kernel has it below its folder of events: the fields of the record, and how they are printed.
 * Reference: __parse_event() and event_read_fields() of libtraceevent; trace_events.c of the kernel, which writes it.
 * Not modelled: fields that are structures.
 */
import { parseExpressions, type Expression } from './expression.ts';

export interface TracepointField {
  readonly name: string;
  /** Words of its type, without the dimensions of arrays. */
  readonly type: string;
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
  /** Bytes of an element, if it is an array. */
  readonly elementSize: number | null;
  /** Whether the record holds just where the data are: from its begin, or from the end of the field. */
  readonly dynamic: 'data' | 'relative' | null;
  readonly common: boolean;
}

export interface TracepointFormat {
  /** By name, in their order. */
  readonly fields: ReadonlyMap<string, TracepointField>;
  /** The text with its conversions and their arguments; null if it is none that is understood. */
  readonly print: { readonly text: string; readonly arguments: readonly Expression[] } | null;
}

const FIELD = /^\tfield:(.*?)([A-Za-z_]\w*)((?:\[[^\]]*\])*);\s*offset:(\d+);\s*size:(\d+);\s*(?:signed:(\d+);)?/;

/** The number that events have in their attr.config, from the text of a `format` file. */
export function idOf(text: string): number {
  return Number(/^ID: (\d+)/m.exec(text)?.[1] ?? NaN);
}

/** Reads the text of a `format` file. */
export function parseFormat(text: string): TracepointFormat {
  return { fields: fieldsOf(text), print: parsePrint(/^print fmt: ([\s\S]*)$/m.exec(text)?.[1] ?? '') };
}

/** The fields that all events have come first; an empty line stands behind them. */
function fieldsOf(text: string): Map<string, TracepointField> {
  const fields = new Map<string, TracepointField>();
  let common = true;
  for (const line of text.split('\n')) {
    if (line === '' && fields.size > 0) common = false;
    const match = FIELD.exec(line);
    if (match !== null) fields.set(match[2], fieldOf(match, common));
  }
  return fields;
}

function fieldOf([, words, name, dimensions, offset, size, signed]: RegExpExecArray, common: boolean): TracepointField {
  const type = words.replace(/^__(data|rel)_loc /, '').replace(/\[\]/, '').trim();
  const dynamic = words.startsWith('__data_loc') ? 'data' : words.startsWith('__rel_loc') ? 'relative' : null;
  const length = Number(/\[(\d+)\]/.exec(dimensions)?.[1] ?? NaN);
  const isArray = dynamic !== null || dimensions !== '';
  const elementSize = dynamic === null && length > 0 ? Number(size) / length : sizeOf(type);
  return { name, type, offset: Number(offset), size: Number(size), signed: signed === '1', elementSize: isArray ? elementSize : null, dynamic, common };
}

/** Bytes of a type's values, of those that arrays are made of. */
export function sizeOf(type: string): number {
  if (/\*|long|64/.test(type)) return 8;
  if (/char|8/.test(type)) return 1;
  return /short|16/.test(type) ? 2 : 4;
}

function parsePrint(text: string): TracepointFormat['print'] {
  try {
    const [first, ...given] = parseExpressions(text.trim());
    return first?.kind === 'string' ? { text: first.text, arguments: given } : null;
  } catch (error) {
    // What is nested too deeply is no better than what is no expression.
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}
