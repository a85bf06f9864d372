/**
 * The numbers of perf.data's records: the kernel's own from kernel/abi, and those that only the tool writes, from 64 up.
 * Reference: tools/lib/perf/include/perf/event.h and perf_event__names of tools/perf/util/event.c, v6.1.
 * Not modelled: the schedstat and bpf-metadata records of v6.16 and later; they are skipped as unknown.
 */

/** From here on, records are written by the tool and never by the kernel. */
export const PERF_RECORD_USER_TYPE_START = 64;
export const PERF_RECORD_HEADER_ATTR = 64;
export const PERF_RECORD_HEADER_BUILD_ID = 67;
export const PERF_RECORD_FINISHED_ROUND = 68;
export const PERF_RECORD_AUXTRACE = 71;
export const PERF_RECORD_EVENT_UPDATE = 78;
export const PERF_RECORD_HEADER_FEATURE = 80;
export const PERF_RECORD_COMPRESSED = 81;
/** COMPRESSED as of v6.16: it says how many of its bytes are data, so that it can be padded to 8. */
export const PERF_RECORD_COMPRESSED2 = 83;
export const PERF_RECORD_HEADER_TRACING_DATA = 66;

/** MMAP2 carries a build id in place of device and inode. */
export const PERF_RECORD_MISC_MMAP_BUILD_ID = 1 << 14;
/** BUILD_ID says how long its id is. */
export const PERF_RECORD_MISC_BUILD_ID_SIZE = 1 << 15;

/** Every record's header: u32 type, u16 misc, u16 size of the whole record. */
export const RECORD_HEADER_SIZE = 8;
export const RECORD_SIZE_MAX = 0xffff;

/** The names that perf prints, by number. */
const NAMES: readonly (string | undefined)[] = [
  'TOTAL', 'MMAP', 'LOST', 'COMM', 'EXIT', 'THROTTLE', 'UNTHROTTLE', 'FORK', 'READ', 'SAMPLE', 'MMAP2', 'AUX',
  'ITRACE_START', 'LOST_SAMPLES', 'SWITCH', 'SWITCH_CPU_WIDE', 'NAMESPACES', 'KSYMBOL', 'BPF_EVENT', 'CGROUP',
  'TEXT_POKE', 'AUX_OUTPUT_HW_ID', ...Array.from<undefined>({ length: 42 }),
  'ATTR', 'EVENT_TYPE', 'TRACING_DATA', 'BUILD_ID', 'FINISHED_ROUND', 'ID_INDEX', 'AUXTRACE_INFO', 'AUXTRACE',
  'AUXTRACE_ERROR', 'THREAD_MAP', 'CPU_MAP', 'STAT_CONFIG', 'STAT', 'STAT_ROUND', 'EVENT_UPDATE', 'TIME_CONV',
  'FEATURE', 'COMPRESSED', 'FINISHED_INIT', 'COMPRESSED2',
];

/** The types of records that there are, by their names. */
export const RECORD_NAMES: readonly string[] = NAMES.slice(1).filter((name) => name !== undefined);

/** The name of a record type; perf calls those beyond its table INVALID and those within it UNKNOWN. */
export function recordName(type: number): string {
  return type < NAMES.length ? NAMES[type] ?? 'UNKNOWN' : 'INVALID';
}
