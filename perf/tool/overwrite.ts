/**
 * Which bytes of a backward buffer that has come round are whole records: the youngest that fit.
 *
 * Reference: overwrite_rb_find_range of tools/lib/perf/mmap.c, v6.1.
 * Not modelled: nothing.
 */
const SIZE_AT = 6;

/** Where the records end that begin at `head` of the buffer `data`: the oldest one may have lost its end to the youngest. */
export function overwrite_rb_find_range(data: Uint8Array, head: number): number {
  const mask = data.length - 1;
  const byte = (at: number): number => data[at & mask];
  let end = head;
  for (;;) {
    const size = byte(end + SIZE_AT) | (byte(end + SIZE_AT + 1) << 8);
    if (size === 0 || end + size - head > data.length) return end;
    end += size;
    if (end - head === data.length) return end;
  }
}
