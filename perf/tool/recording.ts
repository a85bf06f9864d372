/**
 * What the tool writes around the contents of the buffers: synthesised records, and the features, which a file has at its
 * end and a pipe at its beginning.
 *
 * Reference: perf_event__synthesize_* and perf_header__write of tools/perf, v3.2; section 9.2 of kernel.md. KSYMBOL
 * records are a later kernel's, and need no kernel image at the reader's (perf-data-and-ecosystem.md, 1.9).
 * Not modelled: records for other processes that already run (-a); CPU_TOPOLOGY and NUMA_TOPOLOGY. Two things are other than with
 * perf, so that readers of today find names: what is mapped has its build id whether samples fall into it or not, and a pipe has
 * FEATURE and BUILD_ID records, of which v3.2 knew nothing there.
 */
import { PERF_RECORD_MISC_KERNEL, PERF_RECORD_MISC_USER, type MappedFile } from '../../kernel/index.ts';
import type { Chip } from '../../pmu/chip.ts';
import type { Location } from '../../pmu/location.ts';
import type { BuildId } from '../data/build-ids.ts';
import type { EventDescription, Features } from '../data/features.ts';
import { PerfPipeWriter } from '../data/pipe-writer.ts';
import type { PerfRecord } from '../data/records.ts';
import { PerfDataWriter } from '../data/writer.ts';
import type { ByteSink, EventSpec, RecordingForm, RunSpec } from '../run-spec.ts';
import { HOST, KERNEL_MAP, TOOL_MAPS, kernel_maps, proc_maps } from './host.ts';
import type { Begun } from './record.ts';

/** Bytes of the kernel map that comes with KSYMBOL records: they are looked at only outside of it. */
const KERNEL_MAP_BESIDE_KSYMBOLS = 0x100;

/** enum perf_record_ksymbol_type: code that is out of line, as opposed to a BPF program. */
const PERF_RECORD_KSYMBOL_TYPE_OOL = 2;

export class Recording {
  protected readonly version: string = '3.2.0';
  /** Whether the names of the events stand beside their attributes, too. */
  protected readonly hasEventTypes: boolean = true;
  protected readonly spec: RunSpec;
  readonly #sink: ByteSink;
  readonly #chip: Chip;
  readonly #form: Partial<RecordingForm>;
  readonly #build_ids: readonly BuildId[];
  readonly #kernel: readonly Location[];
  #features: Features = {};
  #writer: PerfDataWriter | PerfPipeWriter | null = null;
  /** Records of the tool's own making, by type name. */
  readonly synthesized: Record<string, number> = {};

  /** `kernel` is what KSYMBOL records tell of. */
  constructor(sink: ByteSink, spec: RunSpec, chip: Chip, build_ids: readonly BuildId[], kernel: readonly Location[]) {
    this.#sink = sink;
    this.spec = spec;
    this.#chip = chip;
    this.#kernel = kernel;
    this.#form = spec.recording ?? {};
    // Kernel symbols are found by build id or by KSYMBOL, and readers that have an id do not look further.
    this.#build_ids = this.#form.no_buildid ? [] : build_ids.filter(({ misc }) => !this.#form.ksymbols || misc !== PERF_RECORD_MISC_KERNEL);
  }

