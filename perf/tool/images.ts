/**
 * The files that a recording maps, as far as samples fall into them: what `perf record` copies into its build-id cache,
 * so that perf and others resolve symbols on any machine.
 *
 * Reference: build_id_cache__add_s of tools/perf/util/header.c, v3.2; the cache's layout is perf's.
 * Not modelled: shared libraries: no sample falls into them here.
 */
import type { Location } from '../../pmu/location.ts';
import { HALTED, KERNEL_TEXT } from '../../pmu/location.ts';
import type { Workload } from '../../pmu/workload.ts';
import { KERNEL_LOCATIONS, PERF_RECORD_MISC_KERNEL, PERF_RECORD_MISC_USER } from '../../kernel/index.ts';
import { RandomStream } from '../../sim/random.ts';
import { BUILD_ID_SIZE, type BuildId } from '../data/build-ids.ts';
import { elfImage } from '../data/elf.ts';
import type { RecordOptions } from '../run-spec.ts';
import { BIN, EXECUTABLE_START } from './host.ts';
import { TOOL } from './record.ts';
import { CHILD } from './workload-child.ts';

/** A file of the simulated machine: how it is identified, and what is in it, which few recordings have to know. */
export interface ImageFile {
  readonly id: BuildId;
  readonly content: () => Uint8Array;
}

/** The kernel's functions into which samples can fall: an idle CPU halts in one, and is recorded only with all of its CPU. */
export function kernelCode(workloads: readonly Workload[], { system_wide, cpu_list }: RecordOptions): Location[] {
  return [...KERNEL_LOCATIONS, ...workloads.flatMap((workload) => inRing(workload, 'kernel')), ...(system_wide || cpu_list !== null ? [HALTED] : [])];
}

/** The kernel, the tool and the programs that run. */
export function images(workloads: readonly Workload[], kernel: readonly Location[]): ImageFile[] {
  return [
    image('[kernel.kallsyms]', PERF_RECORD_MISC_KERNEL, KERNEL_TEXT, kernel),
    image(`${BIN}/perf`, PERF_RECORD_MISC_USER, EXECUTABLE_START, [TOOL, CHILD]),
    ...workloads.map((workload) => image(`${BIN}/${workload.name}`, PERF_RECORD_MISC_USER, EXECUTABLE_START, inRing(workload, 'user'))),
  ];
}

function inRing({ code }: Workload, ring: Location['ring']): Location[] {
  return code.filter((location) => location.ring === ring);
}

function image(filename: string, misc: number, base: number, code: readonly Location[]): ImageFile {
  const symbols = code.map(({ symbol, start, length }) => ({ name: symbol, start, length }));
  const id = buildId(filename, misc, symbols);
  return { id, content: () => elfImage({ base, build_id: id.build_id, symbols }) };
}

/** An id that depends on the file's name and symbols, as a linker's does on the file's contents. */
function buildId(filename: string, misc: number, symbols: unknown): BuildId {
  const digest = new RandomStream(filename + JSON.stringify(symbols));
  return { misc, pid: -1, build_id: Uint8Array.from({ length: BUILD_ID_SIZE }, () => digest.below(256)), filename };
}
