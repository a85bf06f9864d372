/**
 * Which branches an event wants, as its branch_sample_type says it, in the terms of the hardware and of the kernel.
 *
 * The hardware filters as far as it can (MSR_LBR_SELECT); the kernel decodes the instructions of what it has read and throws out the rest.
 * Reference: intel_pmu_setup_sw_lbr_filter, intel_pmu_setup_hw_lbr_filter and their tables in arch/x86/events/intel/lbr.c, branch_type and
 * common_branch_type of arch/x86/events/utils.c, v3.4 to v6.18.
 * Not modelled: the call-stack mode of Haswell and later, which is refused as where there is none; transactions, of which there are none; that v4.14
 * to v5.17 have no names for interrupts and their returns.
 */
import type { BranchKind } from '../../pmu/branches.ts';
import type { Chip } from '../../pmu/chip.ts';
import { LBR_SELECT, type LbrEntry } from '../../pmu/lbr.ts';
import { EINVAL, EOPNOTSUPP, PERF_SAMPLE_BRANCH as BRANCH, PERF_BR } from '../abi/index.ts';

/** Kinds of branches as the kernel tells them apart; the lowest two bits say where they lead. */
export const X86_BR = {
  NONE: 0, USER: 1 << 0, KERNEL: 1 << 1, CALL: 1 << 2, RET: 1 << 3, SYSCALL: 1 << 4, SYSRET: 1 << 5, INT: 1 << 6, IRET: 1 << 7, JCC: 1 << 8, JMP: 1 << 9,
  IRQ: 1 << 10, IND_CALL: 1 << 11, ABORT: 1 << 12, IN_TX: 1 << 13, NO_TX: 1 << 14, ZERO_CALL: 1 << 15, IND_JMP: 1 << 17, TYPE_SAVE: 1 << 18,
} as const;

const X86_BR_PLM = X86_BR.USER | X86_BR.KERNEL;
const X86_BR_ANYTX = X86_BR.NO_TX | X86_BR.IN_TX;
const X86_BR_ANY_CALL = X86_BR.CALL | X86_BR.IND_CALL | X86_BR.ZERO_CALL | X86_BR.SYSCALL | X86_BR.IRQ | X86_BR.INT;
const X86_BR_ANY_RETURN = X86_BR.RET | X86_BR.IRET | X86_BR.SYSRET;
const X86_BR_ANY = X86_BR_ANY_CALL | X86_BR_ANY_RETURN | X86_BR.JCC | X86_BR.JMP | X86_BR.IND_JMP | X86_BR.ABORT;
export const X86_BR_ALL = X86_BR_PLM | X86_BR_ANY;

/** What each bit of branch_sample_type means to the kernel. The hypervisor's branches are nobody's here. */
const SOFTWARE_FILTER: readonly (readonly [bigint, number])[] = [
  [BRANCH.USER, X86_BR.USER], [BRANCH.KERNEL, X86_BR.KERNEL], [BRANCH.ANY, X86_BR_ANY], [BRANCH.ANY_CALL, X86_BR_ANY_CALL], [BRANCH.ANY_RETURN, X86_BR_ANY_RETURN],
  [BRANCH.IND_CALL, X86_BR.IND_CALL], [BRANCH.ABORT_TX, X86_BR.ABORT], [BRANCH.IN_TX, X86_BR.IN_TX], [BRANCH.NO_TX, X86_BR.NO_TX], [BRANCH.COND, X86_BR.JCC],
  [BRANCH.IND_JUMP, X86_BR.IND_JMP], [BRANCH.CALL, X86_BR.CALL | X86_BR.ZERO_CALL], [BRANCH.TYPE_SAVE, X86_BR.TYPE_SAVE],
];

const LBR_SEL_MASK = 0x1ff;
const LBR_ANY = LBR_SEL_MASK & ~(LBR_SELECT.CPL_EQ_0 | LBR_SELECT.CPL_NEQ_0);
const { CPL_EQ_0: LBR_KERNEL, CPL_NEQ_0: LBR_USER, JCC, NEAR_REL_CALL, NEAR_IND_CALL, NEAR_RET, NEAR_IND_JMP, NEAR_REL_JMP, FAR_BRANCH } = LBR_SELECT;

/** What each bit needs of the hardware; what is not named is left to the kernel's own filter. */
type SelectMap = readonly (readonly [bigint, number])[];

