/**
 * Arrays of numbers that grow.
 *
 * Reference: none.
 * Not modelled: shrinking.
 */

type Numbers = Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** The same numbers, in an array that has room for `length` and is at least twice as long. */
export function grown<A extends Numbers>(array: A, length = 0): A {
  const larger = new (array.constructor as new (length: number) => A)(Math.max(2 * array.length, length));
  larger.set(array);
  return larger;
}
