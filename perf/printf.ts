/**
 * Numbers and strings as C prints them.
 * Reference: printf(3), conversions f and s, of the GNU C library; ISO C, 7.21.6.1.
 * Not modelled: other rounding modes; half a character where a string is cut off within one.
 */

/**
 * `%<width>.<precision>f`. JavaScript's toFixed rounds exactly what the double is, too; but of one that lies in the middle of two
 * decimals it takes the larger, and C the one with the even last digit: 3.125 becomes 3.12.
 */
export function fixed(value: number, precision: number, width = 0): string {
  return toEven(value, precision).padStart(width);
}

function toEven(value: number, precision: number): string {
  const rounded = value.toFixed(precision);
  if (Number(rounded.at(-1)) % 2 === 0 || !isMiddle(value, precision)) return rounded;
  // The other neighbour lies as far on the other side.
  return (2 * value - Number(rounded)).toFixed(precision);
}

/** A double in the middle of two decimals is a multiple of 2 to the −(precision + 1), so its digits are soon all there. */
function isMiddle(value: number, precision: number): boolean {
  const isShort = Number.isInteger(value * 2 ** (precision + 1)) && !Number.isInteger(value);
  return isShort && value.toFixed(precision + 1).endsWith('5');
}

/** The flag ' of a printed number where thousands are set apart by commas. */
export function grouped(number: string): string {
  return number.replace(/\d+/, (digits) => digits.replaceAll(/\B(?=(?:\d{3})+$)/g, ','));
}

const encoder = new TextEncoder();

/** What strlen(3) counts: bytes, of which letters beyond ASCII have two to four. */
export function strlen(text: string): number {
  return isAscii(text) ? text.length : encoder.encode(text).length;
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** `%<width>s` */
export function right(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - strlen(text))) + text;
}

/** `%-<width>s` */
export function left(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - strlen(text)));
}

/** `%-<width>.<width>s` */
export function fit(text: string, width: number): string {
  if (isAscii(text)) return text.slice(0, width).padEnd(width);
  let room = width;
  let fitting = '';
  for (const character of text) {
    room -= strlen(character);
    if (room < 0) break;
    fitting += character;
  }
  return left(fitting, width);
}