/** Nehalem and Westmere must look for jumps to find calls and returns. */
const nhm_lbr_sel_map: SelectMap = [
  [BRANCH.ANY, LBR_ANY], [BRANCH.USER, LBR_USER], [BRANCH.KERNEL, LBR_KERNEL],
  [BRANCH.ANY_RETURN, NEAR_RET | NEAR_REL_JMP | NEAR_IND_JMP | FAR_BRANCH],
  [BRANCH.ANY_CALL, NEAR_REL_CALL | NEAR_IND_CALL | NEAR_REL_JMP | NEAR_IND_JMP | FAR_BRANCH],
  [BRANCH.IND_CALL, NEAR_IND_CALL | NEAR_IND_JMP], [BRANCH.COND, JCC], [BRANCH.IND_JUMP, NEAR_IND_JMP],
];

const snb_lbr_sel_map: SelectMap = [
  [BRANCH.ANY, LBR_ANY], [BRANCH.USER, LBR_USER], [BRANCH.KERNEL, LBR_KERNEL], [BRANCH.ANY_RETURN, NEAR_RET | FAR_BRANCH],
  [BRANCH.ANY_CALL, NEAR_REL_CALL | NEAR_IND_CALL | FAR_BRANCH], [BRANCH.IND_CALL, NEAR_IND_CALL], [BRANCH.COND, JCC],
  [BRANCH.IND_JUMP, NEAR_IND_JMP], [BRANCH.CALL, NEAR_REL_CALL],
];

/** event.hw.branch_reg: what the kernel keeps, and what LBR_SELECT is to hold (null: there is no such register). */
export interface BranchReg {
  readonly reg: number;
  readonly config: number | null;
}

const combined = (table: SelectMap, br_type: bigint): number => table.reduce((mask, [bit, value]) => (br_type & bit ? mask | value : mask), 0);

export function intel_pmu_setup_lbr_filter(br_type: bigint, { lbr }: Chip): BranchReg | number {
  if (lbr === undefined || br_type & BRANCH.CALL_STACK) return -EOPNOTSUPP;
  if (br_type & BRANCH.COUNTERS) return -EINVAL;
  const reg = combined(SOFTWARE_FILTER, br_type);
  if (lbr.select === undefined) return { reg, config: null };
  const mask = combined(lbr.select === 'exact' ? snb_lbr_sel_map : nhm_lbr_sel_map, br_type);
  // LBR_SELECT says what is left out.
  return { reg, config: ~mask & LBR_SEL_MASK };
}

/** What the instruction at a branch's source is; one that an interrupt came to may be any. */
const DECODED: Readonly<Record<BranchKind, number>> = {
  conditional: X86_BR.JCC, jump: X86_BR.JMP, 'indirect jump': X86_BR.IND_JMP, call: X86_BR.CALL, 'indirect call': X86_BR.IND_CALL, return: X86_BR.RET,
  syscall: X86_BR.SYSCALL, sysret: X86_BR.SYSRET, iret: X86_BR.IRET, interrupt: X86_BR.NONE,
};

/** The kind of a branch, and where it leads. Interrupts within the kernel cannot be told from anything. */
export function branch_type({ from, to, kind }: LbrEntry): number {
  const isEntry = from >= 0 && to < 0;
  const decoded = DECODED[kind];
  const type = isEntry && decoded !== X86_BR.SYSCALL && decoded !== X86_BR.INT ? X86_BR.IRQ : decoded;
  return type === X86_BR.NONE ? X86_BR.NONE : type | (to < 0 ? X86_BR.KERNEL : X86_BR.USER);
}

/** Whether a branch of this type is among those wanted. */
export function is_selected(br_sel: number, type: number): boolean {
  if (type === X86_BR.NONE) return false;
  const full = br_sel & X86_BR_ANYTX ? type | X86_BR.NO_TX : type;
  return (br_sel & full) === full;
}

const COMMON: readonly (readonly [number, number])[] = [
  [X86_BR.CALL, PERF_BR.CALL], [X86_BR.RET, PERF_BR.RET], [X86_BR.SYSCALL, PERF_BR.SYSCALL], [X86_BR.SYSRET, PERF_BR.SYSRET], [X86_BR.IRET, PERF_BR.ERET],
  [X86_BR.JCC, PERF_BR.COND], [X86_BR.JMP, PERF_BR.UNCOND], [X86_BR.IRQ, PERF_BR.IRQ], [X86_BR.IND_CALL, PERF_BR.IND_CALL], [X86_BR.IND_JMP, PERF_BR.IND],
];

/** The type as records have it. */
export function common_branch_type(type: number): number {
  return COMMON.find(([bit]) => type & bit)?.[1] ?? PERF_BR.UNKNOWN;
}
