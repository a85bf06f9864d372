/** From the words of `perfsim record` to a RunSpec: for the command itself, and for those that run it many times. */
import { InputError } from '../../perf/input-error.ts';
import { unknownName } from '../../perf/nearest.ts';
import type { RecordingForm, RunSpec } from '../../perf/run-spec.ts';
import { isModuleFile } from '../load-module.ts';
import type { Simulation } from '../simulation.ts';
import { MACHINE_OPTIONS } from './machine.ts';
import { HELP } from './option.ts';
import type { parseOptions } from './parse-options.ts';
import { RECORD_OPTIONS, RECORDING_OPTIONS } from './record.ts';
import { toolOf } from './values.ts';
import { workloadSpec } from './workload.ts';

export const RUN_OPTIONS = { ...RECORD_OPTIONS, ...RECORDING_OPTIONS, ...MACHINE_OPTIONS, ...HELP };

/** The name of standard output, as with perf. */
export const STANDARD_OUTPUT = '-';

/** perf without -F and -c. */
const DEFAULT_FREQ = { '3.2': 1000, '6.1': 4000 } as const;

type Options = Awaited<ReturnType<typeof parseOptions<typeof RUN_OPTIONS>>>;

/** The run that the options and the workload describe. */
export async function runSpec(options: Options, words: readonly string[], simulation: Simulation): Promise<RunSpec> {
  const workload = await workloadSpec(options.workload, words, simulation);
  if (options.freq !== undefined && options.count !== undefined) throw new InputError('-F and -c exclude each other: give a frequency or a period.');
  const beyond = options.cpu?.find((cpu) => cpu >= options.cpus);
  if (beyond !== undefined) throw new InputError(`invalid -C value '${beyond}': the machine has CPUs 0 to ${options.cpus - 1} (--cpus ${options.cpus}).`);
  checkNames(options, simulation);
  const tool = options.tool ?? toolOf(options.kernel);
  return {
    kernel: options.kernel,
    pmu: options.pmu,
    cpus: options.cpus,
    hz: options.hz,
    nmi_watchdog: !options['no-watchdog'],
    latencies: options.latency,
    seed: options.seed,
    tool,
    record: {
      events: options.event,
      freq: options.count === undefined ? (options.freq ?? DEFAULT_FREQ[tool]) : null,
      period: options.count ?? null,
      mmap_pages: options['mmap-pages'],
      no_delay: options['no-delay'] ?? false,
      wakeup: wakeup(options),
      poll_all: options['poll-all'] ?? false,
      inherit: !options['no-inherit'],
      system_wide: options['all-cpus'] ?? false,
      cpu_list: options.cpu ?? null,
    },
    workload,
    recording: recordingForm(options),
  };
}

function recordingForm(options: Options): RecordingForm {
  return {
    pipe: options.output === STANDARD_OUTPUT,
    unique_names: options['event-names'] === 'unique',
    ksymbols: options.ksymbols ?? false,
  };
}

function wakeup(options: Options): RunSpec['record']['wakeup'] {
  const { 'wakeup-events': events, watermark: bytes, 'no-delay': no_delay } = options;
  if ([events, bytes, no_delay].filter((given) => given !== undefined).length > 1) {
    throw new InputError('-D, --wakeup-events and --watermark exclude each other: each says when the tool is woken.');
  }
  if (events !== undefined) return { events };
  return bytes === undefined ? null : { bytes };
}

/** Names that nothing has are refused before anything runs. */
function checkNames({ kernel, pmu }: Options, { KERNELS, CHIPS }: Simulation): void {
  const check = (kind: string, name: string, all: readonly { name: string }[]): void => {
    if (!all.some((one) => one.name === name)) throw unknownName(kind, name, all.map((one) => one.name), `perfsim list ${kind.toLowerCase()}s`);
  };
  if (!isModuleFile(kernel)) check('kernel', kernel, KERNELS.map(({ variant }) => variant));
  check('PMU', pmu, CHIPS);
}
