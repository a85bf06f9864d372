/** `perfsim record`: runs a workload on the simulated machine and writes what perf would have recorded. */
import type { ImageFile, KernelClass, RunHooks } from '../../perf/index.ts';
import { InputError } from '../../perf/input-error.ts';
import { fixed } from '../../perf/printf.ts';
import { PAGE_SIZE } from '../../kernel/abi/constants.ts';
import { withUnit } from '../../perf/report/unit.ts';
import type { RunResult, RunSpec } from '../../perf/run-spec.ts';
import { addToBuildIdCache, writePrograms } from '../build-id-cache.ts';
import type { Command } from '../command.ts';
import { MACHINE_OPTIONS } from '../options/machine.ts';
import { RECORD_NOT_MODELLED } from '../options/not-modelled.ts';
import { HELP } from '../options/option.ts';
import { parseOptions } from '../options/parse-options.ts';
import { RECORD_OPTIONS, RECORDING_OPTIONS } from '../options/record.ts';
import { RUN_OPTIONS, STANDARD_OUTPUT, runSpec } from '../options/run-spec.ts';
import { splitOptions } from '../options/split-options.ts';
import { usage } from '../options/usage.ts';
import { pagesOf } from '../options/values.ts';
import { loadKernel } from '../load-kernel.ts';
import { isModuleFile, moduleFailure } from '../load-module.ts';
import { OutputFile, type RecordingOutput } from '../output-file.ts';
import { OutputPipe } from '../output-pipe.ts';
import { printText } from '../print-text.ts';
import { Progress } from '../progress.ts';
import { writeText } from '../text-file.ts';
import { loadSimulation, type LoadSimulation, type Simulation } from '../simulation.ts';

const USAGE = ['perfsim record [<options>] <workload> [<arguments>]', 'perfsim record [<options>] -- <workload> [<arguments>]'];

/** perf's estimate of samples: the smallest record that it thinks of has 24 bytes. */
const BYTES_PER_ESTIMATED_SAMPLE = 24;

export function recordCommand(load: LoadSimulation): Command {
  return {
    name: 'record',
    summary: 'Run a workload on the simulated machine and record its profile into perf.data',
    async run(argv) {
      const { options: words, rest: workload } = splitOptions(argv, RUN_OPTIONS, RECORD_NOT_MODELLED);
      if (words.includes('--help')) {
        printText(usage(USAGE, [
          { title: "perf's options", options: RECORD_OPTIONS },
          { title: "perfsim's recording", options: RECORDING_OPTIONS },
          { title: "perfsim's machine", options: { ...MACHINE_OPTIONS, ...HELP } },
        ]));
        return 0;
      }
      const options = parseOptions(words, RUN_OPTIONS);
      const simulation = await load();
      const spec = await runSpec(options, workload, simulation, ['perfsim', 'record', ...argv]);
      if (options['dry-run']) return 0;
      if (options.timeline === STANDARD_OUTPUT && options.output === STANDARD_OUTPUT) throw new InputError('the recording and its timeline cannot both go to standard output; name a file for one of them.');
      if (!options.quiet) process.stderr.write(pagesNote(options['mmap-pages'], spec) + frequencyNote(options.freq, words.includes('--freq=max'), spec));
      if (options.verbose) process.stderr.write(machineLine(spec));
      const cache = (files: readonly ImageFile[]): void => {
        if (!options['no-buildid-cache']) addToBuildIdCache(files);
        if (options.symfs !== undefined) writePrograms(files, options.symfs);
      };
      const kernel = isModuleFile(spec.kernel) ? await loadKernel(spec.kernel) : undefined;
      const run = (trace?: RunHooks['trace']): RunResult => record(simulation, spec, { path: options.output, cache, kernel, trace });
      const result = options.timeline === undefined ? run() : await withTimeline(options.timeline, spec, run);
      if (!options.quiet) process.stderr.write(closingLines(result, spec, options.output));
      if (options.verbose) process.stderr.write(countLines(result));
      return 0;
    },
  };
}

export const command = recordCommand(loadSimulation);

interface Recorded {
  path: string;
  /** Takes the images of the programs that the recording maps. */
  cache: (files: readonly ImageFile[]) => void;
  kernel: KernelClass | undefined;
  trace: RunHooks['trace'];
}

