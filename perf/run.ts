/**
 * Runs one RunSpec: boots the machine, starts the tool, counts what comes out.
 *
 * Reference: docs/ARCHITECTURE.md, "A run is a value".
 * Not modelled: several tools at once.
 */
import { CHIP_NAMES, chipNamed } from '../pmu/chips/index.ts';
import { longest_ns, shortest_ns } from '../pmu/workload-duration.ts';
import type { Workload } from '../pmu/workload.ts';
import { WORKLOADS } from '../pmu/workloads/index.ts';
import { KERNELS, READ_ONCE, SilentTracepoints, Sys, TimedSystem, type KernelClass, type PerfEvent, type RingBuffer } from '../kernel/index.ts';
import { sampleIdOffset, sampleLayout } from './data/layout.ts';
import { unknownName } from './nearest.ts';
import type { ByteSink, RunResult, RunSpec } from './run-spec.ts';
import { images, type ImageFile } from './tool/images.ts';
import { config_attrs } from './tool/attr.ts';
import { TOOL_DURATIONS_NS } from './tool/durations.ts';
import { RecordTool } from './tool/record.ts';
import { Recording } from './tool/recording.ts';
import { Tally } from './tool/tally.ts';

export interface RunHooks {
  /** Called now and then; simulated nanoseconds. */
  progress?(done_ns: number, total_ns: number): void;
  /** The files that the recording maps: for the build-id cache. */
  images?(files: readonly ImageFile[]): void;
  /** The kernel, if it is not one of the lineage. */
  kernel?: KernelClass;
}

/** Takes what is written when nobody wants the bytes. */
const DISCARD: ByteSink = { write() {}, patch() {} };

/** Simulated time between two calls of `progress`, and beyond the workload's end by which any run is over. */
const PROGRESS_NS = 1e9;
const OVERTIME_SECONDS = 60;

/** What the buffers saw, over the whole run. */
class BufferWatch extends SilentTracepoints {
  dropped = 0;
  high_water = 0;
  /** Waits of buffers for their reader, in cycles: how many, their sum, the longest. */
  readonly #latency = { count: 0, sum: 0, max: 0 };
  /** Buffers whose reader has been told to come, and since when. */
  readonly #awaited = new Map<RingBuffer, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    super();
    this.#now = now;
  }

  override record_stored(rb: RingBuffer, _event: PerfEvent, _type: number, _size: number, head: number): void {
    const used = head - READ_ONCE(rb.user_page.data_tail);
    if (used > this.high_water) this.high_water = used;
  }

  override record_dropped(): void {
    this.dropped++;
  }

  override wakeup_posted(rb: RingBuffer): void {
    if (!this.#awaited.has(rb)) this.#awaited.set(rb, this.#now());
  }

  /** The tool reads the buffer. */
  read(rb: RingBuffer): void {
    const since = this.#awaited.get(rb);
    if (since === undefined) return;
    this.#awaited.delete(rb);
    const waited = this.#now() - since;
    this.#latency.count++;
    this.#latency.sum += waited;
    this.#latency.max = Math.max(this.#latency.max, waited);
  }

  reader_latency(nanoseconds: (cycles: number) => number): RunResult['reader_latency'] {
    const { count, sum, max } = this.#latency;
    return { mean_ns: count === 0 ? 0 : nanoseconds(sum / count), max_ns: nanoseconds(max) };
  }
}

/** Runs `spec`. With a sink, the recording is written to it as it grows. */
export function run(spec: RunSpec, sink: ByteSink | null, hooks: RunHooks = {}): RunResult {
  const chip = chipNamed(spec.pmu);
  if (chip === undefined) throw unknownName('PMU', spec.pmu, CHIP_NAMES, 'perfsim list pmus');
  const workload = workloadNamed(spec.workload.name);
  const kernel = hooks.kernel ?? kernelNamed(spec.kernel);
  const program = workload.parse(spec.workload.args);
  const { record } = spec;
  const config = { hz: spec.hz, nmi_watchdog: spec.nmi_watchdog };
  const system = new TimedSystem({ chip, cpus: spec.cpus, seed: spec.seed, kernel, config, durations: spec.latencies });
  const watch = new BufferWatch(() => system.machine.queue.now);
  system.kernel.trace = watch;

  const attrs = config_attrs(record);
  const files = images(workload);
  const recording = new Recording(sink ?? DISCARD, spec, chip, files.map(({ id }) => id));
  let tally!: Tally;
  const tool = new RecordTool(record, attrs, { name: workload.name, run: program }, {
    begin(ids, _tool, child) {
      const eventOf = new Map(ids.flatMap((list, event) => list.map((id) => [id, event] as const)));
      tally = new Tally(attrs.length, eventOf, attrs.length === 1 ? -1 : sampleIdOffset(sampleLayout(attrs[0])));
      recording.begin(attrs, ids, child);
    },
    write(chunk, vma) {
      watch.read(vma.rb);
      tally.add(chunk);
      recording.append(chunk);
    },
  }, { ...TOOL_DURATIONS_NS, ...spec.latencies });
  const thread = system.spawn('perf', (task) => tool.program(new Sys(system, task)));
  const total_ns = shortest_ns(program.phases, chip.khz);
  const end_ns = longest_ns(program.phases, chip.khz) + OVERTIME_SECONDS * 1e9;
  for (let at = PROGRESS_NS; system.isAlive(thread.task); at += PROGRESS_NS) {
    if (at > end_ns) throw new Error(`the run did not end within ${OVERTIME_SECONDS} s of its workload`);
    system.runUntilExit(thread.task, system.machine.cycles(at));
    hooks.progress?.(Math.min(at, total_ns), total_ns);
  }
  recording.finish();
  hooks.images?.(files);

  return {
    events: record.events.map(({ name }, i) => ({ name, samples: tally.samples[i] })),
    records: tally.byName(recording.synthesized),
    lost_reported: tally.lost,
    lost_total: watch.dropped,
    wakeups: tool.wakeups,
    bytes_written: recording.dataSize,
    buffer_high_water: watch.high_water,
    reader_latency: watch.reader_latency((cycles) => system.machine.nanoseconds(cycles)),
    duration_ns: system.machine.nanoseconds(system.machine.queue.now),
  };
}

function workloadNamed(name: string): Workload {
  const found = WORKLOADS.find((one) => one.name === name);
  if (found === undefined) throw unknownName('workload', name, WORKLOADS.map((one) => one.name), 'perfsim list workloads');
  return found;
}

function kernelNamed(name: string): KernelClass {
  const found = KERNELS.find(({ variant }) => variant.name === name);
  if (found === undefined) throw unknownName('kernel', name, KERNELS.map(({ variant }) => variant.name), 'perfsim list kernels');
  return found;
}

