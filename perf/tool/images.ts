/**
 * The files that a recording maps, as far as samples fall into them: what `perf record` copies into its build-id cache,
 * so that perf and others resolve symbols on any machine.
 *
 * Reference: build_id_cache__add_s of tools/perf/util/header.c, v3.2; the cache's layout is perf's.
 * Not modelled: shared libraries: no sample falls into them here.
 */
import type { Location } from '../../pmu/location.ts';
import { KERNEL_TEXT } from '../../pmu/location.ts';
import type { Workload } from '../../pmu/workload.ts';
import { KERNEL_LOCATIONS, PERF_RECORD_MISC_KERNEL, PERF_RECORD_MISC_USER } from '../../kernel/index.ts';
import { RandomStream } from '../../sim/random.ts';
import { BUILD_ID_SIZE, type BuildId } from '../data/build-ids.ts';
import { elfImage, kallsyms } from '../data/elf.ts';
import { BIN, EXECUTABLE_START, KERNEL_TEXT_BYTES } from './host.ts';
import { CHILD, TOOL } from './record.ts';

/** A file of the simulated machine: where it is, how it is identified, what is in it. */
export interface ImageFile {
  readonly id: BuildId;
  /** The name of the file inside the cache's directory for this id. */
  readonly cached_as: 'elf' | 'kallsyms';
  readonly content: Uint8Array;
}

export function images(workload: Workload): ImageFile[] {
  return [kernelImage(), programImage('perf', [TOOL, CHILD]), programImage(workload.name, workload.code)];
}

function programImage(name: string, symbols: readonly Location[]): ImageFile {
  const filename = `${BIN}/${name}`;
  const parts = symbols.map(({ symbol, start, length }) => ({ name: symbol, start, length }));
  const id = buildId(filename, PERF_RECORD_MISC_USER, parts);
  return { id, cached_as: 'elf', content: elfImage({ base: EXECUTABLE_START, build_id: id.build_id, symbols: parts }) };
}

function kernelImage(): ImageFile {
  const parts = KERNEL_LOCATIONS.map(({ symbol, start, length }) => ({ name: symbol, start, length }));
  const table = kallsyms(parts, KERNEL_TEXT, KERNEL_TEXT + KERNEL_TEXT_BYTES);
  return {
    id: buildId('[kernel.kallsyms]', PERF_RECORD_MISC_KERNEL, parts),
    cached_as: 'kallsyms',
    content: Uint8Array.from(table, (character) => character.charCodeAt(0)),
  };
}

/** An id that depends on the file's name and symbols, as a linker's does on the file's contents. */
function buildId(filename: string, misc: number, symbols: unknown): BuildId {
  const digest = new RandomStream(filename + JSON.stringify(symbols));
  return { misc, pid: -1, build_id: Uint8Array.from({ length: BUILD_ID_SIZE }, () => digest.below(256)), filename };
}