/** Runs with an eye on what happens inside, and writes that down as a timeline. */
async function withTimeline(path: string, spec: RunSpec, run: (trace: RunHooks['trace']) => RunResult): Promise<RunResult> {
  const { omissions, timeline } = await import('../../perf/trace/trace-events.ts');
  let result!: RunResult;
  await writeText(path, () => {
    let text = '';
    result = run((trace) => {
      text = `${JSON.stringify(timeline(trace, spec))}\n`;
      for (const sentence of omissions(trace)) process.stderr.write(`[ timeline: ${sentence} ]\n`);
    });
    return text;
  });
  return result;
}

function record(simulation: Simulation, spec: RunSpec, { path, cache, kernel, trace }: Recorded): RunResult {
  const output: RecordingOutput = path === STANDARD_OUTPUT ? new OutputPipe() : new OutputFile(path);
  const progress = new Progress(() => process.stderr);
  try {
    let files: readonly ImageFile[] = [];
    const result = simulation.run(spec, output, {
      kernel,
      trace,
      progress: (done_ns, total_ns) => progress.update(done_ns, total_ns),
      message: (text) => process.stderr.write(`${text}\n`),
      images: (mapped) => {
        files = mapped;
      },
    });
    output.commit();
    cache(files);
    return result;
  } catch (error) {
    throw kernel === undefined ? error : moduleFailure('kernel', spec.kernel, error);
  } finally {
    output.close();
    progress.end();
  }
}

/**
 * The two lines with which perf ends: 3.2 estimates the samples from the bytes, 6.1 has counted them, and says what was lost,
 * if it has read the file again for the build ids; of a pipe it knows no size.
 */
function closingLines(result: RunResult, { tool, recording }: RunSpec, path: string): string {
  const { wakeups, bytes_written, file_bytes, records } = result;
  const megabytes = (bytes: number): string => fixed(bytes / 1024 / 1024, 3);
  const woken = `[ perf record: Woken up ${wakeups} times to write data ]\n`;
  if (tool === '3.2') {
    return `${woken}[ perf record: Captured and wrote ${megabytes(bytes_written)} MB ${path} (~${Math.floor(bytes_written / BYTES_PER_ESTIMATED_SAMPLE)} samples) ]\n`;
  }
  const known = recording?.pipe || recording?.no_buildid ? {} : records;
  const samples = known['SAMPLE'] ?? 0;
  return `${woken}${lostWarning(known)}[ perf record: Captured and wrote ${megabytes(recording?.pipe ? 0 : file_bytes)} MB ${path}${samples === 0 ? '' : ` (${samples} samples)`} ]\n`;
}

function lostWarning({ LOST = 0, ...others }: RunResult['records']): string {
  const total = Object.values(others).reduce((sum, count) => sum + count, LOST);
  return LOST === 0 ? '' : `Warning:\nProcessed ${total} events and lost ${LOST} chunks!\n\nCheck IO/CPU overload!\n\n`;
}

/** What perf 6.1 says when it maps more pages than it was told to. */
function pagesNote(asked: string, { record: { mmap_pages } }: RunSpec): string {
  return mmap_pages === Math.ceil(pagesOf(asked)) ? '' : `rounding mmap pages size to ${withUnit(BigInt(mmap_pages * PAGE_SIZE))} (${mmap_pages} pages)\n`;
}

/** What perf 6.1 says of a frequency that is, or would be beyond, the highest. */
function frequencyNote(asked: number | undefined, isMax: boolean, { tool, record: { freq } }: RunSpec): string {
  if (tool === '3.2' || freq === null) return '';
  if (isMax) return `info: Using a maximum frequency rate of ${freq} Hz\n`;
  if (asked === undefined || asked === freq) return '';
  return `warning: Maximum frequency rate (${freq} Hz) exceeded, throttling from ${asked} Hz to ${freq} Hz.\n` +
    '         The limit can be raised via /proc/sys/kernel/perf_event_max_sample_rate.\n' +
    "         The kernel will lower it when perf's interrupts take too long.\n" +
    '         Use --strict-freq to disable this throttling, refusing to record.\n';
}

function machineLine(spec: RunSpec): string {
  const watchdog = spec.nmi_watchdog ? 'watchdog' : 'no watchdog';
  return `kernel ${spec.kernel}, PMU ${spec.pmu}, ${spec.cpus} CPUs, ${spec.hz} Hz, ${watchdog}, tool ${spec.tool}, seed ${spec.seed}\n`;
}

function countLines(result: RunResult): string {
  const events = result.events.map(({ name, samples }) => `${String(samples).padStart(10)} samples of ${name}\n`).join('');
  return `${events}${String(result.lost_total).padStart(10)} records lost, ${result.lost_reported} of them reported\n`;
}
