/**
 * What the attr of each kernel version may hold: how large it is, which fields and bits it knows.
 *
 * Reference: include/uapi/linux/perf_event.h, the versions as perf_event_open(2) and the releases date them.
 * Not modelled: bits that no release has had.
 */
import { ATTR_FLAGS, PERF_ATTR_SIZE_VER0, type AttrFlag } from './abi/index.ts';

/** A release, as a number that orders: 3.18 before 4.2. */
export type Release = `${number}.${number}`;

/** Sizes of the structure, and the release that brought each. */
const SIZES: readonly [Release, number][] = [
  ['2.6', PERF_ATTR_SIZE_VER0], ['2.6', 72], ['3.4', 80], ['3.7', 96], ['3.19', 104], ['4.1', 112], ['5.5', 120], ['5.13', 128],
  ['6.3', 136],
];

/** Flags that came after v3.1; the release that brought each. */
const FLAGS: Partial<Record<AttrFlag, Release>> = {
  exclude_host: '3.2', exclude_guest: '3.2', exclude_callchain_kernel: '3.7', exclude_callchain_user: '3.7',
  mmap2: '3.16', comm_exec: '3.16', use_clockid: '4.1', context_switch: '4.3', write_backward: '4.7', namespaces: '4.12',
  ksymbol: '5.1', bpf_event: '5.1', aux_output: '5.4', cgroup: '5.7', text_poke: '5.9', build_id: '5.12',
  inherit_thread: '5.13', remove_on_exec: '5.13', sigtrap: '5.13',
};

/** Number of sample_type bits that exist since. They came in order. */
const SAMPLE_BITS: readonly [Release, number][] = [
  ['2.6', 11], ['3.4', 12], ['3.7', 14], ['3.10', 16], ['3.12', 17], ['3.13', 18], ['3.19', 19], ['4.14', 20], ['5.5', 21],
  ['5.7', 22], ['5.11', 24], ['5.12', 25],
];

/** Number of branch_sample_type bits. */
const BRANCH_BITS: readonly [Release, number][] = [
  ['2.6', 0], ['3.4', 7], ['3.11', 10], ['3.16', 11], ['4.1', 12], ['4.2', 13], ['4.4', 16], ['4.14', 17], ['5.7', 18], ['6.1', 19], ['6.8', 20],
];

/** Number of read_format bits. */
const FORMAT_BITS: readonly [Release, number][] = [['2.6', 4], ['6.0', 5]];

/** Number of perf_event_open's flags: FD_CLOEXEC is the last. */
const OPEN_FLAGS: readonly [Release, number][] = [['2.6', 3], ['3.14', 4]];

/** Events of PERF_TYPE_SOFTWARE. The dummy event is of v3.12; here every kernel has it, for the records it carries. */
const SOFTWARE_EVENTS: readonly [Release, number][] = [['2.6', 10], ['4.4', 11], ['5.13', 12]];

/** The release in which the clocks got types of their own, beside their numbers among the software events (0d6d062ca27e). */
const CLOCK_TYPES: Release = '6.5';

/** The release that gave a reserved place of the structure, at which nobody had looked, to sample_max_stack. */
const SAMPLE_MAX_STACK: Release = '4.8';

export interface AttrLimits {
  /** sizeof(struct perf_event_attr). */
  readonly size: number;
  /** PERF_SAMPLE_MAX and PERF_FORMAT_MAX: the first bit that does not exist. */
  readonly sample_max: bigint;
  readonly format_max: bigint;
  /** PERF_SAMPLE_BRANCH_MAX. */
  readonly branch_max: bigint;
  /** All flags of perf_event_open. */
  readonly flags: number;
  /** PERF_COUNT_SW_MAX. */
  readonly software_max: number;
  /** Whether cpu-clock and task-clock have types of their own too. */
  readonly clock_types: boolean;
  /** Whether sample_max_stack is known. */
  readonly max_stack: boolean;
  /** Flags of attr that are reserved. */
  readonly unknown_flags: readonly AttrFlag[];
}

function order(release: Release): number {
  const [major, minor] = release.split('.').map(Number);
  return 1000 * major + minor;
}

export function attr_limits(release: Release): AttrLimits {
  const has = (since: Release): boolean => order(since) <= order(release);
  const last = (table: readonly [Release, number][]): number => table.findLast(([since]) => has(since))![1];
  return {
    size: last(SIZES),
    sample_max: 1n << BigInt(last(SAMPLE_BITS)),
    format_max: 1n << BigInt(last(FORMAT_BITS)),
    branch_max: 1n << BigInt(last(BRANCH_BITS)),
    flags: 2 ** last(OPEN_FLAGS) - 1,
    software_max: last(SOFTWARE_EVENTS),
    clock_types: has(CLOCK_TYPES),
    max_stack: has(SAMPLE_MAX_STACK),
    unknown_flags: (Object.keys(ATTR_FLAGS) as AttrFlag[]).filter((flag) => !has(FLAGS[flag] ?? '2.6')),
  };
}
