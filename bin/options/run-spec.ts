/** From the words of `perfsim record` to a RunSpec: for the command itself, and for those that run it many times. */
import { namedBy } from '../../perf/cache-events.ts';
import { parse_branch_str } from '../../perf/branch-filter.ts';
import { InputError } from '../../perf/input-error.ts';
import type { RecordingForm, RunSpec, ToolVersion } from '../../perf/run-spec.ts';
import type { Simulation } from '../simulation.ts';
import { MACHINE_OPTIONS } from './machine.ts';
import { machineSpec } from './machine-spec.ts';
import { HELP, type Values } from './option.ts';
import { ringOf } from './ring.ts';
import { RECORD_OPTIONS, RECORDING_OPTIONS } from './record.ts';
import { allowedFrequency, allowedPages } from './values.ts';
import { targetOf, workloadSpec } from './workload.ts';

export const RUN_OPTIONS = { ...RECORD_OPTIONS, ...RECORDING_OPTIONS, ...MACHINE_OPTIONS, ...HELP };

/** The name of standard output, as with perf. */
export const STANDARD_OUTPUT = '-';

/** perf without -F and -c. */
const DEFAULT_FREQ = { '3.2': 1000, '6.1': 4000 } as const;

type Options = Values<typeof RUN_OPTIONS>;

/** The run that the options and the workload describe. `cmdline`: as it is typed, for the recording. */
export async function runSpec(options: Options, words: readonly string[], simulation: Simulation, cmdline?: string[]): Promise<RunSpec> {
  const target = await targetOf(options, words, simulation);
  const workload = target?.alone ? target.workload : await workloadSpec(options.workload, words, simulation);
  const machine = machineSpec(options, simulation);
  const { tool } = machine;
  // To v3.2 a count overrides the frequency.
  if (tool === '6.1' && options.freq !== undefined && options.count !== undefined) throw new InputError('-F and -c exclude each other: give a frequency or a period.');
  return {
    ...machine,
    record: {
      events: options.event.map((event) => ({ ...namedBy(tool, ringOf(event, options)), ...(options.group ? { leader: 0 } : {}) })),
      freq: options.count === undefined ? allowedFrequency(options.freq ?? DEFAULT_FREQ[tool], tool, options['strict-freq'] ?? false) : null,
      period: options.count ?? null,
      mmap_pages: allowedPages(options['mmap-pages'], tool),
      no_delay: isUnbuffered(options),
      wakeup: wakeup(options),
      poll_all: options['poll-all'] ?? false,
      inherit: !options['no-inherit'],
      system_wide: options['all-cpus'] ?? false,
      cpu_list: options.cpu ?? null,
      ...moreOptions(options, tool),
      ...(target === undefined ? {} : { target }),
    },
    workload,
    recording: { ...recordingForm(options), ...(cmdline === undefined ? {} : { cmdline }) },
  };
}

/** What few recordings ask for. */
function moreOptions(options: Options, tool: ToolVersion): Partial<RunSpec['record']> {
  const { delay, overwrite, 'kernel-callchains': kernelChains, 'user-callchains': userChains } = options;
  checkTool(options, tool);
  if (overwrite && options.output === STANDARD_OUTPUT) {
    throw new InputError('--overwrite describes the events behind their records, which no reader of a pipe can read: give -o a file.');
  }
  const given: Partial<RunSpec['record']> = {
    call_graph: options.g ?? (options['call-graph'] !== undefined || undefined),
    sample_address: options.data,
    sample_time: options.timestamp,
    sample_cpu: options['sample-cpu'],
    inherit_stat: options.stat,
    branch_stack: branches(options),
    sample_period: options.period,
    switch_events: options['switch-events'],
    callchains: userChains ? 'user' : kernelChains ? 'kernel' : undefined,
    sample_identifier: options['sample-identifier'],
    no_bpf_event: options['no-bpf-event'],
    clockid: options.clockid,
    overwrite,
    delay_ms: delay,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Options that came after v3.2. */
const LATER = [
  'overwrite', 'switch-events', 'kernel-callchains', 'user-callchains', 'sample-identifier', 'no-bpf-event', 'clockid', 'branch-any', 'branch-filter',
] as const;

function checkTool(options: Options, tool: ToolVersion): void {
  if (options['kernel-callchains'] && options['user-callchains']) throw new InputError('--kernel-callchains and --user-callchains exclude each other.');
  const later = LATER.find((name) => options[name] !== undefined && options[name] !== false);
  if (tool === '3.2' && later !== undefined) throw new InputError(`perf 3.2 has no --${later}; give --tool 6.1.`);
  if (tool === '3.2' && options.event.some(({ branch_type = 0 }) => branch_type !== 0)) throw new InputError('perf 3.2 has no branch_type; give --tool 6.1.');
  if (tool === '3.2' && options.delay !== undefined) throw new InputError('perf 3.2 has no delay: its -D takes no number; give --tool 6.1.');
}

/** -b stands for `-j any`. */
function branches({ 'branch-any': any, 'branch-filter': filter }: Options): number | undefined {
  if (any && filter !== undefined) throw new InputError("Can't use --branch-any (-b) with --branch-filter (-j).");
  return any ? parse_branch_str('any') : filter;
}

function isUnbuffered(options: Options): boolean {
  return options['no-delay'] ?? options['no-buffering'] ?? false;
}

function recordingForm(options: Options): RecordingForm {
  return {
    pipe: options.output === STANDARD_OUTPUT,
    unique_names: options['event-names'] === 'unique',
    ksymbols: options.ksymbols ?? false,
    no_buildid: options['no-buildid'] ?? false,
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
