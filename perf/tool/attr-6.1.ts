/**
 * What the tool of v6.1 asks of perf_event_open for each event.
 *
 * Reference: evsel__config and evlist__config of tools/perf/util/evsel.c and record.c, v6.1, and what `perf evlist -v`
 * shows of recordings that it made; section 1.2 of perf-data-and-ecosystem.md.
 * Not modelled: auxtrace, off-cpu profiling, namespaces, cgroups, precise_ip by trial (`P`).
 */
import {
  CLOCK_MONOTONIC, PERF_ATTR_SIZE_VER7, PERF_COUNT_SW_DUMMY, PERF_FORMAT_GROUP, PERF_FORMAT_ID, PERF_FORMAT_LOST,
  PERF_FORMAT_TOTAL_TIME_ENABLED, PERF_FORMAT_TOTAL_TIME_RUNNING, PERF_SAMPLE_BRANCH_STACK, PERF_SAMPLE_CPU, PERF_SAMPLE_DATA_SRC, PERF_SAMPLE_ID,
  PERF_SAMPLE_IDENTIFIER, PERF_SAMPLE_PERIOD, PERF_SAMPLE_TIME, PERF_TYPE_SOFTWARE, perf_event_attr, type PerfEventAttr,
} from '../../kernel/abi/index.ts';
import type { EventSpec, RecordOptions } from '../run-spec.ts';
import { counted, isMember, rate, readsGroup, sample_type, wakeup } from './attr.ts';

/** Counts nothing, and carries the records beside the samples from before the others are enabled. */
const DUMMY: EventSpec = {
  name: 'dummy:HG', type: PERF_TYPE_SOFTWARE, config: PERF_COUNT_SW_DUMMY, period: 1, precise_ip: 0,
  exclude_user: false, exclude_kernel: false, exclude_hv: false, exclude_guest: false, exclude_host: false,
};

/** The events of the command line, and the dummy that the tool adds when they begin later than what they need to know. */
export function events_6_1({ events, system_wide, cpu_list, delay_ms = 0 }: RecordOptions): readonly EventSpec[] {
  return system_wide || cpu_list !== null || delay_ms !== 0 ? [...events, DUMMY] : events;
}

export function config_attrs_6_1(options: RecordOptions): PerfEventAttr[] {
  const events = events_6_1(options);
  const types = events.map((event) => sample_type_6_1(event, options));
  const id = !options.sample_identifier && types.every((type) => type === types[0]) ? PERF_SAMPLE_ID : PERF_SAMPLE_IDENTIFIER;
  const tracking = events.includes(DUMMY) ? events.indexOf(DUMMY) : 0;
  return events.map((event, i) => {
    const reads = readsGroup(event, events);
    return perf_event_attr({
      ...counted(event),
      ...rate(event, i, options),
      size: PERF_ATTR_SIZE_VER7,
      exclude_guest: event.exclude_guest ?? true,
      sample_type: BigInt(types[i] | (events.length > 1 || options.sample_identifier ? id : 0)),
      read_format: BigInt(read_format(options) | (reads ? PERF_FORMAT_GROUP : 0)),
      branch_sample_type: BigInt((options.branch_stack ?? 0) | (event.branch_type ?? 0)),
      inherit: options.inherit && !reads,
      inherit_stat: options.inherit_stat ?? false,
      sample_id_all: true,
      write_backward: options.overwrite ?? false,
      exclude_callchain_kernel: options.callchains === 'user',
      exclude_callchain_user: options.callchains === 'kernel',
      use_clockid: options.clockid !== undefined,
      clockid: options.clockid ?? 0,
      ...enabling(event, i, options),
      ...(i === tracking ? tracked(options) : {}),
      ...wakeup(options),
    });
  });
}

function sample_type_6_1(event: EventSpec, options: RecordOptions): number {
  const hasCpus = options.system_wide || options.cpu_list !== null;
  const type = sample_type(event, options) | PERF_SAMPLE_TIME | (hasCpus ? PERF_SAMPLE_CPU : 0) | (options.sample_address ? PERF_SAMPLE_DATA_SRC : 0);
  if (event === DUMMY) return type & ~PERF_SAMPLE_PERIOD;
  const branches = event.branch_type ?? options.branch_stack ?? 0;
  return branches === 0 ? type : type | PERF_SAMPLE_BRANCH_STACK;
}

function read_format({ inherit_stat }: RecordOptions): number {
  return PERF_FORMAT_ID | PERF_FORMAT_LOST | (inherit_stat ? PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING : 0);
}

/** Leaders begin with the exec, or when the tool says so; members with their leader; the dummy of whole CPUs at once. */
function enabling(event: EventSpec, i: number, { system_wide, cpu_list, delay_ms = 0, target }: RecordOptions): Partial<PerfEventAttr> {
  if (isMember(event, i)) return { disabled: false, enable_on_exec: false };
  const hasCpus = system_wide || cpu_list !== null;
  if (event === DUMMY) return { disabled: !hasCpus, enable_on_exec: !hasCpus };
  return { disabled: true, enable_on_exec: !hasCpus && delay_ms === 0 && target === undefined };
}

function tracked(options: RecordOptions): Partial<PerfEventAttr> {
  return {
    mmap: true, comm: true, task: true, mmap2: true, comm_exec: true, ksymbol: true, bpf_event: !options.no_bpf_event,
    mmap_data: options.sample_address ?? false, context_switch: options.switch_events ?? false,
  };
}

/** One thing that a kernel may not know, and the attr without it; null if the attr does not ask for it. */
type Without = (attr: PerfEventAttr) => PerfEventAttr | null;

const withoutFlag = (...flags: ('ksymbol' | 'bpf_event' | 'write_backward' | 'mmap2' | 'exclude_guest' | 'exclude_host' | 'sample_id_all' | 'context_switch' | 'comm_exec')[]): Without =>
  (attr) => (flags.some((flag) => attr[flag]) ? { ...attr, ...Object.fromEntries(flags.map((flag) => [flag, false])) } : null);

/**
 * What the tool gives up, one after the other, when the kernel says EINVAL: the latest addition first
 * (evsel__detect_missing_features). COMM_EXEC, context switches and PERF_SAMPLE_IDENTIFIER it finds out about beforehand, with a probe:
 * here they stand where their age puts them.
 */
export const MISSING_FEATURES: readonly Without[] = [
  (attr) => (attr.read_format & BigInt(PERF_FORMAT_LOST) ? { ...attr, read_format: attr.read_format & ~BigInt(PERF_FORMAT_LOST) } : null),
  withoutFlag('ksymbol'),
  withoutFlag('bpf_event'),
  withoutFlag('write_backward'),
  // A clock that an NMI may read, and then perf's own.
  (attr) => (attr.use_clockid ? { ...attr, clockid: CLOCK_MONOTONIC } : null),
  (attr) => (attr.use_clockid ? { ...attr, use_clockid: false, clockid: 0 } : null),
  withoutFlag('context_switch'),
  withoutFlag('comm_exec'),
  withoutFlag('mmap2'),
  ({ sample_type, ...attr }) =>
    sample_type & BigInt(PERF_SAMPLE_IDENTIFIER) ? { ...attr, sample_type: (sample_type & ~BigInt(PERF_SAMPLE_IDENTIFIER)) | BigInt(PERF_SAMPLE_ID) } : null,
  withoutFlag('exclude_guest', 'exclude_host'),
  withoutFlag('sample_id_all'),
];
