/** From the words of `perfsim record` to a RunSpec: for the command itself, and for those that run it many times. */
import { InputError } from '../../perf/input-error.ts';
import type { RecordingForm, RunSpec } from '../../perf/run-spec.ts';
import type { Simulation } from '../simulation.ts';
import { MACHINE_OPTIONS } from './machine.ts';
import { HELP } from './option.ts';
import type { parseOptions } from './parse-options.ts';
import { RECORD_OPTIONS, RECORDING_OPTIONS } from './record.ts';

export const RUN_OPTIONS = { ...RECORD_OPTIONS, ...RECORDING_OPTIONS, ...MACHINE_OPTIONS, ...HELP };

/** The name of standard output, as with perf. */
export const STANDARD_OUTPUT = '-';

/** perf 3.2 without -F and -c. */
const DEFAULT_FREQ = 1000;

type Options = Awaited<ReturnType<typeof parseOptions<typeof RUN_OPTIONS>>>;

/** The run that the options and the workload describe. */
export function runSpec(options: Options, [workload, ...args]: readonly string[], simulation: Simulation): RunSpec {
  if (workload === undefined) throw new InputError("record needs a workload, such as 'noploop 10'; 'perfsim list workloads' shows them.");
  if (options.freq !== undefined && options.count !== undefined) throw new InputError('-F and -c exclude each other: give a frequency or a period.');
  const beyond = options.cpu?.find((cpu) => cpu >= options.cpus);
  if (beyond !== undefined) throw new InputError(`invalid -C value '${beyond}': the machine has CPUs 0 to ${options.cpus - 1} (--cpus ${options.cpus}).`);
  checkArguments(workload, args, simulation);
  return {
    kernel: options.kernel,
    pmu: options.pmu,
    cpus: options.cpus,
    hz: options.hz,
    nmi_watchdog: !options['no-watchdog'],
    seed: options.seed,
    tool: options.tool,
    record: {
      events: options.event,
      freq: options.count === undefined ? (options.freq ?? DEFAULT_FREQ) : null,
      period: options.count ?? null,
      mmap_pages: options['mmap-pages'],
      no_delay: options['no-delay'] ?? false,
      inherit: !options['no-inherit'],
      system_wide: options['all-cpus'] ?? false,
      cpu_list: options.cpu ?? null,
    },
    workload: { name: workload, args },
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

/** A workload knows best what is wrong with its arguments; what it says is meant for the user. */
function checkArguments(name: string, args: readonly string[], { WORKLOADS }: Simulation): void {
  try {
    WORKLOADS.find((workload) => workload.name === name)?.parse(args);
  } catch (error) {
    throw new InputError(error instanceof Error ? error.message : String(error));
  }
}
