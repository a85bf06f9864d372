/**
 * 64-bit values as two 32-bit halves: what the hot paths use in place of bigint.
 * Not modelled: arithmetic beyond comparing; where sums are needed, bigint is.
 */

const TWO_TO_32 = 2 ** 32;

/**
 * A key for Map, equal exactly for equal values: a number wherever a double is exact, counting back from 2^64 for
 * kernel addresses, and a bigint for the few values between.
 */
export function u64Key(low: number, high: number): number | bigint {
  if (high < 0x20_0000) return high * TWO_TO_32 + low;
  if (high >= 0xffe0_0001) return (high - TWO_TO_32) * TWO_TO_32 + low;
  return (BigInt(high) << 32n) | BigInt(low);
}

/** The same key from a bigint. */
export function u64KeyOf(value: bigint): number | bigint {
  return u64Key(Number(value & 0xffffffffn), Number(value >> 32n));
}

/** Whether a < b. */
export function u64Less(aLow: number, aHigh: number, bLow: number, bHigh: number): boolean {
  return aHigh < bHigh || (aHigh === bHigh && aLow < bLow);
}

/** The value as a bigint. */
export function u64(low: number, high: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}
