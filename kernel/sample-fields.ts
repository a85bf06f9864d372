/**
 * The fields of a SAMPLE behind its call chain, in the order of the record: raw data, registers, stack, and what only some
 * hardware knows.
 *
 * Reference: perf_prepare_sample and perf_output_sample of kernel/events/core.c, v3.7 to v6.18; perf_event_open(2).
 * Not modelled: registers but the instruction and stack pointer; the contents of the stack; AUX data; memory
 * accesses as hardware reports them.
 */
import {
  PERF_SAMPLE_AUX, PERF_SAMPLE_BRANCH, PERF_SAMPLE_BRANCH_STACK, PERF_SAMPLE_CGROUP, PERF_SAMPLE_CODE_PAGE_SIZE, PERF_SAMPLE_DATA_PAGE_SIZE, PERF_SAMPLE_DATA_SRC,
  PERF_SAMPLE_PHYS_ADDR, PERF_SAMPLE_RAW, PERF_SAMPLE_REGS_INTR, PERF_SAMPLE_REGS_USER, PERF_SAMPLE_STACK_USER,
  PERF_SAMPLE_TRANSACTION, PERF_SAMPLE_WEIGHT, PERF_SAMPLE_WEIGHT_STRUCT, type PerfEventAttr,
} from './abi/index.ts';
import type { BranchEntry, Regs } from './structs/index.ts';

/** A field's value: its 64-bit words, in the order of the record. */
export type Words = readonly number[];

/** What the fields are made of. */
export interface SampleSource {
  readonly attr: PerfEventAttr;
  /** The interrupted registers, and those with which the task left user mode. */
  readonly regs: Regs;
  readonly user_regs: Regs | null;
  /** Bytes of the record so far. */
  readonly size: number;
}

/** Registers by bit of the mask: the stack and the instruction pointer. */
const PERF_REG_X86_SP = 7;
const PERF_REG_X86_IP = 8;
const PERF_SAMPLE_REGS_ABI_NONE = 0;
const PERF_SAMPLE_REGS_ABI_64 = 2;

/** Where the main thread's stack begins, and how far it has grown. */
const STACK_TOP = 0x7fff_ffff_f000;
const STACK_POINTER = STACK_TOP - 0x2_0000;
const USHRT_MAX = 0xffff;

/** perf_mem_data_src with all parts not available. */
const PERF_MEM_NA = 0x1e_0508_0021;
/** The inode of the root of the cgroup hierarchy. */
const ROOT_CGROUP = 1;
/** The kernel's text is mapped by large pages. */
const PAGE = 4096;
const LARGE_PAGE = 0x20_0000;

function registers(mask: bigint, regs: Regs | null): Words {
  if (regs === null) return [PERF_SAMPLE_REGS_ABI_NONE];
  const words = [PERF_SAMPLE_REGS_ABI_64];
  for (let bit = 0; mask >> BigInt(bit) !== 0n; bit++) {
    if ((mask >> BigInt(bit)) % 2n === 0n) continue;
    words.push(bit === PERF_REG_X86_IP ? regs.ip : bit === PERF_REG_X86_SP ? STACK_POINTER : 0);
  }
  return words;
}

/** How much is dumped, the dump, and how much of it could be read. A record has at most 65535 bytes. */
function stack({ attr, user_regs, size }: SampleSource): Words {
  if (user_regs === null) return [0];
  let bytes = Math.min(attr.sample_stack_user, USHRT_MAX, STACK_TOP - STACK_POINTER);
  const before = size + 16;
  if (before + bytes > USHRT_MAX) bytes = (USHRT_MAX - before - 8 + 7) & ~7;
  return bytes === 0 ? [0] : [bytes, ...Array.from({ length: bytes / 8 }, () => 0), bytes];
}

/** How many there are, if asked for the number of the newest one's register, and the branches. Who cannot know any has none. */
function branch_stack({ attr, regs: { branches } }: SampleSource): Words {
  if (branches === undefined) return [0];
  const hw_idx = attr.branch_sample_type & PERF_SAMPLE_BRANCH.HW_INDEX ? [branches.hw_idx] : [];
  return [branches.entries.length, ...hw_idx, ...branches.entries.flatMap((entry) => [entry.from, entry.to, flags_of(entry)])];
}

/** The bits of struct perf_branch_entry: mispred, predicted, from bit 4 the cycles and from bit 20 the type. */
function flags_of({ mispred, predicted, cycles, type }: BranchEntry): number {
  return (mispred ? 1 : 0) + (predicted ? 2 : 0) + cycles * 2 ** 4 + type * 2 ** 20;
}

/** A field: its bit, its value, and whether its size is counted with each record (dyn_size) or once for the event. */
interface LateField {
  readonly bit: number;
  readonly isDynamic: boolean;
  readonly words: (source: SampleSource) => Words;
}

const fixed = (bit: number, value: (source: SampleSource) => number): LateField => ({
  bit, isDynamic: false, words: (source) => [value(source)],
});
const dynamic = (bit: number, words: LateField['words']): LateField => ({ bit, isDynamic: true, words });

const LATE_FIELDS: readonly LateField[] = [
  // No event here has raw data: four bytes of nothing, and their count.
  dynamic(PERF_SAMPLE_RAW, () => [4]),
  dynamic(PERF_SAMPLE_BRANCH_STACK, branch_stack),
  dynamic(PERF_SAMPLE_REGS_USER, ({ attr, user_regs }) => registers(attr.sample_regs_user, user_regs)),
  dynamic(PERF_SAMPLE_STACK_USER, stack),
  fixed(PERF_SAMPLE_WEIGHT | PERF_SAMPLE_WEIGHT_STRUCT, () => 0),
  fixed(PERF_SAMPLE_DATA_SRC, () => PERF_MEM_NA),
  fixed(PERF_SAMPLE_TRANSACTION, () => 0),
  dynamic(PERF_SAMPLE_REGS_INTR, ({ attr, regs }) => registers(attr.sample_regs_intr, regs)),
  // The page of the address is just being faulted in: it has no place and no size yet.
  fixed(PERF_SAMPLE_PHYS_ADDR, () => 0),
  fixed(PERF_SAMPLE_CGROUP, () => ROOT_CGROUP),
  fixed(PERF_SAMPLE_DATA_PAGE_SIZE, () => 0),
  fixed(PERF_SAMPLE_CODE_PAGE_SIZE, ({ regs }) => (regs.location.ring === 'user' ? PAGE : LARGE_PAGE)),
  dynamic(PERF_SAMPLE_AUX, () => [0]),
];

const bits_of = (fields: readonly LateField[]): number => fields.reduce((mask, { bit }) => mask | bit, 0);
export const ALL_LATE_FIELDS = bits_of(LATE_FIELDS);
/** The bits that add 8 bytes each to an event's header_size. */
export const FIXED_LATE_FIELDS = bits_of(LATE_FIELDS.filter(({ isDynamic }) => !isDynamic));

export interface LateValue {
  readonly bit: number;
  /** Bytes that count with each record. */
  readonly dyn_size: number;
  readonly words: Words;
}

/** The late fields of a sample, which most samples do not have. */
export function late_values(sample_type: number, source: SampleSource): readonly LateValue[] {
  let { size } = source;
  return LATE_FIELDS.filter(({ bit }) => sample_type & bit).map(({ bit, isDynamic, words }) => {
    const value = words({ ...source, size });
    const dyn_size = isDynamic ? 8 * value.length : 0;
    size += dyn_size;
    return { bit: bit & sample_type, dyn_size, words: value };
  });
}
