/**
 * Where the bytes of a recording come from. The reader asks only for this, so that it runs in a browser too.
 * Not modelled: sources that answer later; a page reads its file into memory first.
 */
export interface ByteSource {
  /** Name for messages and for the lines of `report -D`. */
  readonly name: string;
  /** Bytes in all; null for a pipe, which only shows its end. */
  readonly size: number | null;
  /**
   * Fills `into` with the bytes from `position` on and answers how many there were: fewer only at the end.
   * A pipe is asked only for what follows the bytes it gave last.
   */
  read(position: number, into: Uint8Array): number;
}

/** A recording in memory. */
export function bytesSource(bytes: Uint8Array, name = 'memory'): ByteSource {
  return {
    name,
    size: bytes.length,
    read(position, into) {
      const part = bytes.subarray(position, position + into.length);
      into.set(part);
      return part.length;
    },
  };
}

/** Up to `length` bytes from `position`. */
export function readBytes(source: ByteSource, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, source.read(position, bytes));
}
