/**
 * Sizes in bytes, as perf shortens them.
 * Reference: unit_number__scnprintf() of tools/perf/util/units.c, v6.1.
 */

/** A size with the largest unit that leaves more than one of it. */
export function withUnit(bytes: bigint): string {
  let size = bytes;
  let unit = 0;
  while (size / 1024n > 1n && unit < 3) {
    size /= 1024n;
    unit++;
  }
  return `${size}${'BKMG'[unit]}`;
}
