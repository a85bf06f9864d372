/**
 * printf's conversions of numbers, texts and the kernel's kinds of pointers.
 * Reference: printf(3); print_arg_number(), print_arg_string() and print_arg_pointer() of libtraceevent; printk-formats.rst of the kernel.
 * Not modelled: floating point; pointers to structures that are not in the record.
 */

export interface Conversion {
  readonly flags: string;
  /** Null: the next argument says. */
  readonly width: number | null;
  readonly precision: number | null | undefined;
  /** How often h (negative) or l stands before the letter. */
  readonly length: number;
  /** d, u, x, s, p …; of pointers with what the kernel's letters behind say of them, such as pI4. */
  readonly letter: string;
}

const CONVERSION = /%(?:%|([-+ #0]*)(\*|\d*)(?:\.(\*|\d*))?(hh?|ll?|[Lzjqt])?(p(?:[FfSs]|[Mm][FR]?|[Ii](?:4|6c?|S[pfsc]*)|U[bBlL]?)?|[a-zA-Z]))/g;

const LENGTHS: Readonly<Record<string, number>> = { hh: -2, h: -1, l: 1, ll: 2, L: 2, z: 1, j: 1, q: 2, t: 1 };

/** The text cut into what is printed as it is, and conversions. */
export function conversionsOf(text: string): (string | Conversion)[] {
  const parts: (string | Conversion)[] = [];
  let last = 0;
  for (const match of text.matchAll(CONVERSION)) {
    const [whole, flags, width, precision, length, letter] = match;
    parts.push(text.slice(last, match.index));
    last = match.index + whole.length;
    parts.push(whole === '%%' ? '%' : {
      flags, letter, width: width === '*' ? null : Number(width), precision: precision === '*' ? null : precision === undefined ? undefined : Number(precision),
      length: length === undefined ? 0 : LENGTHS[length],
    });
  }
  parts.push(text.slice(last));
  return parts.filter((part) => part !== '');
}

/** A conversion whose width and precision are known. */
export type Given = Pick<Conversion, 'flags' | 'letter' | 'length'> & { width: number; precision: number | undefined };

/** No column is wider, whatever a record says. */
const WIDEST = 4096;

/** C takes a negative width for the flag to align to the left, and a negative precision for none. */
export function given({ flags, letter, length }: Conversion, width: number, precision: number | undefined): Given {
  return {
    letter, length, flags: width < 0 ? `${flags}-` : flags, width: Math.min(Math.abs(width), WIDEST),
    precision: precision === undefined || precision < 0 ? undefined : Math.min(precision, WIDEST),
  };
}

function padded(text: string, { flags, width }: Given): string {
  return flags.includes('-') ? text.padEnd(width) : text.padStart(width);
}

/** Bits of an integer argument, by its length. */
const BITS: Readonly<Record<number, number>> = { [-2]: 8, [-1]: 16, 0: 32, 1: 64, 2: 64 };

export function numberText(value: bigint, given: Given): string {
  const { flags, letter, precision } = given;
  if (letter === 'c') return padded(String.fromCharCode(Number(value & 0xffn)), given);
  const signed = letter === 'd' || letter === 'i';
  const sized = signed ? BigInt.asIntN(BITS[given.length], value) : BigInt.asUintN(BITS[given.length], value);
  const magnitude = sized < 0n ? -sized : sized;
  const radix = letter === 'o' ? 8 : letter === 'x' || letter === 'X' ? 16 : 10;
  const digits = magnitude.toString(radix).padStart(precision ?? 1, '0');
  const prefix = radix === 16 && flags.includes('#') && magnitude !== 0n ? '0x' : sized < 0n ? '-' : signed && flags.includes('+') ? '+' : signed && flags.includes(' ') ? ' ' : '';
  const zeros = flags.includes('0') && !flags.includes('-') && precision === undefined ? given.width - prefix.length - digits.length : 0;
  const text = prefix + '0'.repeat(Math.max(0, zeros)) + digits;
  return padded(letter === 'X' ? text.toUpperCase() : text, given);
}

export function stringText(text: string, given: Given): string {
  return padded(given.precision === undefined ? text : text.slice(0, given.precision), given);
}

/** Groups of an IPv6 address; compressed, the longest run of zeros becomes two colons. */
function ip6Text(bytes: Uint8Array, compressed: boolean): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes[2 * i] * 256 + bytes[2 * i + 1]);
  if (!compressed) return groups.map((group) => group.toString(16).padStart(4, '0')).join(':');
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return `::ffff:${ip4Text(bytes.subarray(12))}`;
  const text = groups.map((group) => group.toString(16)).join(':');
  const runs = [...text.matchAll(/\b0(:0)+\b/g)].sort((a, b) => b[0].length - a[0].length);
  if (runs.length === 0) return text;
  const [{ index, 0: { length } }] = runs;
  return `${text.slice(0, index).replace(/:$/, '')}::${text.slice(index + length).replace(/^:/, '')}`;
}

function ip4Text(bytes: Uint8Array): string {
  return bytes.subarray(0, 4).join('.');
}

const AF_INET = 2;
const AF_INET6 = 10;

function socketAddress(bytes: Uint8Array, kind: string, little: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = view.getUint16(0, little);
  const port = kind.includes('p') ? `:${view.getUint16(2)}` : '';
  if (family === AF_INET) return ip4Text(bytes.subarray(4)) + port;
  if (family !== AF_INET6) return '';
  const address = ip6Text(bytes.subarray(8), kind.includes('c'));
  return port === '' ? address : `[${address}]${port}`;
}

const hexOf = (bytes: Uint8Array, separator: string): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(separator);

/** Bytes of the largest thing that is printed so. */
const SOCKADDR_IN6 = 28;

/** What bytes in the record stand for, as if zeros were behind them; null if the letters are none of these. */
export function bytesText(found: Uint8Array, letter: string, little: boolean): string | null {
  const bytes = new Uint8Array(SOCKADDR_IN6);
  bytes.set(found.subarray(0, SOCKADDR_IN6));
  if (/^p[Ii]S/.test(letter)) return socketAddress(bytes, letter, little);
  if (/^p[Ii]4/.test(letter)) return ip4Text(bytes);
  if (/^p[Ii]6/.test(letter)) return ip6Text(bytes, letter.endsWith('c'));
  if (letter.startsWith('pM')) return hexOf(bytes.subarray(0, 6), ':');
  if (letter.startsWith('pm')) return hexOf(bytes.subarray(0, 6), '');
  if (!letter.startsWith('pU')) return null;
  const order = /[lL]/.test(letter) ? [3, 2, 1, 0, 5, 4, 7, 6] : [0, 1, 2, 3, 4, 5, 6, 7];
  const digits = hexOf(Uint8Array.from({ length: 16 }, (_, i) => bytes[order[i] ?? i]), '');
  const uuid = digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return /[LB]/.test(letter) ? uuid.toUpperCase() : uuid;
}
