/**
 * What perf_event_open(2) makes of the attr that it is given: how much of it is read, and what no event may ask for.
 *
 * Bits of later kernels are refused by the table in attr-limits.ts; a rule about such a bit stands here for all versions.
 * Reference: perf_copy_attr, perf_reg_validate and the first half of sys_perf_event_open, from v3.1 to v6.18.
 * Not modelled: nothing.
 */
import { effect } from '../sim/memory.ts';
import {
  ATTR_FIELDS, E2BIG, EACCES, EFAULT, EINVAL, PAGE_SIZE, PERF_ATTR_SIZE_VER0, PERF_SAMPLE_BRANCH,
  PERF_SAMPLE_BRANCH_PERM_PLM, PERF_SAMPLE_BRANCH_PLM_ALL,
  PERF_SAMPLE_BRANCH_STACK, PERF_SAMPLE_REGS_INTR, PERF_SAMPLE_REGS_USER, PERF_SAMPLE_STACK_USER, PERF_SAMPLE_WEIGHT,
  PERF_SAMPLE_WEIGHT_STRUCT, type PerfEventAttr,
} from './abi/index.ts';
import { BufferCode } from './buffer.ts';

/** Registers that no x86-64 kernel can sample: DS, ES, FS, GS, and those between R15 and XMM0. */
const REG_NOSUPPORT = 0xff00_f000n;
/** The first of the extended registers, XMM0 to XMM15, that only some hardware events can sample. */
const PERF_REG_EXTENDED_SHIFT = 32n;
const USHRT_MAX = 0xffff;

export abstract class AttrCode extends BufferCode {
  /** The kernel's own copy of an attr, or an error. One that is larger than the kernel knows must be zero beyond that. */
  perf_copy_attr(asked: PerfEventAttr | null): PerfEventAttr | number {
    if (asked === null) return -EFAULT;
    const size = asked.size || PERF_ATTR_SIZE_VER0;
    if (size < PERF_ATTR_SIZE_VER0 || size > PAGE_SIZE || this.attr_reaches_beyond(asked, size)) {
      // The caller is told what this kernel knows, for a second try.
      effect(() => {
        asked.size = this.attr_limits.size;
      });
      return -E2BIG;
    }
    const attr = { ...asked, size };
    for (const [field, offset, zero] of ATTR_FIELDS) {
      if (offset >= Math.min(size, this.attr_limits.size)) Object.assign(attr, { [field]: zero });
    }
    if (!this.attr_limits.max_stack) attr.sample_max_stack = 0;
    attr.branch_sample_type = branch_sample_type(attr);
    return this.perf_attr_invalid(attr) || attr;
  }

  /** Whether the caller may look into the kernel. */
  perf_allow_kernel(): boolean {
    return this.sysctl_perf_event_paranoid <= 1 || this.current()!.user.capable;
  }

  attr_reaches_beyond(attr: PerfEventAttr, size: number): boolean {
    if (size <= this.attr_limits.size) return false;
    return attr.unknown_fields || ATTR_FIELDS.some(([field, offset, zero]) => offset >= this.attr_limits.size && attr[field] !== zero);
  }

  perf_attr_invalid(attr: PerfEventAttr): number {
    const { sample_max, format_max, branch_max, unknown_flags } = this.attr_limits;
    if (attr.reserved_flags !== 0n || unknown_flags.some((flag) => attr[flag])) return -EINVAL;
    if (attr.sample_type >= sample_max || attr.read_format >= format_max) return -EINVAL;
    const sample_type = Number(attr.sample_type);
    if (sample_type & PERF_SAMPLE_BRANCH_STACK) {
      if (branches_invalid(attr.branch_sample_type, branch_max)) return -EINVAL;
      if (attr.branch_sample_type & PERF_SAMPLE_BRANCH_PERM_PLM && !this.perf_allow_kernel()) return -EACCES;
    }
    if (sample_type & PERF_SAMPLE_REGS_USER && registers_invalid(attr.sample_regs_user)) return -EINVAL;
    const { sample_stack_user } = attr;
    if (sample_type & PERF_SAMPLE_STACK_USER && (sample_stack_user >= USHRT_MAX || sample_stack_user % 8 !== 0)) return -EINVAL;
    if (sample_type & PERF_SAMPLE_REGS_INTR && registers_invalid(attr.sample_regs_intr)) return -EINVAL;
    if (sample_type & PERF_SAMPLE_WEIGHT && sample_type & PERF_SAMPLE_WEIGHT_STRUCT) return -EINVAL;
    if (attr.inherit_thread && !attr.inherit) return -EINVAL;
    if (attr.remove_on_exec && attr.enable_on_exec) return -EINVAL;
    return attr.sigtrap && !attr.remove_on_exec ? -EINVAL : 0;
  }
}

/** A branch filter needs a kind of branch, beside the privilege levels. */
function branches_invalid(mask: bigint, max: bigint): boolean {
  return mask >= max || (mask & ~PERF_SAMPLE_BRANCH_PLM_ALL) === 0n;
}

/** Branches of the rings that the event itself counts in, if it does not say which. */
function branch_sample_type({ sample_type, branch_sample_type: mask, exclude_user, exclude_kernel, exclude_hv }: PerfEventAttr): bigint {
  if ((Number(sample_type) & PERF_SAMPLE_BRANCH_STACK) === 0 || mask & PERF_SAMPLE_BRANCH_PLM_ALL) return mask;
  const { USER, KERNEL, HV } = PERF_SAMPLE_BRANCH;
  return mask | (exclude_user ? 0n : USER) | (exclude_kernel ? 0n : KERNEL) | (exclude_hv ? 0n : HV);
}

function registers_invalid(mask: bigint): boolean {
  return mask === 0n || (mask & REG_NOSUPPORT) !== 0n;
}

/** Whether samples of the event shall hold registers that only some hardware can deliver. */
export function has_extended_regs({ sample_regs_user, sample_regs_intr }: PerfEventAttr): boolean {
  return (sample_regs_user | sample_regs_intr) >> PERF_REG_EXTENDED_SHIFT !== 0n;
}
