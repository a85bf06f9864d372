/**
 * One record of a tracepoint: its fields, and the values of expressions over them.
 * Reference: eval_num_arg(), eval_type_str() and tep_read_number_field() of libtraceevent.
 * Not modelled: what pointers in the record point to.
 */
import type { Expression } from './expression.ts';
import { sizeOf, type TracepointField, type TracepointFormat } from './format.ts';

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

/** Where bytes of the record are, and how large its elements are if it is read as an array. */
export interface Place {
  readonly at: number;
  readonly length: number;
  readonly elementSize: number;
}

export class TracepointRecord {
  readonly format: TracepointFormat;
  readonly bytes: Uint8Array;
  readonly little: boolean;
  readonly #view: DataView;

  constructor(format: TracepointFormat, bytes: Uint8Array, little: boolean) {
    this.format = format;
    this.bytes = bytes;
    this.little = little;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  field(name: string): TracepointField | undefined {
    return this.format.fields.get(name);
  }

  /** An unsigned number of 1, 2, 4 or 8 bytes; 0 of any other size, and beyond the record's end. */
  read(at: number, size: number): bigint {
    if (at + size > this.bytes.length) return 0n;
    if (size === 1) return BigInt(this.#view.getUint8(at));
    if (size === 2) return BigInt(this.#view.getUint16(at, this.little));
    if (size === 4) return BigInt(this.#view.getUint32(at, this.little));
    return size === 8 ? this.#view.getBigUint64(at, this.little) : 0n;
  }

  /** Where the data of a field are: in itself, or where it says. */
  placeOf({ offset, size, dynamic, elementSize }: TracepointField): Place {
    if (dynamic === null) return { at: offset, length: size, elementSize: elementSize ?? size };
    const says = Number(this.read(offset, size));
    const at = (says & 0xffff) + (dynamic === 'relative' ? offset + size : 0);
    return { at, length: says >>> 16, elementSize: elementSize ?? 1 };
  }

  /** The text up to the first NUL. */
  textAt({ at, length }: Place): string {
    const bytes = this.bytes.subarray(at, at + length);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  }

  bytesAt({ at, length }: Place): Uint8Array {
    return this.bytes.subarray(at, at + length);
  }

  /** Of a field that is named, or that __get_dynamic_array() and the like name: where its data are. */
  place(of: Expression): Place | null {
    if (of.kind === 'cast') {
      const inner = this.place(of.of);
      return inner && { ...inner, elementSize: sizeOf(of.type.replace(/\s*\*$/, '')) };
    }
    const [named] = of.kind === 'call' ? of.arguments : [of];
    const name = named?.kind === 'name' || named?.kind === 'field' ? named.name : null;
    const field = name === null ? undefined : this.field(name);
    return field === undefined ? null : this.placeOf(field);
  }

  /** The value of an expression as the unsigned number of 64 bits that C makes of it. */
  value(of: Expression): bigint {
    switch (of.kind) {
      case 'number': return u64(of.value);
      case 'field': return this.#fieldValue(of.name);
      case 'cast': return cast(this.value(of.of), of.type);
      case 'unary': return u64(unary(of.operator, this.value(of.of)));
      case 'binary': return this.#binary(of.operator, of.left, of.right);
      case 'choice': return this.value(this.value(of.condition) === 0n ? of.otherwise : of.chosen);
      case 'index': return this.#element(of.of, Number(this.value(of.at)));
      case 'call': return this.#call(of.name, of.arguments);
      default: return 0n;
    }
  }

  #fieldValue(name: string): bigint {
    const field = this.field(name);
    return field === undefined ? 0n : this.read(field.offset, field.size);
  }

  #element(of: Expression, index: number): bigint {
    const place = this.place(of);
    return place === null ? 0n : this.read(place.at + index * place.elementSize, place.elementSize);
  }

  #call(name: string, given: readonly Expression[]): bigint {
    if (name.endsWith('_len')) return BigInt(this.place({ kind: 'call', name, arguments: [...given] })?.length ?? 0);
    if (name === '__builtin_expect') return this.value(given[0]);
    if (name !== 'sizeof') return 0n;
    const [of] = given;
    if (of.kind === 'field') return BigInt(this.field(of.name)?.size ?? 0);
    return BigInt(of.kind === 'name' ? sizeOf(of.name) : 0);
  }

  #binary(operator: string, left: Expression, right: Expression): bigint {
    const a = this.value(left);
    if (operator === '&&') return BigInt(a !== 0n && this.value(right) !== 0n);
    if (operator === '||') return BigInt(a !== 0n || this.value(right) !== 0n);
    return u64(binary(operator, a, this.value(right)));
  }
}

function unary(operator: string, value: bigint): bigint {
  switch (operator) {
    case '-': return -value;
    case '~': return ~value;
    case '!': return BigInt(value === 0n);
    default: return value;
  }
}

function binary(operator: string, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '|': return a | b;
    case '^': return a ^ b;
    case '&': return a & b;
    case '==': return BigInt(a === b);
    case '!=': return BigInt(a !== b);
    case '<': return BigInt(a < b);
    case '>': return BigInt(a > b);
    case '<=': return BigInt(a <= b);
    case '>=': return BigInt(a >= b);
    case '<<': return a << (b & 63n);
    case '>>': return a >> (b & 63n);
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return b === 0n ? 0n : a / b;
    default: return b === 0n ? 0n : a % b;
  }
}

const TYPES: Readonly<Record<string, (value: bigint) => bigint>> = {
  u8: (value) => BigInt.asUintN(8, value), u16: (value) => BigInt.asUintN(16, value), u32: (value) => BigInt.asUintN(32, value),
  s8: (value) => BigInt.asIntN(8, value), s16: (value) => BigInt.asIntN(16, value), s32: (value) => BigInt.asIntN(32, value),
  char: (value) => BigInt.asIntN(8, value), short: (value) => BigInt.asIntN(16, value), int: (value) => BigInt.asIntN(32, value),
  'unsigned char': (value) => BigInt.asUintN(8, value), 'unsigned short': (value) => BigInt.asUintN(16, value), 'unsigned int': (value) => BigInt.asUintN(32, value),
};

/** Types that are not known leave the value as it is. */
function cast(value: bigint, type: string): bigint {
  return u64(TYPES[type]?.(value) ?? value);
}
