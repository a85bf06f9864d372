/**
 * What perf 6.1 writes around the contents of the buffers.
 *
 * Reference: record__synthesize of tools/perf/builtin-record.c, v6.1, and recordings that it made; section 1.3 of
 * perf-data-and-ecosystem.md.
 * Not modelled: other processes that already run (-a); cgroups; the features about caches, NUMA nodes and sample times.
 */
import {
  MAP_PRIVATE, PERF_COUNT_SW_CPU_CLOCK, PERF_COUNT_SW_TASK_CLOCK, PERF_RECORD_MISC_USER, PERF_TYPE_SOFTWARE, PROT_EXEC, PROT_READ,
  type PerfEventAttr,
} from '../../kernel/index.ts';
import type { Features } from '../data/features.ts';
import type { EventUpdate, PerfRecord } from '../data/records.ts';
import { KERNEL_MAP, modern_executable, proc_maps } from './host.ts';
import type { Begun } from './record.ts';
import { Recording } from './recording.ts';

/** What perf reserves for an event's update, whatever it is. */
const EVENT_UPDATE_BYTES = 48;
const EVENT_UPDATE_HEAD = 32;

/** The clocks count nanoseconds and are shown in milliseconds. */
const UNIT = 'msec';
const SCALE = 1e-6;

export class Recording6_1 extends Recording {
  protected override readonly version: string = '6.1.0';
  protected override readonly hasEventTypes = false;

  /** With --overwrite: what is said behind the buffers, in place of in front of them (--tail-synthesize). */
  #tail: Begun | null = null;

  /** All clocks count nanoseconds from the boot here, the time of day among them. */
  protected override clockFeatures(now_ns: number): Features {
    const { clockid } = this.spec.record;
    if (clockid === undefined) return {};
    const now = BigInt(Math.round(now_ns));
    return { clockid_res_ns: 1n, clock_data: { version: 1, clockid, wall_clock_ns: now, clockid_time_ns: now } };
  }

  protected override synthesizeAll(begun: Begun): void {
    const { overwrite } = this.spec.record;
    if (overwrite) {
      this.#tail = begun;
      if (begun.running === null) this.#process(begun);
      return;
    }
    this.#machine(begun);
    this.#process(begun);
    this.synthesize({ name: 'FINISHED_INIT' });
  }

  /** The tail begins with the workload, which has become what it was to be. */
  override finishReading(): void {
    if (this.#tail === null) return;
    this.synthesize({ name: 'FINISHED_INIT' });
    const { tgid: pid, running } = this.#tail;
    const { comm } = modern_executable(this.spec.workload.name);
    if (pid !== null && running === null) this.synthesize({ name: 'COMM', pid, tid: pid, comm });
  }

  override finish(): void {
    if (this.#tail !== null) {
      this.#machine(this.#tail);
      if (this.#tail.running !== null) this.#process(this.#tail);
    }
    super.finish();
  }

  #machine(begun: Begun): void {
    this.#idIndex(begun);
    if (!begun.attrs.every(({ exclude_kernel }) => exclude_kernel)) this.kernelMaps([KERNEL_MAP]);
    begun.attrs.forEach((attr, event) => this.#eventUpdates(attr, begun.opened.find((one) => one.event === event)!.id));
    this.#threadAndCpuMap(begun);
  }

  /** A process that runs already has its name and its maps; a forked one has yet to become its workload. */
  #process({ tgid: pid, pids, running }: Begun): void {
    if (pid === null) return;
    for (const tid of pids) this.synthesize({ name: 'COMM', pid, tid, comm: running?.comm ?? 'perf-exec' });
    for (const { start, length, offset, filename, inode } of running === null ? [] : proc_maps(running)) {
      this.synthesize({
        name: 'MMAP2', misc: PERF_RECORD_MISC_USER, pid, tid: pid, start: BigInt(start), len: BigInt(length), pgoff: BigInt(offset),
        object: { maj: inode?.major ?? 0, min: inode?.minor ?? 0, ino: BigInt(inode?.number ?? 0), ino_generation: 0n },
        prot: PROT_READ | PROT_EXEC, flags: MAP_PRIVATE, filename,
      });
    }
  }

  #idIndex({ opened, cpus }: Begun): void {
    const entries = opened.map(({ id, cpu, pid }) => ({
      id: BigInt(id), idx: BigInt(cpus.indexOf(cpu)), cpu: BigInt(cpu), tid: BigInt.asUintN(64, BigInt(pid)),
    }));
    this.synthesize({ name: 'ID_INDEX', entries });
  }

  #eventUpdates({ type, config }: PerfEventAttr, id: number): void {
    const isClock = type === PERF_TYPE_SOFTWARE && [PERF_COUNT_SW_CPU_CLOCK, PERF_COUNT_SW_TASK_CLOCK].includes(Number(config));
    if (!isClock) return;
    const rest = new Uint8Array(EVENT_UPDATE_BYTES - EVENT_UPDATE_HEAD);
    const updates: EventUpdate[] = [{ what: 'unit', id: BigInt(id), text: UNIT }, { what: 'scale', id: BigInt(id), scale: SCALE }];
    for (const update of updates) this.synthesize({ name: 'EVENT_UPDATE', update, rest });
  }

  #threadAndCpuMap({ pids, cpus }: Begun): void {
    const threads = (pids.length === 0 ? [-1] : pids).map((pid) => ({ pid: BigInt.asUintN(64, BigInt(pid)), comm: '' }));
    this.synthesize({ name: 'THREAD_MAP', threads });
    const [first, last] = [cpus[0], cpus.at(-1)!];
    const isRange = last - first === cpus.length - 1;
    const map: PerfRecord = isRange
      ? { name: 'CPU_MAP', cpus: { kind: 'range', any_cpu: false, start_cpu: first, end_cpu: last } }
      : { name: 'CPU_MAP', cpus: { kind: 'cpus', cpus: [...cpus] } };
    this.synthesize(map);
  }

  override finishRound(): void {
    this.synthesize({ name: 'FINISHED_ROUND' });
  }

  override lostSamples(id: number, lost: number): void {
    this.synthesize({ name: 'LOST_SAMPLES', lost: BigInt(lost), sample_id: { id: BigInt(id) } });
  }
}
