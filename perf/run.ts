/**
 * Runs one RunSpec: boots the machine, starts the tool, counts what comes out.
 *
 * Reference: docs/ARCHITECTURE.md, "A run is a value".
 * Not modelled: several tools at once.
 */
import { longest_ns, shortest_ns } from '../pmu/workload-duration.ts';
import { bootMachine, workloadOf, type BootHooks } from './boot.ts';
import { sampleIdOffset, sampleLayout } from './data/layout.ts';
import { OVERTIME_NS, notEnded } from './overtime.ts';
import type { ByteSink, RunResult, RunSpec } from './run-spec.ts';
import { images, kernelCode, type ImageFile } from './tool/images.ts';
import { TOOL_DURATIONS_NS } from './tool/durations.ts';
import { PERSONALITIES } from './tool/personality.ts';
import { startTool } from './tool/session.ts';
import { Tally } from './tool/tally.ts';
import { BufferWatch } from './trace/buffer-watch.ts';
import type { RunTrace } from './trace/run-trace.ts';
import { Tracer } from './trace/tracer.ts';

export interface RunHooks extends BootHooks {
  /** Called now and then; simulated nanoseconds. */
  progress?(done_ns: number, total_ns: number): void;
  /** What the tool tells its user meanwhile. */
  message?(text: string): void;
  /** The files that the recording maps: for the build-id cache. */
  images?(files: readonly ImageFile[]): void;
  /** What happened inside, for timelines and pages; who does not ask does not pay for it. */
  trace?(trace: RunTrace): void;
}

/** Takes what is written when nobody wants the bytes. */
const DISCARD: ByteSink = { write() {}, patch() {} };

/** Simulated time between two calls of `progress`. */
const PROGRESS_NS = 1e9;

/** Runs `spec`. With a sink, the recording is written to it as it grows. */
export function run(spec: RunSpec, sink: ByteSink | null, hooks: RunHooks = {}): RunResult {
  const workload = workloadOf(spec.workload);
  const program = workload.parse(spec.workload.args);
  const { record } = spec;
  const system = bootMachine(spec, hooks);
  const { chip } = system;
  const now = (): number => system.machine.queue.now;
  const tracer = hooks.trace === undefined ? null : new Tracer(now, system, spec.cpus, ({ tgid }) => record.system_wide || tgid !== task.tgid);
  const watch = tracer ?? new BufferWatch(now);
  system.kernel.trace = watch;

  const personality = PERSONALITIES[spec.tool];
  const events = personality.events(record);
  const target = record.target === undefined ? null : workloadOf(record.target.workload);
  const programs = [workload, ...(target === null || target.name === workload.name ? [] : [target])];
  const kernel = kernelCode(programs, record);
  const files = images(programs, kernel);
  const recording = new personality.Recording(sink ?? DISCARD, spec, chip, files.map(({ id }) => id), kernel);
  let tally!: Tally;
  const job = {
    options: record, events, attrs: personality.attrs(record), durations: { ...TOOL_DURATIONS_NS, ...spec.latencies },
    workload: record.target?.alone ? null : { run: program, executable: personality.executable(workload.name) },
  };
  const tool = new personality.RecordTool(job, {
    begin(begun) {
      const { attrs, opened } = begun;
      tracer?.open(events.map(({ name }) => name), attrs.map((_, event) => opened.filter((one) => one.event === event).map(({ id }) => id)), begun.cpus);
      const eventOf = new Map(opened.map(({ id, event }) => [id, event]));
      tally = new Tally(events.length, eventOf, attrs.length === 1 ? -1 : sampleIdOffset(sampleLayout(attrs[0])));
      recording.begin(begun);
    },
    write(chunk, vma) {
      watch.read(vma.rb);
      tally.add(chunk);
      recording.append(chunk);
    },
    finishRound: () => recording.finishRound(),
    finishReading: () => recording.finishReading(),
    lostSamples: (id, lost) => recording.lostSamples(id, lost),
    message: (text) => hooks.message?.(text),
  });
  const task = startTool(system, tool, target === null ? null : { run: target.parse(record.target!.workload.args), executable: personality.executable(target.name) });
  const runs = [program, ...(target === null ? [] : [target.parse(record.target!.workload.args)])];
  const total_ns = shortest_ns(program.phases, chip.khz);
  const end_ns = runs.reduce((sum, { phases }) => sum + longest_ns(phases, chip.khz), OVERTIME_NS);
  for (let at = PROGRESS_NS; system.isAlive(task); at += PROGRESS_NS) {
    if (at > end_ns) throw notEnded();
    system.runUntilExit(task, system.machine.cycles(at));
    hooks.progress?.(Math.min(at, total_ns), total_ns);
  }
  recording.finish();
  hooks.images?.(files);
  if (tracer !== null) hooks.trace?.(tracer.finish(system.machine.nanoseconds(system.machine.queue.now)));

  return {
    events: record.events.map(({ name }, i) => ({ name, samples: tally.samples[i] })),
    records: tally.byName(recording.synthesized),
    lost_reported: tally.lost,
    lost_total: watch.dropped,
    wakeups: tool.wakeups,
    bytes_written: recording.dataSize,
    file_bytes: recording.fileSize,
    buffer_high_water: watch.high_water,
    reader_latency: watch.reader_latency((cycles) => system.machine.nanoseconds(cycles)),
    duration_ns: system.machine.nanoseconds(system.machine.queue.now),
  };
}
