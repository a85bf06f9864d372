/**
 * struct perf_event_attr, what user space asks of an event.
 * Reference: include/uapi/linux/perf_event.h; sizes 64 (v2.6.31), 72 (v3.2), 80 (v3.4) … 136 (v6.5).
 * Not modelled: nothing; fields that this simulator never acts upon are carried as they are.
 */

/** Flag bits of the 64-bit word at offset 40, in the order of the bits; `precise_ip` takes bits 15 and 16. */
export const ATTR_FLAGS = {
  disabled: 0, inherit: 1, pinned: 2, exclusive: 3, exclude_user: 4, exclude_kernel: 5, exclude_hv: 6, exclude_idle: 7,
  mmap: 8, comm: 9, freq: 10, inherit_stat: 11, enable_on_exec: 12, task: 13, watermark: 14, mmap_data: 17,
  sample_id_all: 18, exclude_host: 19, exclude_guest: 20, exclude_callchain_kernel: 21, exclude_callchain_user: 22,
  mmap2: 23, comm_exec: 24, use_clockid: 25, context_switch: 26, write_backward: 27, namespaces: 28, ksymbol: 29,
  bpf_event: 30, aux_output: 31, cgroup: 32, text_poke: 33, build_id: 34, inherit_thread: 35, remove_on_exec: 36,
  sigtrap: 37,
} as const;

export type AttrFlag = keyof typeof ATTR_FLAGS;

/** Bit of the low half of `precise_ip`. */
export const ATTR_PRECISE_IP_SHIFT = 15;

/** All 64-bit fields are bigint: a config or a period may use every bit. */
export interface PerfEventAttr extends Record<AttrFlag, boolean> {
  type: number;
  /** Bytes of the structure that the caller filled in. */
  size: number;
  config: bigint;
  /** A period in events, or with `freq` a frequency in samples per second (the union of the two in C). */
  sample_period: bigint;
  sample_type: bigint;
  read_format: bigint;
  precise_ip: number;
  /** Flag bits above those named in ATTR_FLAGS, in their place. */
  reserved_flags: bigint;
  /** Samples per wakeup, or with `watermark` bytes per wakeup (the union of wakeup_events and wakeup_watermark). */
  wakeup_events: number;
  bp_type: number;
  /** Also bp_addr. */
  config1: bigint;
  /** Also bp_len. */
  config2: bigint;
  branch_sample_type: bigint;
  sample_regs_user: bigint;
  sample_stack_user: number;
  clockid: number;
  sample_regs_intr: bigint;
  aux_watermark: number;
  sample_max_stack: number;
  aux_sample_size: number;
  sig_data: bigint;
  config3: bigint;
  /** Whether there is anything but zeros behind the fields named here, in the attr of a program from the future. */
  unknown_fields: boolean;
}

export const PERF_ATTR_SIZE_VER0 = 64;
export const PERF_ATTR_SIZE_VER1 = 72;
export const PERF_ATTR_SIZE_VER2 = 80;
export const PERF_ATTR_SIZE_VER3 = 96;
export const PERF_ATTR_SIZE_VER4 = 104;
export const PERF_ATTR_SIZE_VER5 = 112;
export const PERF_ATTR_SIZE_VER6 = 120;
export const PERF_ATTR_SIZE_VER7 = 128;
export const PERF_ATTR_SIZE_VER8 = 136;

/** The fields that came after the first version: name, offset in bytes, value of one that is not there. */
export const ATTR_FIELDS = [
  ['config2', 64, 0n], ['branch_sample_type', 72, 0n], ['sample_regs_user', 80, 0n], ['sample_stack_user', 88, 0],
  ['clockid', 92, 0], ['sample_regs_intr', 96, 0n], ['aux_watermark', 104, 0], ['sample_max_stack', 108, 0],
  ['aux_sample_size', 112, 0], ['sig_data', 120, 0n], ['config3', 128, 0n],
] as const satisfies readonly (readonly [keyof PerfEventAttr, number, bigint | number])[];

const ATTR_SIZES = [
  PERF_ATTR_SIZE_VER1, PERF_ATTR_SIZE_VER2, PERF_ATTR_SIZE_VER3, PERF_ATTR_SIZE_VER4, PERF_ATTR_SIZE_VER5, PERF_ATTR_SIZE_VER6,
  PERF_ATTR_SIZE_VER7, PERF_ATTR_SIZE_VER8,
];

/** The first size of the structure, from v3.2 on, that has room for all of `fields`. */
function size_for(fields: Partial<PerfEventAttr>): number {
  const last = ATTR_FIELDS.findLast(([field, , zero]) => (fields[field] ?? zero) !== zero);
  return ATTR_SIZES.find((size) => size > (last?.[1] ?? 0))!;
}

const ZERO_FLAGS = Object.fromEntries(Object.keys(ATTR_FLAGS).map((name) => [name, false])) as Record<AttrFlag, boolean>;

/** A zeroed attr with `fields` set; its size is v3.2's, 72 bytes, or the first that has room for them, unless told. */
export function perf_event_attr(fields: Partial<PerfEventAttr> = {}): PerfEventAttr {
  return {
    type: 0, size: size_for(fields), config: 0n, sample_period: 0n, sample_type: 0n, read_format: 0n,
    ...ZERO_FLAGS, precise_ip: 0, reserved_flags: 0n, wakeup_events: 0, bp_type: 0, config1: 0n, config2: 0n,
    branch_sample_type: 0n, sample_regs_user: 0n, sample_stack_user: 0, clockid: 0, sample_regs_intr: 0n,
    aux_watermark: 0, sample_max_stack: 0, aux_sample_size: 0, sig_data: 0n, config3: 0n, unknown_fields: false,
    ...fields,
  };
}
