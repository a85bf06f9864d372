/**
 * Hardware breakpoints as events: who may have one, and how many there are.
 *
 * Reference: perf_breakpoint and register_perf_hw_breakpoint of kernel/events/hw_breakpoint.c; arch_build_bp_info of
 * arch/x86/kernel/hw_breakpoint.c.
 * Not modelled: that one is ever hit: programs here are rates of events, not accesses; exchange of slots between tasks.
 */
import {
  EINVAL, ENOENT, ENOSPC, HW_BREAKPOINT_R, HW_BREAKPOINT_RW, HW_BREAKPOINT_W, HW_BREAKPOINT_X, PERF_TYPE_BREAKPOINT,
} from './abi/index.ts';
import { UnlimitedPmu } from './software-pmu.ts';
import type { PerfEvent } from './structs/index.ts';

/** Debug registers of an x86 CPU. */
const HBP_NUM = 4;
const DATA_LENGTHS = [1n, 2n, 4n, 8n];
/** What the length of a breakpoint on an instruction must be: sizeof(long). */
const INSTRUCTION_LENGTH = 8n;
/** Where the kernel's half of the addresses begins. */
const KERNEL_HALF = 1n << 63n;

export class BreakpointPmu extends UnlimitedPmu {
  readonly name = 'breakpoint';
  #slots_taken = 0;

  event_init(event: PerfEvent): number {
    const { attr } = event;
    if (attr.type !== PERF_TYPE_BREAKPOINT) return -ENOENT;
    const { bp_type, config1: address, config2: length } = attr;
    const isInstruction = bp_type === HW_BREAKPOINT_X;
    // The hardware cannot watch for reads alone.
    if (bp_type === HW_BREAKPOINT_R || (!isInstruction && bp_type !== HW_BREAKPOINT_W && bp_type !== HW_BREAKPOINT_RW)) return -EINVAL;
    if (isInstruction ? length !== INSTRUCTION_LENGTH : !DATA_LENGTHS.includes(length)) return -EINVAL;
    if (!isInstruction && address % length !== 0n) return -EINVAL;
    if (address >= KERNEL_HALF) return -EINVAL;
    if (this.#slots_taken >= HBP_NUM) return -ENOSPC;
    this.#slots_taken++;
    return 0;
  }

  readonly event_destroy = (): void => {
    this.#slots_taken--;
  };

  add(): number {
    return 0;
  }
  del(): void {}
  start(): void {}
  stop(): void {}
  read(): void {}
}
