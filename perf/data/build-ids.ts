/**
 * The BUILD_ID section: one BUILD_ID record for each mapped file that had samples.
 * Reference: tools/perf/util/header.c, perf_header__read_build_ids() and its quirk, v6.1.
 * Not modelled: nothing.
 */
import { ByteReader, textOf, type ByteWriter } from './bytes.ts';
import { PerfDataError, hex } from './error.ts';
import type { Field } from './fields.ts';
import { PERF_RECORD_MISC_BUILD_ID_SIZE, RECORD_HEADER_SIZE } from './record-types.ts';

/** Bytes of an id; shorter ones are padded with zeros. */
export const BUILD_ID_SIZE = 20;

export interface BuildId {
  /** Header misc: whether it belongs to the kernel or to user space. */
  misc: number;
  /** −1 for the host. */
  pid: number;
  build_id: Uint8Array;
  filename: string;
}

/** Until v2.6.35 the record had no pid, so that the well-known first name appears with its first four letters cut off. */
const CHOPPED = 'nel.kallsyms]';

function readAll(from: ByteReader, withPid: boolean): BuildId[] {
  const all: BuildId[] = [];
  while (from.remaining >= RECORD_HEADER_SIZE) {
    const start = from.at;
    from.u32();
    const misc = from.u16();
    const size = from.u16();
    if (size < (withPid ? 36 : 32)) {
      throw new PerfDataError(`the build id at offset ${hex(from.origin + start)} says it has ${size} bytes, too few for one`);
    }
    const pid = withPid ? from.s32() : -1;
    const id = from.slice(24);
    const length = misc & PERF_RECORD_MISC_BUILD_ID_SIZE ? Math.min(id[BUILD_ID_SIZE], BUILD_ID_SIZE) : BUILD_ID_SIZE;
    const filename = textOf(from.slice(start + size - from.at));
    if (withPid && all.length === 0 && filename.startsWith(CHOPPED)) {
      from.at = start;
      return readAll(from, false);
    }
    all.push({ misc, pid, build_id: id.slice(0, length), filename });
  }
  return all;
}

function write(to: ByteWriter, { misc, pid, build_id, filename }: BuildId): void {
  const start = to.at;
  to.u32(0);
  to.u16(misc);
  to.u16(0);
  to.u32(pid);
  to.put(build_id);
  to.zeros(BUILD_ID_SIZE - build_id.length);
  to.u32(misc & PERF_RECORD_MISC_BUILD_ID_SIZE ? build_id.length : 0);
  to.text(filename, 64);
  to.patchU16(start + 6, to.at - start);
}

export const buildIds: Field<BuildId[]> = {
  read: (from) => readAll(from, true),
  write(to, all) {
    for (const one of all) write(to, one);
  },
};