  begin(begun: Begun): void {
    const { events, attrs, opened } = begun;
    const names = eventNames(events.map(({ name }) => name), this.#form.unique_names ?? false);
    const idsOf = (event: number): bigint[] => opened.filter((one) => one.event === event).map(({ id }) => BigInt(id));
    const described: EventDescription[] = attrs.map((attr, i) => ({ attr, name: names[i], ids: idsOf(i) }));
    this.#features = { ...this.#featuresOf([...this.#build_ids]), ...groupFeature(events), ...this.clockFeatures(begun.now_ns) };
    this.#writer = this.#form.pipe ? new PerfPipeWriter(this.#sink, described, this.#features, this.hasEventTypes) : new PerfDataWriter(this.#sink, described, this.hasEventTypes);
    this.synthesizeAll(begun);
  }

  /** What newer tools say of the clock that they were told to use. */
  protected clockFeatures(_now_ns: number): Features {
    return {};
  }

  /**
   * v3.2: the kernel and its modules, then for each thread that is recorded the names of all threads of its process, and its
   * maps; the workload is as it was before its exec.
   */
  protected synthesizeAll({ tgid, pids, tasks, running }: Begun): void {
    this.kernelMaps(kernel_maps(release(this.spec.kernel)));
    if (tgid === null) return;
    for (const pid of pids) {
      for (const tid of tasks) this.synthesize({ name: 'COMM', pid: tgid, tid, comm: running?.comm ?? 'perf' });
      for (const map of running === null ? TOOL_MAPS : proc_maps(running)) this.#mmap(tgid, pid, PERF_RECORD_MISC_USER, map);
    }
  }

  protected kernelMaps([text, ...modules]: readonly MappedFile[]): void {
    const { ksymbols } = this.#form;
    this.#mmap(-1, 0, PERF_RECORD_MISC_KERNEL, ksymbols ? { ...KERNEL_MAP, length: KERNEL_MAP_BESIDE_KSYMBOLS } : text);
    for (const map of modules) this.#mmap(-1, 0, PERF_RECORD_MISC_KERNEL, map);
    if (!ksymbols) return;
    for (const { symbol, start, length } of this.#kernel) {
      this.synthesize({
        name: 'KSYMBOL', misc: PERF_RECORD_MISC_KERNEL, addr: address(start), len: length,
        ksym_type: PERF_RECORD_KSYMBOL_TYPE_OOL, flags: 0, symbol,
      });
    }
  }

  #mmap(pid: number, tid: number, misc: number, { start, length, offset, filename }: MappedFile): void {
    this.synthesize({ name: 'MMAP', misc, pid, tid, start: address(start), len: address(length), pgoff: address(offset), filename });
  }

  protected synthesize(record: PerfRecord): void {
    this.synthesized[record.name] = (this.synthesized[record.name] ?? 0) + 1;
    this.#writer!.appendRecord(record);
  }

  /** Marks and totals of newer tools; v3.2 writes none. */
  finishRound(): void {}
  finishReading(): void {}
  lostSamples(_id: number, _lost: number): void {}

  append(chunk: Uint8Array): void {
    this.#writer!.append(chunk);
  }

  /** Bytes of records so far. */
  get dataSize(): number {
    return this.#writer?.dataSize ?? 0;
  }

  /** Bytes of the recording so far, header included; the features come behind. */
  get fileSize(): number {
    return this.#writer?.fileSize ?? 0;
  }

  /** Completes a file; a pipe has said everything already. */
  finish(): void {
    if (this.#writer instanceof PerfDataWriter) this.#writer.finish(this.#features);
  }

  #featuresOf(build_ids: BuildId[]): Features {
    const { kernel, cpus, record, workload } = this.spec;
    return {
      ...(record.branch_stack === undefined ? {} : { branch_stack: new Uint8Array() }),
      build_ids,
      hostname: HOST.hostname,
      os_release: release(kernel),
      version: this.version,
      arch: HOST.arch,
      nrcpus: { available: cpus, online: cpus },
      cpudesc: this.#chip.brand,
      cpuid: this.#chip.cpuid,
      total_mem_kb: HOST.total_mem_kb,
      cmdline: this.#form.cmdline ?? ['perf', 'record', ...record.events.flatMap(({ name }) => ['-e', name]), workload.name, ...workload.args],
    };
  }
}

/** Groups of more than one event, as GROUP_DESC has them. */
function groupFeature(events: readonly EventSpec[]): Pick<Features, 'group_desc'> {
  const leaders = [...new Set(events.flatMap(({ leader }) => (leader === undefined ? [] : [leader])))];
  const groups = leaders.map((leader_idx) => ({ name: '{anon_group}', leader_idx, nr_members: events.filter(({ leader }) => leader === leader_idx).length }));
  const real = groups.filter(({ nr_members }) => nr_members > 1);
  return real.length === 0 ? {} : { group_desc: real };
}

/** As typed; or, of equal ones, all but the first with their number among them behind. */
function eventNames(names: readonly string[], unique: boolean): readonly string[] {
  if (!unique) return names;
  return names.map((name, i) => {
    const before = names.slice(0, i).filter((other) => other === name).length;
    return before === 0 ? name : `${name}#${before}`;
  });
}

/** A signed address as the 64 bits that a record has. */
function address(value: number): bigint {
  return BigInt.asUintN(64, BigInt(value));
}

/** `uname -r` on a kernel variant: v3.2 says 3.2.0. */
export function release(kernel: string): string {
  const version = /^v(\d+\.\d+)$/.exec(kernel)?.[1];
  return version === undefined ? '3.2.0' : `${version}.0`;
}
