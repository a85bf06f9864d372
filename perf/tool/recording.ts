/**
 * What the tool writes around the contents of the buffers: synthesised records, and the features at the end.
 *
 * Reference: perf_event__synthesize_* and perf_header__write of tools/perf, v3.2; section 9.2 of kernel.md.
 * Not modelled: records for other processes that already run (-a).
 */
import { PERF_RECORD_MISC_KERNEL, PERF_RECORD_MISC_USER, type MappedFile, type PerfEventAttr, type TaskStruct } from '../../kernel/index.ts';
import type { Chip } from '../../pmu/chip.ts';
import type { BuildId } from '../data/build-ids.ts';
import type { PerfRecord } from '../data/records.ts';
import { PerfDataWriter } from '../data/writer.ts';
import type { ByteSink, RunSpec } from '../run-spec.ts';
import { HOST, TOOL_MAPS, kernel_maps } from './host.ts';

export class Recording {
  readonly #sink: ByteSink;
  readonly #spec: RunSpec;
  readonly #chip: Chip;
  #writer: PerfDataWriter | null = null;
  /** Records of the tool's own making, by type name. */
  readonly synthesized: Record<string, number> = {};

  constructor(sink: ByteSink, spec: RunSpec, chip: Chip) {
    this.#sink = sink;
    this.#spec = spec;
    this.#chip = chip;
  }

  begin(attrs: readonly PerfEventAttr[], ids: readonly (readonly number[])[], child: TaskStruct): void {
    const events = attrs.map((attr, i) => ({
      attr,
      name: this.#spec.record.events[i].name,
      ids: ids[i].map((id) => BigInt(id)),
    }));
    const writer = new PerfDataWriter(this.#sink, events);
    this.#writer = writer;
    for (const map of kernel_maps(release(this.#spec.kernel))) this.#mmap(-1, PERF_RECORD_MISC_KERNEL, map);
    this.#synthesize({ name: 'COMM', pid: child.tgid, tid: child.pid, comm: 'perf' });
    for (const map of TOOL_MAPS) this.#mmap(child.pid, PERF_RECORD_MISC_USER, map);
  }

  #mmap(pid: number, misc: number, { start, length, offset, filename }: MappedFile): void {
    const address = (value: number): bigint => BigInt.asUintN(64, BigInt(value));
    this.#synthesize({
      name: 'MMAP', misc, pid, tid: pid === -1 ? 0 : pid,
      start: address(start), len: BigInt(length), pgoff: address(offset), filename,
    });
  }

  #synthesize(record: PerfRecord): void {
    this.synthesized[record.name] = (this.synthesized[record.name] ?? 0) + 1;
    this.#writer!.appendRecord(record);
  }

  append(chunk: Uint8Array): void {
    this.#writer!.append(chunk);
  }

  /** Bytes of records so far. */
  get dataSize(): number {
    return this.#writer?.dataSize ?? 0;
  }

  finish(build_ids: BuildId[]): void {
    const { kernel, cpus, workload } = this.#spec;
    this.#writer!.finish({
      build_ids,
      hostname: HOST.hostname,
      os_release: release(kernel),
      version: '3.2.0',
      arch: HOST.arch,
      nrcpus: { available: cpus, online: cpus },
      cpudesc: this.#chip.brand,
      cpuid: this.#chip.cpuid,
      total_mem_kb: HOST.total_mem_kb,
      cmdline: ['perf', 'record', ...this.#spec.record.events.flatMap(({ name }) => ['-e', name]), workload.name, ...workload.args],
    });
  }
}

/** `uname -r` on a kernel variant: v3.2 says 3.2.0. */
export function release(kernel: string): string {
  const version = /^v(\d+\.\d+)$/.exec(kernel)?.[1];
  return version === undefined ? '3.2.0' : `${version}.0`;
}
